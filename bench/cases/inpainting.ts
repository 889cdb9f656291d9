import { adjoint, compose, libraryOperator, model, R } from "ipc/runtime";
import { type Case, type DataSet, repeated } from "./case.ts";
import { boxes, uniforms } from "./draw.ts";
import { definition, load, save } from "./files.ts";

const SIDE = 256;
const ITERATIONS = 200;
const LEVELS = 3;
/** filter taps of sym4 */
const TAPS = 8;

const data: DataSet = {
  name: "inpainting",
  write: async (folder) => {
    const mask = uniforms(SIDE * SIDE, "mask").map((value) => (value < 0.5 ? 1 : 0));
    const picture = boxes(SIDE, "inpainting");
    await save(folder, "mask", [SIDE, SIDE], mask);
    await save(
      folder,
      "y",
      [SIDE, SIDE],
      picture.map((value, index) => value * (mask[index] ?? 0)),
    );
  },
};

/** Half of the pixels are known; the coefficients of the picture are sparse. The result are the coefficients. */
export const inpainting: Case = {
  name: "inpainting",
  title: `wavelet inpainting by FISTA, ${SIDE} x ${SIDE}, sym4, ${LEVELS} levels, ${ITERATIONS} iterations`,
  data,
  tolerance: 1e-3,
  // per iteration two transforms, each two filters of 8 taps on two axes of every level; the arrays stay in the cache
  work: { flops: ITERATIONS * 2 * (4 / 3) * SIDE * SIDE * 2 * TAPS * 2, bytes: 0 },
  open: async ({ operations, folder }) => {
    const space = R(SIDE, SIDE);
    const pixels = operations.engine.upload((await load(folder, "mask")).data, [SIDE, SIDE]);
    const mask = libraryOperator(operations, "mask", {}, space, [
      { kind: "array", field: "real", shape: [SIDE, SIDE], batch: null, handle: pixels },
    ]);
    const analysis = libraryOperator(operations, "wavelet", { name: "sym4", levels: LEVELS }, space, []);
    const givens = { A: compose(mask, adjoint(analysis)), lambda: 0.02 };
    const solver = await model(definition("programs/fista.ipx", "unrolled"), givens, {
      steps: ITERATIONS,
      engine: operations,
    });
    const y = await load(folder, "y");
    const run = () => solver.run({ y });
    const check = async () => ({ result: (await run()).output });
    return repeated(check, run, () => solver.dispose());
  },
};
