import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { model } from "ipc/runtime";
import { type Case, repeated } from "./case.ts";
import { normals } from "./draw.ts";
import { definition, load, save } from "./files.ts";
import { writeNetwork } from "./networks.ts";

const [SIDE, DEPTH, WIDTH] = [256, 17, 64];

/** Denoising of one image. */
export const dncnn: Case = {
  name: "dncnn",
  title: `DnCNN inference, ${DEPTH} layers, ${WIDTH} features, ${SIDE} x ${SIDE}`,
  data: {
    name: "dncnn",
    write: async (folder) => {
      await save(folder, "y", [SIDE, SIDE], normals(SIDE * SIDE, "y"));
      await writeNetwork(folder, "dncnn", {}, { engine: { name: "reference" } });
    },
  },
  tolerance: 1e-4,
  work: { flops: 2 * 9 * SIDE * SIDE * ((DEPTH - 2) * WIDTH * WIDTH + 2 * WIDTH), bytes: 0 },
  open: async ({ operations, folder }) => {
    const weights = await readFile(join(folder, "dncnn.safetensors"));
    const network = await model(definition("bench/programs/dncnn.ipx"), {}, { weights, engine: operations });
    const y = await load(folder, "y");
    const run = () => network.run({ y });
    const check = async () => ({ result: (await run()).output });
    return repeated(check, run, () => network.dispose());
  },
};
