import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DifferencesOptions } from "../../runtime/engine/differences.ts";
import type { Engine, Handle } from "../../runtime/engine/engine.ts";
import { EngineError } from "../../runtime/engine/engine.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import type { WaveletOptions } from "../../runtime/engine/wavelet.ts";
import { LOWPASS, WAVELET_NAMES } from "../../runtime/operators/wavelets/waveletFilters.ts";
import { differencesWithinAgree } from "./differencesWithin.ts";
import { deviation, type Numbers, scattered } from "./support.ts";

/** What these tests need of an engine. */
export type Grids = Pick<
  Engine,
  | "upload"
  | "readNow"
  | "dispose"
  | "memory"
  | "wavelet"
  | "differences"
  | "elementwise"
  | "elementwiseAll"
  | "fill"
>;

const exact = referenceEngine();

function applied(engine: Grids, x: Numbers, body: (engine: Grids, x: Handle) => Handle): Numbers {
  const handle = engine.upload(x.data, x.shape);
  const result = body(engine, handle);
  const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
  const kept = engine.readNow(handle)?.every((value, i) => Object.is(value, x.data[i]));
  expect(kept, "the argument is untouched").toBe(true);
  engine.dispose([handle, result]);
  return numbers;
}

function agree(make: () => Grids, x: Numbers, body: (engine: Grids, x: Handle) => Handle): void {
  const [got, wanted] = [make(), exact].map((engine) => applied(engine, x, body));
  if (got === undefined || wanted === undefined) throw new Error("two engines are needed");
  expect(got.shape).toEqual(wanted.shape);
  expect(deviation(got, wanted)).toBeLessThan(2e-6);
}

const inner = (a: Numbers, b: Numbers): number =>
  a.data.reduce((sum, value, i) => sum + value * (b.data[i] ?? NaN), 0);

/** |<A x, y> - <x, A'y>| relative to what is summed. */
function adjointDefect(engine: Grids, shape: readonly number[], body: Both, seed: number): number {
  const x = scattered(shape, seed);
  const image = applied(engine, x, (each, value) => body(each, value, false));
  const y = scattered(image.shape, seed + 1);
  const back = applied(engine, y, (each, value) => body(each, value, true));
  const scale = Math.sqrt(inner(x, x) * inner(y, y)) + 1;
  return Math.abs(inner(image, y) - inner(x, back)) / scale;
}

type Both = (engine: Grids, x: Handle, adjoint: boolean) => Handle;

/** Declares the tests that wavelets and differences of an engine are as defined; `expressions` of them are drawn. */
export function gridsAgreeWithReference(make: () => Grids, expressions = 400): void {
  describe("wavelet", () => waveletAgrees(make));
  describe("differences", () => differencesAgree(make));
  describe("differences within expressions", () => differencesWithinAgree(make, expressions));
}

interface WaveletCase {
  readonly shape: readonly number[];
  readonly options: Omit<WaveletOptions, "adjoint">;
  readonly seed: number;
}

const filters = fc.oneof(
  fc.constantFrom(...WAVELET_NAMES).map((name) => LOWPASS[name]),
  fc
    .array(fc.integer({ min: -64, max: 64 }), { minLength: 2, maxLength: 13 })
    .map((taps) => taps.map((t) => t / 64)),
);

/** One to three axes, whose extents the levels divide, among batches and inner axes of any extent. */
const waveletCase: fc.Arbitrary<WaveletCase> = fc
  .record({
    levels: fc.integer({ min: 0, max: 3 }),
    coarse: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    before: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
    behind: fc.array(fc.constantFrom(1, 2, 3, 5, 17, 67), { maxLength: 1 }),
    lowpass: filters,
    seed: fc.nat(),
  })
  .map(({ levels, coarse, before, behind, lowpass, seed }) => ({
    shape: [...before, ...coarse.map((n) => n * 2 ** levels), ...behind],
    options: { axes: coarse.map((_, axis) => axis + before.length), levels, lowpass },
    seed,
  }))
  .filter(({ shape }) => sizeOf(shape) < 20_000);

