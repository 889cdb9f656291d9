import { type ArrayValue, realArray } from "ipc/runtime";
import { type Case, type DataSet, repeated } from "./case.ts";
import { normals } from "./draw.ts";
import { load, save } from "./files.ts";

const COUNT = 1_000_000;

const data: DataSet = {
  name: "threshold",
  write: async (folder) => {
    await save(folder, "x", [COUNT], normals(COUNT, "x"));
    await save(folder, "g", [COUNT], normals(COUNT, "g"));
  },
};

/** A step of ISTA without its products: one sweep of memory. */
export const threshold: Case = {
  name: "soft",
  title: "soft(x - t g, theta) on 1 000 000 numbers",
  data,
  tolerance: 1e-5,
  work: { flops: 0, bytes: 3 * 4 * COUNT },
  open: async ({ operations, folder }) => {
    const { engine } = operations;
    const put = async (name: string): Promise<ArrayValue> => {
      const handle = engine.upload((await load(folder, name)).data, [COUNT]);
      return { kind: "array", field: "real", shape: [COUNT], batch: null, handle };
    };
    const [x, g] = [await put("x"), await put("g")];
    const [t, theta] = [operations.number(0.5), operations.number(0.3)];
    const step = () => {
      const value = operations.map("soft(x - t*g, theta)", { x, t, g, theta });
      if (value.kind !== "array") throw new TypeError("not an array");
      return value.handle;
    };
    const kept = () => engine.scope(step, (handle) => [handle]);
    const run = async () => {
      const made = kept();
      const first = engine.slice(made, [0], [1]);
      await engine.read(first);
      engine.dispose([made, first]);
    };
    const check = async () => {
      const made = kept();
      const result = realArray([COUNT], await engine.read(made));
      engine.dispose([made]);
      return { result };
    };
    return repeated(check, run, () => engine.dispose([x.handle, g.handle, t.handle, theta.handle]));
  },
};
