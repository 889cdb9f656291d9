import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convolutionOf } from "../../../runtime/engine/arena/operations/convolution.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import {
  type ConvolutionOptions,
  type Engine,
  EngineError,
  type Handle,
} from "../../../runtime/engine/engine.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { sizeOf } from "../../../runtime/engine/shape.ts";
import { deviation, type Numbers, scattered } from "../support.ts";

type Convolutions = Pick<
  Engine,
  | "upload"
  | "readNow"
  | "dispose"
  | "memory"
  | "convolve"
  | "convolveInputGradient"
  | "convolveFilterGradient"
>;

function arena(): Convolutions {
  const store = createStore(createMachine("wasm"));
  return { ...store, ...convolutionOf(store) };
}

const plain = arena();
setFlagsFromString("--experimental-wasm-relaxed-simd");
const relaxed = arena();
const reference = referenceEngine();

interface Layer {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly out: number;
  readonly stride: number;
  readonly padding: readonly [number, number, number, number];
}

interface Arrays {
  readonly options: ConvolutionOptions;
  readonly images: Numbers;
  readonly filters: Numbers;
  readonly cotangent: Numbers;
}

function arraysOf(layer: Layer, seed: number): Arrays | null {
  const { batch, height, width, channels, filterHeight, filterWidth, out, stride } = layer;
  const [top, bottom, left, right] = layer.padding;
  const rows = Math.floor((height + top + bottom - filterHeight) / stride) + 1;
  const columns = Math.floor((width + left + right - filterWidth) / stride) + 1;
  if (rows < 0 || columns < 0) return null;
  return {
    options: {
      stride,
      padding: [
        [top, bottom],
        [left, right],
      ],
    },
    images: scattered([batch, height, width, channels], seed),
    filters: scattered([filterHeight, filterWidth, channels, out], seed + 1),
    cotangent: scattered([batch, rows, columns, out], seed + 2),
  };
}

function computed(
  engine: Convolutions,
  inputs: readonly [Numbers, Numbers],
  shape: readonly number[],
  body: (left: Handle, right: Handle) => Handle,
): Numbers {
  const before = engine.memory();
  // what stands in memory where the result comes to lie is no number
  engine.dispose([engine.upload(new Float32Array(sizeOf(shape)).fill(NaN), shape)]);
  const [left, right] = inputs.map((x) => engine.upload(x.data, x.shape)) as [Handle, Handle];
  const result = body(left, right);
  const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
  engine.dispose([left, right, result]);
  expect(engine.memory()).toEqual(before);
  return numbers;
}

/** The three operations on one engine. */
function allOf(engine: Convolutions, { images, filters, cotangent, options }: Arrays): readonly Numbers[] {
  return [
    computed(engine, [images, filters], cotangent.shape, (x, w) => engine.convolve(x, w, options)),
    computed(engine, [cotangent, filters], images.shape, (g, w) =>
      engine.convolveInputGradient(g, w, images.shape, options),
    ),
    computed(engine, [images, cotangent], filters.shape, (x, g) =>
      engine.convolveFilterGradient(x, g, filters.shape, options),
    ),
  ];
}

const NAMES = ["forward", "input gradient", "filter gradient"];

function agrees(arrays: Arrays, tolerance = 2e-6): void {
  const wanted = allOf(reference, arrays);
  for (const engine of [plain, relaxed]) {
    allOf(engine, arrays).forEach((got, at) => {
      const text = `${NAMES[at] ?? ""} of ${JSON.stringify([arrays.images.shape, arrays.filters.shape])}`;
      expect(deviation(got, wanted[at] ?? got), text).toBeLessThan(tolerance);
    });
  }
}

const pad = fc.integer({ min: 0, max: 4 });
const padding = fc.tuple(pad, pad, pad, pad);

/** Small layers of any kind. */
const small = fc.record({
  batch: fc.integer({ min: 0, max: 2 }),
  height: fc.integer({ min: 0, max: 9 }),
  width: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(17, 30)),
  channels: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(11, 20)),
  filterHeight: fc.integer({ min: 0, max: 4 }),
  filterWidth: fc.integer({ min: 0, max: 4 }),
  out: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(9, 13)),
  stride: fc.integer({ min: 1, max: 3 }),
  padding,
});

