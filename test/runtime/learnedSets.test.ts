import { describe, expect, test } from "vitest";
import { analyse, compileProgram, definitionOf, planProgram } from "../../compiler/compile.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import { BindingError } from "../../runtime/program/bindingError.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import { stream } from "../../runtime/random/stream.ts";
import type { TrainingData } from "../../runtime/train/data.ts";
import { norm2sq } from "../../runtime/train/losses.ts";
import { train } from "../../runtime/train/trainer.ts";
import { reference } from "./setting.ts";

const N = 6;

/** x -> w .* x + v, with a learned array w of a set. */
function compiled(declaration: string): ProgramDefinition {
  const text = `program weights[n] {
    given start : R[n]
    given other : R[n]
    input y : R[n]
    learn w : R[n] ${declaration}
    output w .* y + other
  }`;
  const { file, checked, diagnostics } = analyse({ path: "weights.ipx", text }, () => null);
  const [program] = checked.programs;
  if (program === undefined) throw new Error(JSON.stringify(diagnostics));
  const whole = compileProgram(file, program);
  if (whole.kind === "refused") throw new Error(JSON.stringify(whole.diagnostic));
  const plan = planProgram(whole.value, "first");
  if (plan.kind === "refused") throw new Error(JSON.stringify(plan.diagnostic));
  return definitionOf(plan.value);
}

function entries(seed: number, entry: (x: number) => number = (x) => x): Float64Array {
  const random = stream(seed, "entries");
  return Float64Array.from({ length: N }, () => entry(random.normal()));
}

const data: TrainingData = ({ seed, step, size }) => {
  const random = stream(seed, "train", step);
  const draw = (): Float64Array => Float64Array.from({ length: size * N }, () => 3 * random.normal());
  return { inputs: { y: realArray([size, N], draw()) }, target: realArray([size, N], draw()) };
};

const norm = (x: ArrayLike<number>): number => Math.hypot(...Array.from(x));
const sum = (x: ArrayLike<number>): number => Array.from(x).reduce((total, entry) => total + entry, 0);
const scaled = (x: Float64Array, by: number): Float64Array => x.map((entry) => entry * by);
const centred = (x: Float64Array): Float64Array => x.map((entry) => entry - sum(x) / N);
const positive = entries(2, Math.abs);

const SETS: Readonly<
  Record<string, { readonly start: Float64Array; readonly inside: (w: Float64Array) => void }>
> = {
  "in simplex": {
    start: scaled(positive, 1 / sum(positive)),
    inside: (w) => {
      expect(sum(w)).toBeCloseTo(1, 10);
      expect(Math.min(...w)).toBeGreaterThanOrEqual(0);
    },
  },
  "in ball(0.5)": {
    start: scaled(entries(3), 0.5 / norm(entries(3))),
    inside: (w) => {
      expect(norm(w)).toBeLessThanOrEqual(0.5 + 1e-12);
    },
  },
  "in nonnegative": {
    start: positive,
    inside: (w) => {
      expect(Math.min(...w)).toBeGreaterThanOrEqual(0);
    },
  },
  "in box(-0.2, 0.1)": {
    start: new Float64Array(N),
    inside: (w) => {
      expect(Math.min(...w)).toBeGreaterThanOrEqual(-0.2);
      expect(Math.max(...w)).toBeLessThanOrEqual(0.1);
    },
  },
};

const PROPERTIES: typeof SETS = {
  "with zero_mean": {
    start: centred(entries(4)),
    inside: (w) => {
      expect(sum(w)).toBeCloseTo(0, 10);
    },
  },
  "with unit_norm": {
    start: scaled(entries(5), 1 / norm(entries(5))),
    inside: (w) => {
      expect(norm(w)).toBeCloseTo(1, 10);
    },
  },
  "with zero_mean, unit_norm": {
    start: scaled(centred(entries(6)), 1 / norm(centred(entries(6)))),
    inside: (w) => {
      expect(sum(w)).toBeCloseTo(0, 10);
      expect(norm(w)).toBeCloseTo(1, 10);
    },
  },
};

const CASES = [
  ...Object.entries(SETS).map(([set, each]) => ({ text: `${set} = start`, ...each })),
  ...Object.entries(PROPERTIES).map(([property, each]) => ({ text: `= start ${property}`, ...each })),
];

const zeros = realArray([N], new Float64Array(N));

describe.each(CASES)("learn w : R[n] $text", ({ text, start, inside }) => {
  const definition = compiled(text);

  test("stays there while it is trained, and moves", async () => {
    const operations = reference();
    const given = realArray([N], start);
    const program = await bind(definition, operations, { givens: { start: given, other: zeros } });
    const { parameters } = await train(program, {
      data,
      loss: norm2sq,
      optimiser: { name: "adam", rate: 0.05 },
      batch: 4,
      steps: 12,
      seed: 1,
    });
    const saved = await saveParameters(operations, definition, parameters);
    const w = Float64Array.from(saved.tensors.get("w")?.data ?? []);
    inside(w);
    expect(norm(w.map((entry, i) => entry - (start[i] ?? 0)))).toBeGreaterThan(1e-3);
  });

  test("a start outside is refused", async () => {
    const far = realArray(
      [N],
      start.map((entry, i) => entry - 1 - i),
    );
    const bound = bind(definition, reference(), { givens: { start: far, other: zeros } });
    await expect(bound).rejects.toThrow(BindingError);
  });
});
