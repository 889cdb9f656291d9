import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { model, mse } from "ipc/runtime";
import type { Case } from "./case.ts";
import { normals } from "./draw.ts";
import { definition, load, save } from "./files.ts";
import { writeNetwork } from "./networks.ts";
import { training } from "./training.ts";

const [BATCH, SIDE, WIDTH, LEVELS] = [4, 128, 32, 3];

/** Multiplications and additions of the forward pass: pairs of 3x3 convolutions down and up, and 2x2 ones up. */
function forwardFlops(): number {
  let products = WIDTH * SIDE ** 2; // the last convolution, 1x1
  for (let level = 0; level < LEVELS; level += 1) {
    const [pixels, width] = [(SIDE / 2 ** level) ** 2, WIDTH * 2 ** level];
    const before = level === 0 ? 1 : width / 2;
    products += 9 * pixels * (before * width + width * width);
    if (level < LEVELS - 1)
      products += pixels * (9 * (2 * width * width + width * width) + 2 * width * width);
  }
  return 2 * BATCH * products;
}

/** A step of Adam on a fixed batch. */
export const unetTraining: Case = {
  name: "unet-train",
  title: `U-Net training step, ${LEVELS} levels, width ${WIDTH}, ${BATCH} x ${SIDE} x ${SIDE}`,
  data: {
    name: "unet",
    write: async (folder) => {
      const shape = [BATCH, SIDE, SIDE];
      await save(folder, "y", shape, normals(BATCH * SIDE * SIDE, "y"));
      await save(folder, "x", shape, normals(BATCH * SIDE * SIDE, "x"));
      await writeNetwork(folder, "unet", {}, { engine: { name: "reference" } });
    },
  },
  tolerance: 1e-3,
  work: { flops: 3 * forwardFlops(), bytes: 0 },
  open: async ({ operations, folder }) => {
    const weights = await readFile(join(folder, "unet.safetensors"));
    const unet = await model(definition("bench/programs/unet.ipx"), {}, { weights, engine: operations });
    return training(unet, {
      batch: { inputs: { y: await load(folder, "y") }, target: await load(folder, "x") },
      samples: BATCH,
      loss: mse,
      rate: 1e-4,
    });
  },
};
