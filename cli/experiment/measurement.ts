import { addNoise, type Noise } from "../../runtime/data/noise.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { handlesOf } from "../../runtime/arrays/value.ts";
import { type HostArray, sampleOf, stack } from "../../runtime/io/hostArray.ts";
import { download, upload } from "../../runtime/program/transfer.ts";
import { stream } from "../../runtime/random/stream.ts";
import type { Expression } from "../../compiler/ast/tree.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { evaluateValue } from "../binding/evaluate.ts";
import { fault } from "../binding/faults.ts";
import { type FileArrays, readFiles } from "../binding/readFiles.ts";
import type { Thing } from "../binding/thing.ts";
import { locatedNow } from "../report.ts";
import type { DataSettings } from "./schema.ts";

/** How inputs are made of samples. */
export interface Measurement {
  /** the measured inputs by name; samples on the first axis of both */
  readonly measure: (
    truth: HostArray,
    indices: readonly number[],
    seed: number,
  ) => Promise<Readonly<Record<string, HostArray>>>;
}

/** What a measurement is made of. */
export interface MeasurementParts {
  readonly operations: Operations;
  readonly names: ReadonlyMap<string, Thing>;
  /** the expressions by the inputs that they make */
  readonly expressions: ReadonlyMap<string, Expression>;
  readonly noise: Noise | null;
}

/** The name under which a measurement knows the sample. */
const SAMPLE = "x";

/** Measures batches of samples: the expressions on the engine, then noise that belongs to each sample. */
export async function measurement(parts: MeasurementParts): Promise<Measurement> {
  const { operations, expressions, names, noise } = parts;
  const files: FileArrays = new Map(
    (await Promise.all([...expressions.values()].map((each) => readFiles(each, ".")))).flatMap((read) => [
      ...read,
    ]),
  );
  const realised = new Map<Expression, Operator>();
  const operatorHandles = () => [...realised.values()].flatMap(({ handles }) => [...handles]);
  return {
    measure: async (truth, indices, seed) => {
      const { engine } = operations;
      const x = upload(operations, truth, true);
      const measured: Record<string, HostArray> = {};
      for (const [input, expression] of expressions) {
        const value = engine.scope(
          () =>
            evaluateValue(
              { operations, files, realised, names: new Map([...names, [SAMPLE, thing(x)]]) },
              expression,
            ),
          (made) => [...handlesOf(made), ...operatorHandles()],
        );
        if (value.kind === "product") throw fault(expression.span, "A measurement is an array, not a tuple");
        const array = await download(operations, value);
        measured[input] =
          noise === null ? array : locatedNow(expression.span, () => noisy(array, noise, indices, seed));
        engine.dispose(handlesOf(value).filter((handle) => handle !== x.handle));
      }
      engine.dispose([x.handle]);
      return measured;
    },
  };
}

function thing(value: ReturnType<typeof upload>): Thing {
  return { kind: "value", value };
}

function noisy(batch: HostArray, noise: Noise, indices: readonly number[], seed: number): HostArray {
  return stack(
    indices.map((index, position) =>
      addNoise(sampleOf(batch, position), noise, stream(seed, "noise", index)),
    ),
  );
}

/** The noise of a file's [data]; null for none. */
export function noiseOf({ noise }: DataSettings): Noise | null {
  if (noise === undefined) return null;
  if ("snr" in noise)
    return noise.snr === Number.POSITIVE_INFINITY ? null : { kind: "snr", decibel: noise.snr };
  if ("sigma" in noise) return { kind: "sigma", sigma: noise.sigma };
  if ("poisson" in noise) return { kind: "poisson", counts: noise.poisson };
  if ("transmission" in noise) return { kind: "transmission", photons: noise.transmission };
  return { kind: "relative", fraction: noise.relative };
}
