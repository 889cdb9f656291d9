import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { model, norm2sq, type Model } from "ipc/runtime";
import { repeated, type Case, type Setting } from "./case.ts";
import { definition, load } from "./files.ts";
import { SIZES, sparse } from "./sparse.ts";
import { training } from "./training.ts";

const { m, n, batch, layers } = SIZES;

/** A network of the programs folder with the weights of the data. */
async function network({ operations, folder }: Setting, name: string): Promise<Model> {
  const weights = await readFile(join(folder, `${name}.safetensors`));
  const givens = { A: await load(folder, "A"), lambda: 0.1 };
  return model(definition(`programs/${name}.ipx`, "unrolled"), givens, {
    weights,
    steps: layers,
    engine: operations,
  });
}

function trainingCase(name: string, program: string, title: string, parameters: number): Case {
  // forward, by the state and by the weights: three products with each matrix, less what the first state 0 spares
  const flops = 3 * 2 * batch * parameters;
  return {
    name,
    title,
    data: sparse,
    tolerance: 1e-3,
    work: { flops, bytes: 7 * 4 * parameters },
    open: async (setting) => {
      const { folder } = setting;
      return training(await network(setting, program), {
        batch: { inputs: { y: await load(folder, "y") }, target: await load(folder, "x") },
        samples: batch,
        loss: norm2sq,
        rate: 1e-4,
      });
    },
  };
}

/** One step of Adam on a fixed batch; checked by the losses of five steps. */
export const listaTraining = trainingCase(
  "lista-train",
  "lista",
  "LISTA training step, W1 y + W2 x, 16 layers, m 250, n 500, batch 64",
  layers * (n * m + n * n + n),
);

/** The same with coupled weights, so that only W is learned; A is given. */
export const listaCoupledTraining: Case = {
  ...trainingCase(
    "lista-cp-train",
    "lista_cp",
    "LISTA training step, x - W'(Ax - y), 16 layers, m 250, n 500, batch 64",
    layers * n * m,
  ),
  work: { flops: 5 * 2 * batch * layers * n * m, bytes: 7 * 4 * layers * n * m },
};

function inference(samples: number): Case {
  const parameters = layers * (n * m + n * n);
  return {
    name: `lista-${samples}`,
    title: `LISTA inference, W1 y + W2 x, batch ${samples}`,
    data: sparse,
    tolerance: 1e-4,
    work: { flops: 2 * samples * parameters, bytes: 4 * parameters },
    open: async (setting) => {
      const lista = await network(setting, "lista");
      const y = await load(setting.folder, samples === 1 ? "y1" : "y");
      const run = () => lista.run({ y });
      const check = async () => ({ result: (await run()).output });
      return repeated(check, run, () => lista.dispose());
    },
  };
}

export const listaBatch = inference(SIZES.batch);
export const listaSingle = inference(1);
