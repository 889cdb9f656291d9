import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  bindInputs,
  engine,
  libraryOperator,
  type LossValue,
  mse,
  model,
  operations as operationsOn,
  type Operations,
  type Operator,
  perform,
  R,
  realArray,
  release,
  releaseGradient,
  valueAndGradient,
} from "ipc/runtime";
import { type Case, repeated } from "./case.ts";
import { normals, uniforms } from "./draw.ts";
import { definition, load, save } from "./files.ts";
import { writeNetwork } from "./networks.ts";

const [BATCH, SIDE, WIDTH] = [4, 64, 32];
/** evaluations of the step, and of its adjoint, that the tolerances take */
const EVALUATIONS = 33 + 47;
/** the smallest weight of a pixel: it sets how slowly the plain iteration converges */
const LEAST = 0.2;
/** The parameter whose gradient is compared. */
const COMPARED = "D.conv3.filter";

/** Weights of pixels, in [LEAST, 1], as an operator. */
function weighting(operations: Operations, weights: Float32Array | Float64Array): Operator {
  const handle = operations.engine.upload(weights, [SIDE, SIDE]);
  return libraryOperator(operations, "mask", {}, R(SIDE, SIDE), [
    { kind: "array", field: "real", shape: [SIDE, SIDE], batch: null, handle },
  ]);
}

/** The gradient of a loss at the equilibrium, by all parameters; both solves to the program's tolerance. */
export const equilibriumGradient: Case = {
  name: "de-prox",
  title: `DE-Prox forward and backward, Anderson, 5 layers of ${WIDTH}, ${BATCH} x ${SIDE} x ${SIDE}`,
  data: {
    name: "de-prox",
    write: async (folder) => {
      const shape = [BATCH, SIDE, SIDE];
      const weights = uniforms(SIDE * SIDE, "weights").map((value) => LEAST + (1 - LEAST) * value);
      await save(folder, "weights", [SIDE, SIDE], weights);
      await save(folder, "y", shape, normals(BATCH * SIDE * SIDE, "y"));
      await save(folder, "x", shape, normals(BATCH * SIDE * SIDE, "x"));
      const reference = operationsOn(await engine({ name: "reference" }));
      await writeNetwork(folder, "de_prox", { A: weighting(reference, weights) }, { engine: reference });
    },
  },
  tolerance: 2e-2,
  work: { flops: EVALUATIONS * 2 * BATCH * SIDE * SIDE * 9 * (3 * WIDTH * WIDTH + 2 * WIDTH), bytes: 0 },
  open: async ({ operations, folder }) => {
    const weights = await readFile(join(folder, "de_prox.safetensors"));
    const operator = weighting(operations, (await load(folder, "weights")).data);
    const network = await model(
      definition("bench/programs/de_prox.ipx"),
      { A: operator },
      { weights, engine: operations },
    );
    const { program } = network;
    const y = await load(folder, "y");
    const wanted = operations.engine.upload((await load(folder, "x")).data, [BATCH, SIDE, SIDE]);
    const target = {
      kind: "array",
      field: "real",
      shape: [SIDE, SIDE],
      batch: BATCH,
      handle: wanted,
    } as const;
    const loss = (of: Operations, output: Parameters<typeof mse>[1]): LossValue => mse(of, output, target);
    const gradient = async () => {
      const inputs = await perform(operations, bindInputs(program, { y }, true));
      const result = await valueAndGradient(program, inputs, loss);
      release(inputs, operations);
      return result;
    };
    const run = async () => releaseGradient(operations, await gradient());
    const check = async () => {
      const made = await gradient();
      const [filter] = made.parameters.get(COMPARED) ?? [];
      if (filter?.kind !== "array") throw new Error(`there is no gradient by ${COMPARED}`);
      const result = realArray(filter.shape, await operations.engine.read(filter.handle));
      const { equilibrium } = made;
      const notes = {
        forward: Math.max(...(equilibrium?.iterations ?? [])),
        backward: Math.max(...(equilibrium?.adjoint.iterations ?? [])),
      };
      releaseGradient(operations, made);
      return { result, notes };
    };
    return repeated(check, run, () => {
      operations.engine.dispose([wanted, ...operator.handles]);
      network.dispose();
    });
  },
};
