import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ELEMENTWISE,
  type ElementwiseExpression,
  type ElementwiseFunction,
} from "../../runtime/arrays/expression.ts";
import type { Engine, Handle } from "../../runtime/engine/engine.ts";
import { halfShape } from "../../runtime/engine/realFourier.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { complexPairsAgree } from "./complexPairs.ts";
import { imageOperatorsAgree } from "./imageOperators.ts";
import { arrayOf, deviation, extent, type Numbers, onBoth, scattered } from "./support.ts";

let engines: readonly [Engine, Engine];

/** Declares the tests that an engine agrees with the reference engine in all that it does. */
export function agreesWithReference(make: () => Promise<Engine>): void {
  beforeAll(async () => {
    engines = [await make(), referenceEngine()];
  });
  describe("elementwise functions", elementwiseFunctions);
  describe("reductions and movement", reductionsAndMovement);
  describe("products and layers", productsAndLayers);
  describe("complex expressions", () => complexPairsAgree(() => engines));
  describe("operators of images", () => imageOperatorsAgree(() => engines));
}

/** The two engines give the same up to single precision. */
function agree(
  inputs: readonly Numbers[],
  body: (engine: Engine, ...handles: Handle[]) => Handle,
  tolerance = 1e-5,
): void {
  const [got, wanted] = onBoth(engines, inputs, body);
  expect(got.shape).toEqual(wanted.shape);
  expect(deviation(got, wanted)).toBeLessThan(tolerance);
}

const input = (name: string): ElementwiseExpression => ({ kind: "input", name });

/** Shapes of a rank that align with each other by numpy's rule. */
const aligned = fc.array(extent(0, 4), { maxLength: 4 }).chain((shape) =>
  fc
    .tuple(
      ...[0, 1, 2].map(() =>
        fc.record({
          drop: fc.nat(shape.length),
          ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        }),
      ),
    )
    .map((cuts) => cuts.map(({ drop, ones }) => shape.map((n, i) => (ones[i] ? 1 : n)).slice(drop))),
);