function waveletAgrees(make: () => Grids): void {
  it("is as defined on one to three axes, any filter, also longer than the signal, and so is its adjoint", () => {
    fc.assert(
      fc.property(waveletCase, fc.boolean(), ({ shape, options, seed }, adjoint) => {
        agree(make, scattered(shape, seed), (engine, x) => engine.wavelet(x, { ...options, adjoint }));
      }),
      { numRuns: 150 },
    );
  });

  it("is as defined on axes far longer than the filter", () => {
    for (const [shape, axes] of [
      [
        [2, 128, 160],
        [1, 2],
      ],
      [[288, 3], [0]],
    ] as const) {
      for (const adjoint of [false, true]) {
        const options = { axes, levels: 2, lowpass: LOWPASS.db4, adjoint };
        agree(make, scattered(shape, 11), (engine, x) => engine.wavelet(x, options));
      }
    }
  });

  it("is undone by its adjoint where the filter is orthonormal", () => {
    const shapes = [
      [128, 96],
      [2, 64, 96],
      [3, 1024, 2],
      [3, 48, 16, 2],
      [16, 24, 8],
    ];
    for (const [at, shape] of shapes.entries()) {
      for (const name of WAVELET_NAMES) {
        const axes = [[0, 1], [1, 2], [1], [1, 2], [0, 1, 2]][at] ?? [];
        const options = { axes, levels: 3, lowpass: LOWPASS[name] };
        const x = scattered(shape, 7);
        const there = applied(make(), x, (engine, each) =>
          engine.wavelet(each, { ...options, adjoint: false }),
        );
        const back = applied(make(), there, (engine, each) =>
          engine.wavelet(each, { ...options, adjoint: true }),
        );
        expect(deviation(back, x)).toBeLessThan(3e-6);
        const body: Both = (engine, each, adjoint) => engine.wavelet(each, { ...options, adjoint });
        expect(adjointDefect(make(), shape, body, 3)).toBeLessThan(1e-6);
      }
    }
  });

  it("refuses extents that the levels do not divide and axes that are no neighbours", () => {
    const engine = make();
    const x = engine.fill(1, [4, 6, 8]);
    const options = { lowpass: LOWPASS.haar, levels: 2, adjoint: false };
    expect(() => engine.wavelet(x, { ...options, axes: [1] })).toThrow(/2\^2 does not divide/);
    expect(() => engine.wavelet(x, { ...options, axes: [0, 2] })).toThrow(/no neighbouring axes/);
    expect(() => engine.wavelet(x, { ...options, axes: [] })).toThrow(EngineError);
    expect(() => engine.wavelet(x, { ...options, axes: [0], lowpass: [1] })).toThrow(/two taps/);
    engine.dispose([x]);
  });
}

interface DifferencesCase {
  readonly shape: readonly number[];
  readonly options: Omit<DifferencesOptions, "adjoint">;
  readonly seed: number;
}

const differencesCase: fc.Arbitrary<DifferencesCase> = fc
  .record({
    shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(9, 21)), {
      minLength: 1,
      maxLength: 5,
    }),
    chosen: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    behind: fc.nat(4),
    boundary: fc.constantFrom("neumann" as const, "periodic" as const, "zero" as const),
    seed: fc.nat(),
  })
  .map(({ shape, chosen, behind, boundary, seed }) => {
    const at = Math.max(1, shape.length - behind);
    const some = shape.map((_, axis) => axis).filter((axis) => axis < at && chosen[axis]);
    return { shape, seed, options: { axes: some.length === 0 ? [at - 1] : some, at, boundary } };
  })
  .filter(({ shape }) => sizeOf(shape) < 5000);

function differencesAgree(make: () => Grids): void {
  it("are as defined along any axes, and so is their adjoint", () => {
    fc.assert(
      fc.property(differencesCase, ({ shape, options, seed }) => {
        agree(make, scattered(shape, seed), (engine, x) =>
          engine.differences(x, { ...options, adjoint: false }),
        );
        const wide = [...shape.slice(0, options.at), options.axes.length, ...shape.slice(options.at)];
        agree(make, scattered(wide, seed), (engine, y) =>
          engine.differences(y, { ...options, adjoint: true }),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("have an adjoint on pictures, signals and pairs of any size", () => {
    const shapes = [[64, 300], [20_000], [3, 50, 70, 2], [20, 21, 22]];
    const axes = [[0, 1], [0], [1, 2], [0, 1, 2]];
    const places = [2, 1, 3, 3];
    for (const [which, shape] of shapes.entries()) {
      for (const boundary of ["neumann", "periodic", "zero"] as const) {
        const options = { axes: axes[which] ?? [], at: places[which] ?? 0, boundary };
        const body: Both = (engine, x, adjoint) => engine.differences(x, { ...options, adjoint });
        agree(make, scattered(shape, 2), (engine, x) => body(engine, x, false));
        expect(adjointDefect(make(), shape, body, 5)).toBeLessThan(1e-6);
      }
    }
  });

  it("pass on NaN and infinities to their neighbours alone, and not over the end", () => {
    const x = scattered([6, 6], 1);
    x.data.set([NaN, Infinity], 16);
    x.data[35] = NaN;
    for (const boundary of ["neumann", "periodic", "zero"] as const) {
      const options = { axes: [0, 1], at: 2, boundary };
      agree(make, x, (engine, each) => engine.differences(each, { ...options, adjoint: false }));
      const y = { shape: [6, 3, 2], data: x.data };
      agree(make, y, (engine, each) => engine.differences(each, { ...options, adjoint: true }));
    }
  });

  it("refuse axes behind their own and shapes that do not count them", () => {
    const engine = make();
    const x = engine.fill(1, [4, 6, 3]);
    const options = { boundary: "zero", adjoint: false } as const;
    expect(() => engine.differences(x, { ...options, axes: [2], at: 2 })).toThrow(/no axes \[2\] before 2/);
    expect(() => engine.differences(x, { ...options, axes: [1, 0], at: 2 })).toThrow(EngineError);
    expect(() => engine.differences(x, { ...options, axes: [0, 1], at: 2, adjoint: true })).toThrow(
      /axis 2 does not count 2 axes/,
    );
    engine.dispose([x]);
  });
}
