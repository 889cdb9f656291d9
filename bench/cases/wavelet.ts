import { libraryOperator, R, realArray } from "ipc/runtime";
import { type Case, repeated } from "./case.ts";
import { boxes } from "./draw.ts";
import { load, save } from "./files.ts";

const SIDE = 256;
const LEVELS = 3;
/** filter taps of sym4 */
const TAPS = 8;

/** A periodic transform of all levels and its inverse, of a picture that stays on the engine. */
export const waveletPair: Case = {
  name: "wavelet-256",
  title: `wavelet transform and its inverse, ${SIDE} x ${SIDE}, sym4, ${LEVELS} levels`,
  data: { name: "wavelet", write: (folder) => save(folder, "x", [SIDE, SIDE], boxes(SIDE, "wavelet")) },
  tolerance: 1e-5,
  work: { flops: 2 * (4 / 3) * 2 * 2 * TAPS * SIDE * SIDE, bytes: 0 },
  open: async ({ operations, folder }) => {
    const { engine } = operations;
    const analysis = libraryOperator(
      operations,
      "wavelet",
      { name: "sym4", levels: LEVELS },
      R(SIDE, SIDE),
      [],
    );
    const handle = engine.upload((await load(folder, "x")).data, [SIDE, SIDE]);
    const x = { kind: "array", field: "real", shape: [SIDE, SIDE], batch: null, handle } as const;
    const both = () => {
      const coefficients = analysis.apply(operations, x);
      const picture = analysis.adjoint(operations, coefficients);
      if (coefficients.kind !== "array" || picture.kind !== "array") throw new TypeError("not an array");
      return [coefficients.handle, picture.handle] as const;
    };
    const run = async () => {
      const made = engine.scope(both, (handles) => handles);
      const first = engine.slice(made[1], [0, 0], [1, 1]);
      await engine.read(first);
      engine.dispose([...made, first]);
    };
    const check = async () => {
      const made = engine.scope(both, (handles) => handles);
      const [coefficients, picture] = [await engine.read(made[0]), await engine.read(made[1])];
      engine.dispose(made);
      return { result: realArray([2, SIDE, SIDE], Float64Array.from([...coefficients, ...picture])) };
    };
    return repeated(check, run, () => engine.dispose([handle, ...analysis.handles]));
  },
};
