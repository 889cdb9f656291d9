import fc from "fast-check";
import { expect, it } from "vitest";
import { parse } from "../../runtime/arrays/parse.ts";
import { differenced, type DifferencesOptions, differencesShape } from "../../runtime/engine/differences.ts";
import type { Engine, Handle } from "../../runtime/engine/engine.ts";
import { EngineError } from "../../runtime/engine/engine.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import { deviation, type Numbers, scattered } from "./support.ts";

/** What these tests need of an engine. */
export type Differing = Pick<
  Engine,
  "upload" | "readNow" | "dispose" | "memory" | "elementwise" | "elementwiseAll"
>;

const exact = referenceEngine();

/** `d` and `e` stand for differences of the first two arrays; `u`, `v` and `w` are the others. */
export interface WithinCase {
  readonly text: string;
  readonly options: DifferencesOptions;
  readonly arrays: readonly Numbers[];
}

/** The result, and another that reads it. */
export function computed(engine: Differing, { text, options, arrays }: WithinCase): readonly Numbers[] {
  const handles = arrays.map(({ data, shape }) => engine.upload(data, shape));
  const [d, e, u, v, w] = handles;
  if (!d || !e || !u || !v || !w) throw new Error("five arrays are wanted");
  const inputs: Record<string, Handle> = { u, v, w };
  const expression = parse(text);
  const used = { ...inputs, d: differenced(d, options), e: differenced(e, options) };
  const before = engine.memory().arrays;
  const results = engine.elementwiseAll({ r: expression, s: parse("2*r - u*d") }, used);
  expect(engine.memory().arrays, "nothing leaks").toBe(before + 2);
  const numbers = results.map((result) => ({
    shape: result.shape,
    data: Float64Array.from(engine.readNow(result) ?? []),
  }));
  engine.dispose([...handles, ...results]);
  return numbers;
}

function agree(engine: Differing, given: WithinCase): void {
  const wanted = computed(exact, given);
  computed(engine, given).forEach((got, at) => {
    const expected = wanted[at] ?? { shape: [], data: new Float64Array() };
    expect(got.shape).toEqual(expected.shape);
    expect(deviation(got, expected), JSON.stringify({ ...given, arrays: [] })).toBeLessThan(3e-6);
  });
}

const boundaries = fc.constantFrom("neumann" as const, "periodic" as const, "zero" as const);
const TEXTS = [
  "d",
  "u + v*d",
  "u*(d - e) + soft(w, 0.25)",
  "max(d, 0.5) + min(v, e) + exp(-abs(w))",
  "select(d < e, u, d)",
];
const PAIR_TEXTS = ["pairNorm(d)*u", "(u + v*d)/max(1, pairNorm(u + v*d)/w)", "pairNorm(d + e) + d"];

/** Signals, pictures, volumes and batches of any size, differences along any axes, and arrays that align with them. */
export const withinCase: fc.Arbitrary<WithinCase> = fc
  .record({
    shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(8, 9, 18, 35)), {
      minLength: 1,
      maxLength: 4,
    }),
    chosen: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    behind: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(2)),
    boundary: boundaries,
    adjoint: fc.boolean(),
    ones: fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }),
    text: fc.nat(),
    seed: fc.nat(),
  })
  .map(({ shape, chosen, behind, boundary, adjoint, ones, text, seed }) => {
    const at = Math.max(1, shape.length - behind);
    const some = shape.map((_, axis) => axis).filter((axis) => axis < at && chosen[axis]);
    const axes = some.length === 0 ? [at - 1] : some;
    const options = { axes, at, boundary, adjoint };
    const domain = adjoint ? [...shape.slice(0, at), axes.length, ...shape.slice(at)] : shape;
    const result = differencesShape({ shape: domain }, options);
    const texts = result.at(-1) === 2 ? [...TEXTS, ...PAIR_TEXTS] : TEXTS;
    const cut = (which: number): number[] => result.map((n, axis) => (ones[5 * which + axis] ? 1 : n));
    const whole = [0, 1, 2].map((which) => scattered(cut(which), seed + which));
    const arrays = [scattered(domain, seed + 3), scattered(domain, seed + 4), ...whole];
    return { text: texts[text % texts.length] ?? "d", options, arrays };
  })
  .filter(({ arrays }) => arrays.every(({ shape }) => sizeOf(shape) < 6000));

/** Declares the tests that expressions which read differences are as those that read arrays. */
export function differencesWithinAgree(make: () => Differing, numRuns: number): void {
  it("are read as they are computed, along any axes, beside arrays that repeat", () => {
    fc.assert(
      fc.property(withinCase, (given) => agree(make(), given)),
      { numRuns },
    );
  });

  it("of large pictures, of rows that items share, and of arrays that all samples share", () => {
    const dual = "(u + v*d)/max(1, pairNorm(u + v*d)/w) + 0*e";
    const [number, row] = [scattered([1], 1), scattered([1, 1], 2)];
    for (const boundary of ["neumann", "periodic", "zero"] as const) {
      for (const [h, w] of [
        [131, 257],
        [3, 17_001],
        [17_001, 1],
      ] as const) {
        const forward = { axes: [0, 1], at: 2, boundary, adjoint: false };
        const x = scattered([h, w], 3);
        const p = scattered([h, w, 2], 4);
        agree(make(), { text: dual, options: forward, arrays: [x, x, p, number, row] });
        const several = scattered([2, h, w, 2], 5);
        agree(make(), { text: dual, options: forward, arrays: [x, x, several, number, row] });
        const adjoint = { ...forward, adjoint: true };
        agree(make(), { text: "u - v*d + w + e", options: adjoint, arrays: [p, p, x, number, row] });
      }
    }
  });

  it("pass on NaN and infinities to their neighbours alone, and not over the end", () => {
    const x = scattered([6, 6], 1);
    x.data.set([NaN, Infinity], 16);
    x.data[35] = NaN;
    const none = scattered([1], 2);
    for (const boundary of ["neumann", "periodic", "zero"] as const) {
      const options = { axes: [0, 1], at: 2, boundary, adjoint: false };
      agree(make(), { text: "d + 0*e", options, arrays: [x, x, none, none, none] });
      const y = { shape: [6, 3, 2], data: x.data };
      agree(make(), { text: "d", options: { ...options, adjoint: true }, arrays: [y, y, none, none, none] });
    }
  });

  it("refuse axes that are none", () => {
    const options = { axes: [1, 0], at: 2, boundary: "zero", adjoint: false } as const;
    const x = scattered([4, 6], 1);
    const engine = make();
    const handle = engine.upload(x.data, x.shape);
    expect(() => engine.elementwise(parse("d"), { d: differenced(handle, options) })).toThrow(EngineError);
    engine.dispose([handle]);
  });
}