/** Layers of one channel, or few, where registers run along rows. */
const few = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 1, max: 8 }),
  width: fc.constantFrom(5, 18, 33, 50),
  channels: fc.constantFrom(1, 1, 2, 24),
  filterHeight: fc.integer({ min: 1, max: 7 }),
  filterWidth: fc.integer({ min: 1, max: 7 }),
  out: fc.constantFrom(1, 1, 3),
  stride: fc.constantFrom(1, 1, 2),
  padding,
});

/** Layers as networks have them: 3x3, stride 1, many channels. */
const usual = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 1, max: 11 }),
  width: fc.integer({ min: 1, max: 13 }),
  channels: fc.constantFrom(16, 17, 24, 36),
  filterHeight: fc.constant(3),
  filterWidth: fc.constant(3),
  out: fc.constantFrom(16, 18, 25, 32),
  stride: fc.constant(1),
  padding: fc.constantFrom(
    [1, 1, 1, 1] as const,
    [0, 0, 0, 0] as const,
    [2, 0, 1, 3] as const,
    [2, 2, 2, 2] as const,
  ),
});

function specials(numbers: Numbers, every: number): Numbers {
  const values = [NaN, Infinity, -Infinity, Infinity];
  const data = numbers.data.map((x, i) => (i % every === every - 1 ? (values[(i / every) & 3] ?? x) : x));
  return { ...numbers, data };
}

describe("convolutions on the arena agree with their definition", () => {
  it.each([
    ["small ones", small, 300, 2e-6],
    ["with few channels", few, 150, 2e-6],
    ["as networks have them", usual, 25, 6e-6],
  ] as const)("%s", (_, layers, numRuns, tolerance) => {
    fc.assert(
      fc.property(layers, fc.nat(), (layer, seed) => {
        const arrays = arraysOf(layer, seed);
        if (arrays !== null) agrees(arrays, tolerance);
      }),
      { numRuns },
    );
  });

  it("NaN and infinities go where they belong, and no further", () => {
    fc.assert(
      fc.property(
        fc.oneof(small, few, usual),
        fc.nat(),
        fc.constantFrom("images", "filters", "cotangent"),
        fc.integer({ min: 1, max: 60 }),
        (layer, seed, which, every) => {
          const arrays = arraysOf(layer, seed);
          if (arrays !== null) agrees({ ...arrays, [which]: specials(arrays[which], every) }, 6e-6);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("long sums lose few digits", () => {
    const layer = {
      batch: 1,
      height: 3,
      width: 3000,
      channels: 1,
      filterHeight: 3,
      filterWidth: 3,
      stride: 1,
    };
    const arrays = arraysOf({ ...layer, out: 1, padding: [1, 1, 1, 1] }, 7);
    const shifted = (x: Numbers): Numbers => ({ ...x, data: x.data.map((entry) => entry + 2) });
    if (arrays === null) throw new Error("no such layer");
    agrees({ ...arrays, images: shifted(arrays.images), cotangent: shifted(arrays.cotangent) }, 1e-6);
    const deep = { ...layer, height: 3, width: 4, channels: 300, out: 5, padding: [1, 1, 1, 1] as const };
    const long = arraysOf(deep, 8);
    if (long === null) throw new Error("no such layer");
    agrees({ ...long, images: shifted(long.images), filters: shifted(long.filters) }, 1e-6);
  });

  it("what does not fit is refused by name and sizes", () => {
    const options: ConvolutionOptions = {
      stride: 1,
      padding: [
        [0, 0],
        [0, 0],
      ],
    };
    const ones = (...shape: number[]): Handle => plain.upload(new Float32Array(sizeOf(shape)), shape);
    expect(() => plain.convolve(ones(1, 4, 4, 2), ones(3, 3, 3, 1), options)).toThrow(EngineError);
    expect(() => plain.convolve(ones(1, 4, 4, 2), ones(3, 3, 3, 1), options)).toThrow(
      /convolve of \[1, 4, 4, 2\] and \[3, 3, 3, 1\]/,
    );
    expect(() => plain.convolve(ones(1, 2, 4, 1), ones(4, 3, 1, 1), options)).toThrow(/larger than/);
    expect(() =>
      plain.convolveInputGradient(ones(1, 4, 4, 1), ones(3, 3, 2, 1), [1, 4, 4, 2], options),
    ).toThrow(/should be \[1, 2, 2, 1\]/);
    expect(() =>
      plain.convolveFilterGradient(ones(1, 4, 4, 2), ones(1, 4, 4, 1), [3, 3, 2, 1], options),
    ).toThrow(/convolveFilterGradient of/);
  });
});
