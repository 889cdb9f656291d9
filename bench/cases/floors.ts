import { type ArrayValue, realArray } from "ipc/runtime";
import { type Case, repeated } from "./case.ts";
import { normals } from "./draw.ts";
import { load, save } from "./files.ts";

const ORDER = 1024;
const COUNT = 2 ** 24;

/** A product of two matrices: the machine's arithmetic, as the best participant gets it. */
export const product: Case = {
  name: "sgemm",
  title: `product of two ${ORDER} x ${ORDER} matrices`,
  data: {
    name: "sgemm",
    write: async (folder) => {
      for (const name of ["a", "b"]) {
        await save(folder, name, [ORDER, ORDER], normals(ORDER * ORDER, "sgemm", name));
      }
    },
  },
  tolerance: 1e-5,
  work: { flops: 2 * ORDER ** 3, bytes: 0 },
  open: async ({ operations: { engine }, folder }) => {
    const [a, b] = [await load(folder, "a"), await load(folder, "b")].map(({ data, shape }) =>
      engine.upload(data, shape),
    );
    if (a === undefined || b === undefined) throw new RangeError("no matrices");
    const run = async () => {
      const made = engine.matmul(a, b);
      const first = engine.slice(made, [0, 0], [1, 1]);
      await engine.read(first);
      engine.dispose([made, first]);
    };
    const check = async () => {
      const made = engine.matmul(a, b);
      const result = realArray([ORDER, ORDER], await engine.read(made));
      engine.dispose([made]);
      return { result };
    };
    return repeated(check, run, () => engine.dispose([a, b]));
  },
};

/** a + s b on arrays far larger than the caches: the machine's memory. */
export const triad: Case = {
  name: "triad",
  title: `a + s b on ${COUNT} numbers`,
  data: {
    name: "triad",
    write: async (folder) => {
      const ramp = (step: number) =>
        Float32Array.from({ length: COUNT }, (_, index) => (index % step) / step);
      await save(folder, "a", [COUNT], ramp(1000));
      await save(folder, "b", [COUNT], ramp(777));
    },
  },
  tolerance: 1e-6,
  work: { flops: 0, bytes: 3 * 4 * COUNT },
  open: async ({ operations, folder }) => {
    const { engine } = operations;
    const put = async (name: string): Promise<ArrayValue> => {
      const handle = engine.upload((await load(folder, name)).data, [COUNT]);
      return { kind: "array", field: "real", shape: [COUNT], batch: null, handle };
    };
    const [a, b, s] = [await put("a"), await put("b"), operations.number(0.5)];
    const made = () =>
      engine.scope(
        () => operations.map("a + s*b", { a, b, s }),
        (value) => (value.kind === "array" ? [value.handle] : []),
      );
    const handleOf = (value: ReturnType<typeof made>) => {
      if (value.kind !== "array") throw new TypeError("not an array");
      return value.handle;
    };
    const run = async () => {
      const handle = handleOf(made());
      const first = engine.slice(handle, [0], [1]);
      await engine.read(first);
      engine.dispose([handle, first]);
    };
    const check = async () => {
      const handle = handleOf(made());
      const result = realArray([COUNT], await engine.read(handle));
      engine.dispose([handle]);
      return { result };
    };
    return repeated(check, run, () => engine.dispose([a.handle, b.handle, s.handle]));
  },
};
