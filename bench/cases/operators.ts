import {
  type ArrayValue,
  C,
  libraryOperator,
  matrixOperator,
  type Operations,
  type Operator,
  R,
  realArray,
} from "ipc/runtime";
import { type Case, type DataSet, type Opened, repeated, type Setting } from "./case.ts";
import { normals, uniforms } from "./draw.ts";
import { load, save } from "./files.ts";

const SIDE = 1024;
const PIXELS = SIDE * SIDE;
const COILS = 8;
const COIL_SIDE = 256;
const ORDER = 2048;
const TAPS = 9;
const PATCH = 8;
const IMAGE = R(SIDE, SIDE);
const FLOAT = 4;

const data: DataSet = {
  name: "operators",
  write: async (folder) => {
    await save(folder, "image", [SIDE, SIDE], uniforms(PIXELS, "image"));
    await save(folder, "field", [SIDE, SIDE, 2], normals(2 * PIXELS, "field"));
    await save(folder, "coil_image", [COIL_SIDE, COIL_SIDE, 2], normals(2 * COIL_SIDE ** 2, "coil image"));
    await save(
      folder,
      "coil_maps",
      [COIL_SIDE, COIL_SIDE, COILS, 2],
      normals(2 * COILS * COIL_SIDE ** 2, "maps"),
    );
    await save(folder, "vector", [ORDER], normals(ORDER, "vector"));
    await save(folder, "matrix", [ORDER, ORDER], normals(ORDER * ORDER, "matrix"));
    const mask = uniforms(PIXELS, "mask").map((value) => (value < 0.5 ? 1 : 0));
    await save(folder, "mask", [SIDE, SIDE], mask);
    const bell = Float64Array.from({ length: TAPS }, (_, at) => Math.exp(-((at - 4) ** 2) / 8));
    const sum = bell.reduce((total, value) => total + value, 0);
    const kernel = Float64Array.from({ length: TAPS * TAPS }, (_, at) => {
      const [row, column] = [bell[Math.floor(at / TAPS)] ?? 0, bell[at % TAPS] ?? 0];
      return (row * column) / sum ** 2;
    });
    await save(folder, "kernel", [TAPS, TAPS], kernel);
  },
};

/** An array of the data on the engine; complex ones have a last axis of real and imaginary parts. */
type Put = (name: string, field?: ArrayValue["field"]) => Promise<ArrayValue>;

/** An operator of the library: its product with an array of the data and then its adjoint, A'A x. */
interface Measured {
  readonly name: string;
  readonly title: string;
  /** the array of the data that it is applied to */
  readonly array: string;
  readonly field: ArrayValue["field"];
  /** operations of A and of A' that cannot be spared; reading x, writing and reading A x, writing A'A x */
  readonly work: Case["work"];
  readonly build: (operations: Operations, put: Put) => Promise<Operator>;
}