function elementwiseFunctions(): void {
  const engineFunctions = (Object.keys(ELEMENTWISE) as ElementwiseFunction[]).filter(
    (name) => name !== "complex" && name !== "imaginary" && name !== "pairNorm",
  );
  it.each(engineFunctions)("%s is as defined on arrays that align", (name) => {
    const positive = name === "log" || name === "sqrt";
    const base = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(
        aligned.chain((shapes) => fc.tuple(...shapes.map((shape) => arrayOf(shape, positive ? 0 : -4, 4)))),
        base,
        (arrays, exponent) => {
          const inputs = arrays.slice(0, ELEMENTWISE[name].arguments);
          const names = ["a", "b", "c"].slice(0, inputs.length);
          const last: ElementwiseExpression =
            name === "pow" ? { kind: "constant", value: exponent } : input(names.at(-1) ?? "a");
          const parts = names.map((text, at) => (at > 0 && at === names.length - 1 ? last : input(text)));
          const expression: ElementwiseExpression = { kind: "apply", function: name, arguments: parts };
          const apart = name === "mod" || name === "floor" ? 1 : 1e-5;
          agree(
            inputs,
            (engine, ...handles) =>
              engine.elementwise(expression, Object.fromEntries(handles.map((h, i) => [names[i] ?? "", h]))),
            apart,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it("norms of pairs are taken of both entries, whatever else the expression repeats", () => {
    const [p, d, t] = ["p", "d", "t"].map(input);
    const call = (name: ElementwiseFunction, ...parts: readonly (ElementwiseExpression | undefined)[]) =>
      ({ kind: "apply", function: name, arguments: parts.flatMap((part) => part ?? []) }) as const;
    const sum = call("add", p, call("mul", t, d));
    const expression = call("div", sum, call("max", { kind: "constant", value: 1 }, call("pairNorm", sum)));
    const shapes = fc.tuple(extent(1, 3), extent(1, 9), extent(1, 9), fc.nat(15)).map(([b, h, w, cuts]) => {
      const cut = (shape: readonly number[]) => shape.map((n, axis) => ((cuts >> axis) % 2 === 0 ? n : 1));
      return [[b, h, w, 2], cut([b, h, w, 2]), [b, 1, 1, 1]];
    });
    fc.assert(
      fc.property(
        shapes.chain((all) => fc.tuple(...all.map((shape) => arrayOf(shape)))),
        (arrays) => {
          agree(arrays, (engine, ...[a, b, c]) => engine.elementwise(expression, { p: a!, d: b!, t: c! }));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("several results are of the shape that all inputs share, and may read those before them", () => {
    const sum: ElementwiseExpression = {
      kind: "apply",
      function: "add",
      arguments: [input("a"), input("b")],
    };
    const product: ElementwiseExpression = {
      kind: "apply",
      function: "mul",
      arguments: [input("sum"), input("c")],
    };
    const shapes = aligned.chain((some) => fc.tuple(...some.map((shape) => arrayOf(shape))));
    fc.assert(
      fc.property(shapes, (arrays) => {
        agree(arrays, (engine, ...[a, b, c]) =>
          engine.scope(
            () => {
              const results = engine.elementwiseAll(
                { sum, product, again: input("sum") },
                { a: a!, b: b!, c: c! },
              );
              return engine.concat(
                results.map((x) => engine.reshape(x, [1, ...x.shape])),
                0,
              );
            },
            (side) => [side],
          ),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("select keeps NaN and infinities of the other side out", () => {
    const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, 1, -2.5);
    const entries = fc.array(special, { minLength: 12, maxLength: 12 }).map((x) => Float64Array.from(x));
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 3, maxLength: 3 }),
        entries,
        entries,
        fc.boolean(),
        (mask, yes, no, wide) => {
          const condition = wide
            ? { shape: [3, 1, 1], data: Float64Array.from(mask) }
            : { shape: [3, 2, 2], data: Float64Array.from(mask.flatMap((m) => [m, 1 - m, m, m])) };
          const expression: ElementwiseExpression = {
            kind: "apply",
            function: "select",
            arguments: [input("m"), input("a"), input("b")],
          };
          agree(
            [condition, { shape: [3, 2, 2], data: yes }, { shape: [3, 2, 2], data: no }],
            (engine, m, a, b) =>
              engine.elementwise(expression, { m: m as Handle, a: a as Handle, b: b as Handle }),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
}

/** An array of up to 5 axes, empty axes among them. */
const anyArray = fc.array(extent(0, 4), { minLength: 1, maxLength: 5 }).chain((shape) => arrayOf(shape));

function reductionsAndMovement(): void {
  it("reduce and dot over any axes", () => {
    fc.assert(
      fc.property(
        anyArray,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        fc.constantFrom("sum" as const, "max" as const, "min" as const),
        (array, chosen, kind) => {
          const axes = array.shape.map((_, axis) => axis).filter((axis) => chosen[axis]);
          agree([array], (engine, x) => engine.reduce(kind, x as Handle, axes));
          agree([array, array], (engine, x, y) => engine.dot(x as Handle, y as Handle, axes));
        },
      ),
    );
  });

  it("long sums lose few digits", () => {
    const array = scattered([3, 40_000], 5);
    const shifted = { ...array, data: array.data.map((x) => x + 2) };
    agree([shifted], (engine, x) => engine.reduce("sum", x as Handle, [1]), 3e-6);
    agree([shifted], (engine, x) => engine.reduce("sum", x as Handle, [0, 1]), 3e-6);
  });

  it("transpose, slice, pad, concat, gather, broadcast, reshape", () => {
    fc.assert(
      fc.property(anyArray, fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }), (array, random) => {
        const { shape } = array;
        const pick = (at: number, limit: number): number => (random[at % 12] ?? 0) % (limit + 1);
        const axis = pick(0, shape.length - 1);
        const order = shape.map((_, at) => at).sort((a, b) => (random[a] ?? 0) - (random[b] ?? 0));
        const begin = shape.map((n, at) => pick(at, n));
        const size = shape.map((n, at) => pick(at + 5, n - (begin[at] ?? 0)));
        const widths = shape.map((_, at): [number, number] => [pick(at, 2), pick(at + 3, 2)]);
        const n = shape[axis] ?? 0;
        const indices = n === 0 ? [] : random.slice(0, 4).map((value) => value % n);
        agree([array], (engine, x) => engine.transpose(x as Handle, order));
        agree([array], (engine, x) => engine.slice(x as Handle, begin, size));
        agree([array], (engine, x) => engine.pad(x as Handle, widths));
        agree([array, array, array], (engine, ...parts) => engine.concat(parts, axis));
        agree([array], (engine, x) => engine.gather(x as Handle, indices, axis));
        agree([array], (engine, x) => engine.reshape(x as Handle, [...shape, 1]));
        const narrow = { shape: shape.map((m, at) => (at === axis ? 1 : m)), data: new Float64Array() };
        const count = narrow.shape.reduce((a, b) => a * b, 1);
        agree([{ ...narrow, data: scattered([count], 3).data }], (engine, x) =>
          engine.broadcast(x as Handle, [2, ...shape]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("takeRows and addRows, of one sample or many, with indices in reach, twice, and out of it", () => {
    const shapes = fc.tuple(extent(1, 3), extent(1, 5), extent(1, 6), extent(0, 4), fc.nat(2));
    fc.assert(
      fc.property(shapes, fc.nat(1000), ([samples, m, r, b, sharing], seed) => {
        const [s, t] = [sharing === 0 ? 1 : samples, sharing === 1 ? 1 : samples];
        const chosen = scattered([t, b], seed + 1);
        const indices = { ...chosen, data: chosen.data.map((x) => Math.round(x * m * 0.6 + m / 3)) };
        agree([scattered([s, m, r], seed), indices], (engine, x, i) =>
          engine.takeRows(x as Handle, i as Handle),
        );
        agree([scattered([s, b, r], seed), indices], (engine, x, i) =>
          engine.addRows(x as Handle, i as Handle, m),
        );
      }),
      { numRuns: 60 },
    );
    const many = { shape: [1, 9000], data: Float64Array.from({ length: 9000 }, (_, i) => (i * 7) % 5000) };
    agree([scattered([1, 5000, 3], 2), many], (engine, x, i) => engine.takeRows(x as Handle, i as Handle));
    agree([scattered([1, 9000, 3], 2), many], (engine, x, i) =>
      engine.addRows(x as Handle, i as Handle, 5000),
    );
    const wide = { shape: [2, 3], data: Float64Array.of(1, 0, 1, 2, 2, 2) };
    agree([scattered([2, 3, 5001], 2), wide], (engine, x, i) => engine.addRows(x as Handle, i as Handle, 3));
  });

  it("kthLargest, ties among them", () => {
    fc.assert(
      fc.property(
        fc.tuple(extent(1, 4), extent(1, 30)).chain((shape) => arrayOf(shape, -1, 1)),
        fc.nat(1000),
        (rows, random) => {
          const coarse = { ...rows, data: rows.data.map((x) => Math.round(4 * x)) };
          agree([coarse], (engine, x) => engine.kthLargest(x as Handle, 1 + (random % (rows.shape[1] ?? 1))));
        },
      ),
    );
  });
}

function productsAndLayers(): void {
  it("rightSingular: rotations that make columns orthogonal, and keep singular values", () => {
    fc.assert(
      fc.property(extent(1, 3), extent(1, 20), extent(1, 6), fc.nat(), (count, m, n, seed) => {
        const matrices = scattered([count, m, n], seed);
        const scoped = (body: (engine: Engine, x: Handle) => Handle): void => {
          agree([matrices], (engine, x) =>
            engine.scope(
              () => body(engine, x as Handle),
              (result) => [result],
            ),
          );
        };
        scoped((engine, x) => {
          const vectors = engine.rightSingular(x);
          return engine.matmul(vectors, vectors, { transposeRight: true });
        });
        scoped((engine, x) => {
          const turned = engine.matmul(x, engine.rightSingular(x), { transposeRight: true });
          const squares = engine.dot(turned, turned, [1]);
          return engine.dot(squares, squares, [1]);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("matmul with batches and transpositions, small, large and empty", () => {
    const size = fc.oneof(extent(0, 6), fc.constantFrom(17, 33));
    fc.assert(
      fc.property(
        fc.record({ b: extent(1, 3), m: size, k: size, n: size, seed: fc.nat() }),
        fc.record({
          left: fc.boolean(),
          right: fc.boolean(),
          flipLeft: fc.boolean(),
          flipRight: fc.boolean(),
        }),
        ({ b, m, k, n, seed }, { left, right, flipLeft, flipRight }) => {
          const shapeA = [...(left ? [b] : []), ...(flipLeft ? [k, m] : [m, k])];
          const shapeB = [...(right ? [b] : []), ...(flipRight ? [n, k] : [k, n])];
          agree([scattered(shapeA, seed), scattered(shapeB, seed + 1)], (engine, x, y) =>
            engine.matmul(x as Handle, y as Handle, { transposeLeft: flipLeft, transposeRight: flipRight }),
          );
        },
      ),
      { numRuns: 80 },
    );
  });

  const layer = fc
    .record({
      b: extent(1, 2),
      h: extent(1, 7),
      w: extent(1, 7),
      c: extent(1, 3),
      kh: extent(1, 4),
      kw: extent(1, 4),
      o: extent(1, 3),
      stride: extent(1, 3),
      pads: fc.tuple(extent(0, 4), extent(0, 4), extent(0, 4), extent(0, 4)),
      seed: fc.nat(),
    })
    .filter(
      ({ h, w, kh, kw, pads: [top, bottom, left, right] }) =>
        h + top + bottom >= kh && w + left + right >= kw,
    );

  it("convolve and its gradients, any stride and padding", () => {
    fc.assert(
      fc.property(layer, ({ b, h, w, c, kh, kw, o, stride, pads: [top, bottom, left, right], seed }) => {
        const padding = [[top, bottom] as const, [left, right] as const] as const;
        const options = { stride, padding };
        const rows = Math.floor((h + top + bottom - kh) / stride) + 1;
        const columns = Math.floor((w + left + right - kw) / stride) + 1;
        const x = scattered([b, h, w, c], seed);
        const filter = scattered([kh, kw, c, o], seed + 1);
        const g = scattered([b, rows, columns, o], seed + 2);
        agree([x, filter], (engine, ...[p, q]) => engine.convolve(p as Handle, q as Handle, options));
        agree([g, filter], (engine, ...[p, q]) =>
          engine.convolveInputGradient(p as Handle, q as Handle, x.shape, options),
        );
        agree([x, g], (engine, ...[p, q]) =>
          engine.convolveFilterGradient(p as Handle, q as Handle, filter.shape, options),
        );
      }),
      { numRuns: 80 },
    );
  });

  it("convolutions of each channel by its own filter, and their filter gradient", () => {
    const size = fc.record({
      b: extent(1, 2),
      h: extent(1, 7),
      w: extent(1, 7),
      c: fc.oneof(extent(1, 5), fc.constantFrom(8, 19, 70)),
      kh: extent(1, 4),
      kw: extent(1, 4),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(size, ({ b, h, w, c, kh, kw, seed }) => {
        const padding = [
          [Math.floor((kh - 1) / 2), Math.ceil((kh - 1) / 2)],
          [Math.ceil((kw - 1) / 2), Math.floor((kw - 1) / 2)],
        ] as const;
        const [x, g] = [scattered([b, h, w, c], seed), scattered([b, h, w, c], seed + 2)];
        const filter = scattered([kh, kw, c], seed + 1);
        agree([x, filter], (engine, ...[p, q]) => engine.depthwise(p as Handle, q as Handle, padding));
        agree([x, g], (engine, ...[p, q]) =>
          engine.depthwiseFilterGradient(p as Handle, q as Handle, filter.shape, padding),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("maxPool and its gradient, which goes to the first of equals", () => {
    fc.assert(
      fc.property(
        fc
          .record({ b: extent(1, 2), h: extent(1, 3), w: extent(1, 3), c: extent(1, 3), q: extent(1, 3) })
          .chain(({ b, h, w, c, q }) =>
            fc.tuple(arrayOf([b, h * q, w * q, c], -1, 1), arrayOf([b, h, w, c]), fc.constant(q)),
          ),
        ([x, g, q]) => {
          const coarse = { ...x, data: x.data.map(Math.round) };
          agree([coarse], (engine, p) => engine.maxPool(p as Handle, q));
          agree([coarse, g], (engine, p, r) => engine.maxPoolGradient(p as Handle, r as Handle, q));
        },
      ),
    );
  });

  it("fourier along any axes, prime lengths and long ones, and phase", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(extent(1, 4), fc.constantFrom(7, 12)), { minLength: 1, maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        fc.nat(),
        (shape, chosen, inverse, seed) => {
          const axes = shape.map((_, axis) => axis).filter((axis) => chosen[axis]);
          const pairs = scattered([...shape, 2], seed);
          agree([pairs], (engine, x) => engine.fourier(x as Handle, axes, inverse));
          agree([pairs], (engine, x) => engine.phase(x as Handle));
        },
      ),
      { numRuns: 30 },
    );
    agree([scattered([2, 600, 2], 1)], (engine, x) => engine.fourier(x as Handle, [1], false));
  });

  it("Fourier transforms of real arrays, their inverses and filters, along any axes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(extent(1, 4), fc.constantFrom(7, 12)), { minLength: 1, maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (shape, chosen, repeats, isPair, adjoint) => {
          const some = shape.map((_, axis) => axis).filter((axis) => chosen[axis]);
          const axes = some.length === 0 ? [0] : some;
          const half = halfShape(shape, axes);
          const own = half.map((each, axis) => (repeats[axis] ? 1 : each));
          const [array, pairs] = [scattered(shape, 1), scattered([...half, 2], 2)];
          const factors = scattered(isPair ? [...own, 2] : own, 3);
          const last = shape[axes.at(-1) ?? 0] ?? 1;
          agree([array], (engine, x) => engine.realFourier(x as Handle, axes));
          agree([pairs], (engine, x) => engine.inverseRealFourier(x as Handle, axes, last));
          agree([array, factors], (engine, x, f) =>
            engine.filterFourier(x as Handle, f as Handle, { axes, adjoint }),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
}
