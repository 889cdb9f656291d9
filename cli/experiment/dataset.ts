import { basename } from "node:path";
import { addNoise, type Noise } from "../../runtime/data/noise.ts";
import { sampleAt } from "../../runtime/data/sample.ts";
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
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { Failure } from "../failure.ts";
import { located, locatedNow, placeOf } from "../report.ts";
import { generatorOf } from "./generators.ts";
import { type Cutting, middlePart, type Picture, randomPart, readPictures } from "./pictures.ts";
import type { Experiment } from "./readExperiment.ts";
import type { DataSettings, SplitSettings } from "./schema.ts";
import type { Setting } from "./setting.ts";

/** The three sets of an experiment. */
export type SplitName = "train" | "validate" | "test";

/** Where the samples of a set come from: sample `index` is the same whenever it is asked for. */
export interface SampleSource {
  readonly seed: number;
  /** infinite for fresh samples */
  readonly count: number;
  readonly at: (index: number) => HostArray;
  /** what a sample is called, if it has a name */
  readonly nameOf: (index: number) => string | null;
  /** what was done to the data, for people */
  readonly notes: readonly string[];
}

/** Seeds of the sets where the file gives none, so that no two share samples. */
const SEED_OFFSETS: { readonly [S in SplitName]: number } = {
  train: 0,
  validate: 1_000_001,
  test: 2_000_003,
};

/**
 * The samples of a set, as its table and [data] say; what was done to them is said.
 * @throws Failure
 */
export async function openSource(
  { experiment, context }: Pick<Setting, "experiment" | "context">,
  split: SplitName,
): Promise<SampleSource> {
  const source = await sampleSource(experiment, split);
  for (const note of source.notes) context.terminal.talk(`note: ${note}\n`);
  return source;
}

async function sampleSource(experiment: Experiment, split: SplitName): Promise<SampleSource> {
  const { data, seed: base } = experiment.settings;
  const settings: SplitSettings = data[split] ?? {};
  const seed = settings.seed ?? base + SEED_OFFSETS[split];
  const folder = settings.folder ?? (data.generate === undefined ? data.folder : undefined);
  if (folder !== undefined) return pictureSource(experiment, split, folder, seed);
  if (data.generate === undefined) {
    throw fault(experiment.toml.keySpan(["data"]), "`data` needs `generate` or `folder`");
  }
  const generate = generatorOf(experiment.expression(["data", "generate"], data.generate));
  const count = settings.count ?? (split === "train" ? Number.POSITIVE_INFINITY : 100);
  return { seed, count, at: (index) => sampleAt(generate, seed, index), nameOf: () => null, notes: [] };
}

/**
 * A set of pictures. Where all sets come from one folder, the first pictures are kept for the test, and the others are
 * trained and validated on.
 */
async function pictureSource(
  experiment: Experiment,
  split: SplitName,
  folder: string,
  seed: number,
): Promise<SampleSource> {
  const { data } = experiment.settings;
  const settings: SplitSettings = data[split] ?? {};
  const path = experiment.resolve(folder);
  const all = await located(placeOf(path), () =>
    readPictures(path, { count: data.count, grey: data.grey, range: data.range }),
  );
  const pictures = settings.folder === undefined ? ownShare(all, split, data.test?.count) : all;
  const cutting = cuttingOf(data, settings, split);
  if (split === "train") requireLargeEnough(pictures, cutting);
  const count = settings.count ?? (split === "train" ? Number.POSITIVE_INFINITY : pictures.length);
  const pictureAt = (index: number): Picture => {
    const picture = pictures[index % pictures.length];
    if (picture === undefined) throw new RangeError("a folder without pictures");
    return picture;
  };
  const random = (index: number): boolean => split === "train" || index >= pictures.length;
  return {
    seed,
    count: split === "test" ? Math.min(count, pictures.length) : count,
    at: (index) => {
      const { array } = pictureAt(index);
      if (random(index)) return randomPart(array, cutting, stream(seed, "patch", index));
      return middlePart(array, cutting);
    },
    nameOf: (index) => basename(pictureAt(index).file),
    notes: notesOn(pictures, split, cutting),
  };
}

/** The pictures of a folder that a set has for itself; all where there is one only. */
function ownShare(
  all: readonly Picture[],
  split: SplitName,
  wanted = Number.POSITIVE_INFINITY,
): readonly Picture[] {
  const held = Math.min(wanted, Math.ceil(all.length / 2));
  if (all.length === 1) return all;
  return split === "test" ? all.slice(0, held) : all.slice(held);
}

/** @throws Failure that names the first picture from which no patch can be cut */
function requireLargeEnough(pictures: readonly Picture[], { patch }: Cutting): void {
  if (patch === undefined) return;
  const small = pictures.find(({ array: { shape } }) => shape.slice(0, 2).some((extent) => extent < patch));
  if (small === undefined) return;
  const what = `This picture of ${small.array.shape.slice(0, 2).join(" x ")} has no patch of ${patch} x ${patch}`;
  const hint = "Make `patch` smaller, or leave the picture out.";
  throw new Failure([diagnose("IPX8104", placeOf(small.file), { what, hint })]);
}

function notesOn(pictures: readonly Picture[], split: SplitName, cutting: Cutting): readonly string[] {
  const coloured = pictures.filter(({ wasColoured }) => wasColoured).length;
  const cropped = pictures.filter(({ array }) => {
    const part = middlePart(array, cutting).shape;
    return split !== "train" && part.some((extent, axis) => extent !== array.shape[axis]);
  }).length;
  const of = `of ${pictures.length} pictures to ${split === "train" ? "train on" : split === "test" ? "test on" : "validate on"}`;
  return [
    ...(coloured === 0 ? [] : [`${coloured} ${of} were turned from colour into grey.`]),
    ...(cropped === 0 ? [] : [`${cropped} ${of} were cropped to their middle.`]),
  ];
}

function cuttingOf(data: DataSettings, settings: SplitSettings, split: SplitName): Cutting {
  return {
    patch: settings.patch ?? data.patch,
    multiple: settings.multiple ?? data.multiple ?? 1,
    augment: split === "train" && (settings.augment ?? data.augment ?? false),
  };
}

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
  return { kind: "relative", fraction: noise.relative };
}