const MEASURED: readonly Measured[] = [
  {
    name: "mask",
    title: `mask of ${SIDE} x ${SIDE} pixels`,
    array: "image",
    field: "real",
    work: { flops: 0, bytes: 6 * FLOAT * PIXELS },
    build: async (operations, put) => libraryOperator(operations, "mask", {}, IMAGE, [await put("mask")]),
  },
  {
    name: "gradient",
    title: `finite differences, ${SIDE} x ${SIDE}`,
    array: "image",
    field: "real",
    work: { flops: 0, bytes: 6 * FLOAT * PIXELS },
    build: async (operations) => libraryOperator(operations, "gradient", {}, IMAGE, []),
  },
  {
    name: "symmetrised",
    title: `symmetrised gradient of a field, ${SIDE} x ${SIDE} x 2`,
    array: "field",
    field: "real",
    work: { flops: 0, bytes: 10 * FLOAT * PIXELS },
    build: async (operations) =>
      libraryOperator(operations, "symmetrised_gradient", {}, R(SIDE, SIDE, 2), []),
  },
  {
    name: "blur-zero",
    title: `blur by a kernel of ${TAPS} x ${TAPS}, zero boundary, ${SIDE} x ${SIDE}`,
    array: "image",
    field: "real",
    work: { flops: 2 * 2 * TAPS ** 2 * PIXELS, bytes: 4 * FLOAT * PIXELS },
    build: async (operations, put) =>
      libraryOperator(operations, "blur", { boundary: "zero" }, IMAGE, [await put("kernel")]),
  },
  {
    name: "downsample",
    title: `downsampling by 2 with antialiasing (cubic, 8 taps on each axis), ${SIDE} x ${SIDE}`,
    array: "image",
    field: "real",
    work: { flops: 2 * 2 * 8 * (PIXELS / 2 + PIXELS / 4), bytes: 2.5 * FLOAT * PIXELS },
    build: async (operations) =>
      libraryOperator(operations, "downsample", { q: 2, antialias: "bicubic" }, IMAGE, []),
  },
  {
    name: "wavelet",
    title: `wavelets db4, 4 levels, ${SIDE} x ${SIDE}`,
    array: "image",
    field: "real",
    work: { flops: 2 * (4 / 3) * 2 * 2 * 8 * PIXELS, bytes: 4 * FLOAT * PIXELS },
    build: async (operations) =>
      libraryOperator(operations, "wavelet", { name: "db4", levels: 4 }, IMAGE, []),
  },
  {
    name: "fourier",
    title: `orthonormal Fourier transform of complex ${SIDE} x ${SIDE}`,
    array: "field",
    field: "complex",
    work: { flops: 2 * 5 * PIXELS * Math.log2(PIXELS), bytes: 8 * FLOAT * PIXELS },
    build: async (operations) => libraryOperator(operations, "fourier", {}, C(SIDE, SIDE), []),
  },
  {
    name: "coils",
    title: `${COILS} coil sensitivities, ${COIL_SIDE} x ${COIL_SIDE}`,
    array: "coil_image",
    field: "complex",
    work: { flops: 0, bytes: (2 + 4 * COILS) * 2 * FLOAT * COIL_SIDE ** 2 },
    build: async (operations, put) =>
      libraryOperator(operations, "coils", {}, C(COIL_SIDE, COIL_SIDE), [await put("coil_maps", "complex")]),
  },
  {
    name: "patches",
    title: `patches of ${PATCH} x ${PATCH} at every fourth pixel, ${SIDE} x ${SIDE}`,
    array: "image",
    field: "real",
    work: { flops: 0, bytes: (2 + 2 * (PATCH / 4) ** 2) * FLOAT * PIXELS },
    build: async (operations) =>
      libraryOperator(operations, "patches", { size: PATCH, stride: 4 }, IMAGE, []),
  },
  {
    name: "dense",
    title: `dense matrix of ${ORDER} x ${ORDER}`,
    array: "vector",
    field: "real",
    work: { flops: 0, bytes: 2 * FLOAT * ORDER ** 2 },
    build: async (operations, put) => matrixOperator(operations, await put("matrix")),
  },
];

async function opened({ operations, folder }: Setting, { array, field, build }: Measured): Promise<Opened> {
  const { engine } = operations;
  const put: Put = async (name, of = "real") => {
    const { data: numbers, shape } = await load(folder, name);
    const handle = engine.upload(numbers, shape);
    return {
      kind: "array",
      field: of,
      shape: of === "real" ? shape : shape.slice(0, -1),
      batch: null,
      handle,
    };
  };
  const x = await put(array, field);
  const operator = await build(operations, put);
  const handlesOf = (value: ReturnType<Operator["apply"]>) => (value.kind === "array" ? [value.handle] : []);
  const both = () => operator.adjoint(operations, operator.apply(operations, x));
  const product = () => {
    const [handle] = handlesOf(engine.scope(both, handlesOf));
    if (handle === undefined) throw new TypeError("not an array");
    return handle;
  };
  const run = async () => {
    const made = product();
    const corner = made.shape.map(() => 0);
    const first = engine.slice(
      made,
      corner,
      made.shape.map(() => 1),
    );
    await engine.read(first);
    engine.dispose([made, first]);
  };
  const check = async () => {
    const made = product();
    const result = realArray(made.shape, Float64Array.from(await engine.read(made)));
    engine.dispose([made]);
    return { result };
  };
  return repeated(check, run, () => engine.dispose([x.handle, ...operator.handles]));
}

/** Operators beside their floors; those of peers are cases of their own (`xray`, `fft`, `wavelet-256`). */
export const operators: readonly Case[] = MEASURED.map((measured) => ({
  name: `operator-${measured.name}`,
  title: `A'A x, ${measured.title}`,
  data,
  tolerance: 1e-5,
  work: measured.work,
  open: (setting) => opened(setting, measured),
}));
