import fc from "fast-check";
import { expect, it } from "vitest";
import { parseAll } from "../../runtime/arrays/parse.ts";
import type { Ending, Engine } from "../../runtime/engine/engine.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import { type Numbers, scattered } from "./support.ts";

/** What the tests ask of an engine. */
export type Computing = Pick<Engine, "upload" | "readNow" | "dispose" | "memory" | "elementwiseReduced">;
export type Inputs = Readonly<Record<string, Numbers>>;
export type Endings = Readonly<Record<string, Ending>>;

const reference = referenceEngine();

/** An expression of x, y and z for results that are reduced. */
export const SOFT = "soft(x - y*z, 0.3)";

/** The numbers of the results of expressions, some of them reduced. */
export function computed(
  engine: Computing,
  texts: Readonly<Record<string, string>>,
  endings: Endings,
  inputs: Inputs,
): readonly Numbers[] {
  const handles = Object.entries(inputs).map(
    ([name, { data, shape }]) => [name, engine.upload(data, shape)] as const,
  );
  const results = engine.elementwiseReduced(parseAll(texts), endings, Object.fromEntries(handles));
  const numbers = results.map((result) => ({
    shape: result.shape,
    data: Float64Array.from(engine.readNow(result) ?? []),
  }));
  engine.dispose([...results, ...handles.map(([, handle]) => handle)]);
  return numbers;
}

/** Numbers by numbers, within `bound` of the size of what they are sums of; NaN and infinities where the others have them. */
function expectNear(got: Numbers, wanted: Numbers, bound: number, what: string): void {
  expect(got.shape, what).toEqual(wanted.shape);
  const wrong = [...got.data].findIndex((x, at) => {
    const y = wanted.data[at] ?? NaN;
    return !(Object.is(x, y) || x === y || Math.abs(x - y) <= bound + 1e-6 * Math.abs(y));
  });
  expect(wrong, `${what}: ${got.data[wrong]} for ${wanted.data[wrong]}`).toBe(-1);
}

/** Results and reductions of an engine agree with the reference's, and nothing is left of them. */
export function endingsNear(
  engine: Computing,
  texts: Readonly<Record<string, string>>,
  endings: Endings,
  inputs: Inputs,
): void {
  const before = engine.memory();
  const wanted = computed(reference, texts, endings, inputs);
  const what = JSON.stringify({ texts, endings, shapes: Object.values(inputs).map(({ shape }) => shape) });
  const size = Math.max(1, ...Object.values(inputs).map(({ shape }) => sizeOf(shape)));
  computed(engine, texts, endings, inputs).forEach((got, at) => {
    expectNear(got, wanted[at]!, 4e-6 * Math.sqrt(size) + 2e-6, what);
  });
  expect(engine.memory(), what).toEqual(before);
}

const extent = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(16, 19, 35, 67));
const shape = fc
  .array(extent, { minLength: 1, maxLength: 4 })
  .map((extents) => extents.slice(0, extents.filter((n) => n > 5).length > 2 ? 2 : 4));
const by = fc.constantFrom("sum", "max", "min");
const side = fc.constantFrom("inner", "outer", "some");

/** The axes of a side of a shape. */
function axesOf(rank: number, which: "inner" | "outer" | "some", count: number): readonly number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  if (which === "some") return all.filter((axis) => (axis + count) % 2 === 0);
  return which === "inner" ? all.slice(rank - Math.min(rank, count)) : all.slice(0, Math.min(rank, count));
}

/** Declares the tests that results which are reduced where they are computed agree with the reference's; so many are drawn. */
export function endingsAgree(make: () => Computing, structures = 200): void {
  const agree = (texts: Readonly<Record<string, string>>, endings: Endings, inputs: Inputs): void => {
    endingsNear(make(), texts, endings, inputs);
  };

  it("are those of the reference, over any axes, beside results that are written", () => {
    const ones = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    const ending = fc.record({ by, side, count: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(shape, ones, ones, ending, ending, fc.nat(), (whole, first, second, a, b, seed) => {
        const cut = (which: readonly boolean[]): readonly number[] =>
          whole.map((n, axis) => (which[axis] === true ? 1 : n));
        const inputs = {
          x: scattered(whole, seed),
          y: scattered(cut(first), seed + 1),
          z: scattered(cut(second), seed + 2),
        };
        const at = (of: typeof a): Ending => ({ by: of.by, axes: axesOf(whole.length, of.side, of.count) });
        agree(
          { r: SOFT, s: "r*x", t: "x*y", u: "x" },
          { s: at(a), t: { ...at(b), by: "sum" }, u: at(b) },
          inputs,
        );
      }),
      { numRuns: structures },
    );
  });

  it("of large arrays, cut into items of rows and of parts of rows", () => {
    const shapes = [
      [70_001],
      [3, 40_003],
      [4003, 19],
      [70_001, 2],
      [7, 61, 67, 3],
      [5, 20_001, 2],
      [30, 4099],
    ];
    for (const whole of shapes) {
      const inputs = {
        x: scattered(whole, 1),
        y: scattered(whole.with(0, 1), 2),
        z: scattered([...whole.slice(1).map(() => 1), whole.at(-1) ?? 1], 3),
      };
      for (let axes = 1; axes <= whole.length; axes++) {
        const over = (which: "inner" | "outer"): Ending => ({
          by: "sum",
          axes: axesOf(whole.length, which, axes),
        });
        agree({ r: SOFT, s: "r*x", t: "exp(r) + z" }, { s: over("inner"), t: over("outer") }, inputs);
      }
    }
  });

  it("join NaN and infinities as sums, largest and smallest entries do, and nothing beyond the end of a row", () => {
    const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, -2.5);
    const row = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, special), {
      minLength: 16,
      maxLength: 70,
    });
    fc.assert(
      fc.property(row, by, (entries, join) => {
        const x = { shape: [2, entries.length], data: Float64Array.from([...entries, ...entries]) };
        agree({ s: "x + 0", t: "x - 0" }, { s: { by: join, axes: [1] }, t: { by: join, axes: [0] } }, { x });
      }),
      { numRuns: 200 },
    );
  });
}
