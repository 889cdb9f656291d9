import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Space, Value } from "../../runtime/arrays/value.ts";
import { C, numbersOf, R, reference, scattered } from "./support.ts";

const ops = reference();

/** <A x, y> = <x, A'y> for random x and y, in the real inner product. */
function areAdjoint(
  domain: Space,
  codomain: Space,
  forward: (x: Value) => Value,
  backward: (y: Value) => Value,
  seed: number,
): void {
  const [x, y] = [scattered(ops, domain, seed, 2), scattered(ops, codomain, seed + 1, 2)];
  const left = numbersOf(ops, ops.dot(forward(x), y));
  const right = numbersOf(ops, ops.dot(x, backward(y)));
  left.forEach((value, index) => expect(value).toBeCloseTo(right[index] ?? NaN, 9));
}

const size = fc.integer({ min: 1, max: 6 });
const space = fc.constantFrom(R, C);

describe("adjoint pairs", () => {
  it("convolve by images and by filters", () => {
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (h, w, kh, kw, stride, seed) => {
          const [image, filters] = [R(h, w, 2), R(kh, kw, 2, 3)];
          const result = R(Math.ceil(h / stride), Math.ceil(w / stride), 3);
          const weights = scattered(ops, filters, seed + 2);
          areAdjoint(
            image,
            result,
            (x) => ops.convolve(x, weights, stride),
            (y) => ops.convolveInputGradient(y, weights, image, stride),
            seed,
          );
          const [x, y] = [scattered(ops, image, seed, 2), scattered(ops, result, seed + 1, 2)];
          const gradient = ops.convolveFilterGradient(x, y, filters, stride);
          const left = numbersOf(ops, ops.sumSamples(ops.dot(ops.convolve(x, weights, stride), y)));
          expect(left[0]).toBeCloseTo(numbersOf(ops, ops.dot(gradient, weights))[0] ?? NaN, 9);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("maxPool at fixed images", () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 3 }), fc.nat(), (h, w, q, seed) => {
        const [image, pooled] = [R(h * q, w * q, 2), R(h, w, 2)];
        const [x, g] = [scattered(ops, image, seed, 2), scattered(ops, pooled, seed + 1, 2)];
        const left = numbersOf(ops, ops.dot(ops.maxPool(x, q), g));
        const right = numbersOf(ops, ops.dot(x, ops.maxPoolGradient(x, g, q)));
        left.forEach((value, index) => expect(value).toBeCloseTo(right[index] ?? NaN, 9));
      }),
      { numRuns: 30 },
    );
  });

  it("depthwise by images and by filters", () => {
    fc.assert(
      fc.property(size, size, size, size, fc.nat(), (h, w, kh, kw, seed) => {
        const [image, filters] = [R(h, w, 2), R(kh, kw, 2)];
        const weights = scattered(ops, filters, seed + 2);
        areAdjoint(
          image,
          image,
          (x) => ops.depthwise(x, weights),
          (y) => ops.depthwiseInputGradient(y, weights),
          seed,
        );
        const [x, y] = [scattered(ops, image, seed, 2), scattered(ops, image, seed + 1, 2)];
        const gradient = ops.depthwiseFilterGradient(x, y, filters);
        const left = numbersOf(ops, ops.sumSamples(ops.dot(ops.depthwise(x, weights), y)));
        expect(left[0]).toBeCloseTo(numbersOf(ops, ops.dot(gradient, weights))[0] ?? NaN, 9);
      }),
      { numRuns: 30 },
    );
  });

  it("shuffle and its inverse", () => {
    fc.assert(
      fc.property(size, size, size, fc.integer({ min: 1, max: 3 }), fc.nat(), (h, w, c, q, seed) => {
        const channels = R(h, w, q * q * c);
        const x = scattered(ops, channels, seed, 2);
        expect(numbersOf(ops, ops.unshuffle(ops.shuffle(x, q), q))).toEqual(numbersOf(ops, x));
        areAdjoint(
          channels,
          R(q * h, q * w, c),
          (image) => ops.shuffle(image, q),
          (image) => ops.unshuffle(image, q),
          seed,
        );
      }),
      { numRuns: 30 },
    );
  });

  it("fourier and its unnormalised inverse", () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (h, w, seed) => {
        const along = (inverse: boolean) => (x: Value) => {
          if (x.kind !== "array") throw new Error("an array is needed");
          return { ...x, handle: ops.engine.fourier(x.handle, [1, 2], inverse) };
        };
        areAdjoint(C(h, w), C(h, w), along(false), along(true), seed);
      }),
      { numRuns: 30 },
    );
  });

  it("channels, padding, cropping, repeating", () => {
    fc.assert(
      fc.property(space, size, size, size, fc.nat(), (field, h, w, c, seed) => {
        const begin = seed % c;
        areAdjoint(
          field(h, w, c),
          field(h, w, c - begin),
          (x) => ops.channels(x, begin, c - begin),
          (y) => ops.placeChannels(y, begin, c),
          seed,
        );
        const wide = field(4 * Math.ceil(h / 4), 4 * Math.ceil(w / 4), c);
        areAdjoint(
          field(h, w, c),
          wide,
          (x) => ops.padImage(x, 4),
          (y) => ops.cropImage(y, field(h, w, c)),
          seed,
        );
        areAdjoint(
          wide,
          field(h, w, c),
          (x) => ops.cropImage(x, field(h, w, c)),
          (y) => ops.padImageTo(y, wide),
          seed,
        );
        const zero = ops.fill(0, field(h, w, c));
        const narrow = R(1, c);
        areAdjoint(
          narrow,
          field(h, w, c),
          (x) => ops.map("x + zero", { x, zero }),
          (y) => ops.sumTo(y, narrow),
          seed,
        );
      }),
      { numRuns: 30 },
    );
  });

  it("rows at indices, some of them twice", () => {
    fc.assert(
      fc.property(space, size, size, size, fc.nat(), (field, m, c, b, seed) => {
        const [whole, part] = [field(m, c), field(b, c)];
        const indices = ops.map("floor(m*sigmoid(t))", {
          t: scattered(ops, R(b), seed + 2),
          m: ops.number(m),
        });
        areAdjoint(
          whole,
          part,
          (x) => ops.rows(x, indices),
          (y) => ops.placeRows(y, indices, whole),
          seed,
        );
        const [columns, chosen] = [field(c, m, 2), field(c, b, 2)];
        areAdjoint(
          columns,
          chosen,
          (x) => ops.rows(x, indices, 1),
          (y) => ops.placeRows(y, indices, columns, 1),
          seed,
        );
      }),
      { numRuns: 30 },
    );
  });

  it("matrices of any field on arrays of any field, and outerSum", () => {
    fc.assert(
      fc.property(space, space, size, size, fc.nat(), (matrixField, field, m, n, seed) => {
        const matrixSpace = matrixField(m, n);
        const matrix = scattered(ops, matrixSpace, seed + 2);
        const [domain, codomain]: readonly Space[] = [
          { kind: "product", parts: [field(n)] },
          matrixField === R ? field(m) : C(m),
        ];
        if (domain === undefined || codomain === undefined) throw new Error("two spaces");
        areAdjoint(
          domain,
          codomain,
          (x) => ops.matvec(matrix, x, codomain),
          (y) => ops.matvecTransposed(matrix, y, domain),
          seed,
        );
        const [x, y] = [scattered(ops, domain, seed, 3), scattered(ops, codomain, seed + 1, 3)];
        const left = numbersOf(ops, ops.sumSamples(ops.dot(ops.matvec(matrix, x, codomain), y)))[0];
        const gradient = ops.sumTo(ops.outerSum(y, x), matrixSpace);
        expect(left).toBeCloseTo(numbersOf(ops, ops.dot(gradient, matrix))[0] ?? NaN, 9);
      }),
      { numRuns: 40 },
    );
  });
});
