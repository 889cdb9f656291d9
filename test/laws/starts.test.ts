import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";

const SIZE = 24;
const SEEDS: readonly number[] = [1, 2, 3];

/** A picture of bumps, which is not negative: neighbours are alike, as random numbers are not. */
const PICTURE: HostArray = realArray(
  [SIZE, SIZE],
  Float64Array.from(
    { length: SIZE * SIZE },
    (_, i) => 0.6 + 0.4 * Math.sin(i / 40) * Math.cos((i % SIZE) / 5),
  ),
);

const norm = ({ data }: HostArray): number => Math.hypot(...data);

/** How many times its input the program's output is, for each seed. */
async function growth(text: string, steps?: number): Promise<readonly number[]> {
  const using = operations(await wasmEngine());
  const settings = steps === undefined ? {} : { steps };
  const definition = definitionFor(
    compiledText("start", text),
    steps === undefined ? "direct" : "unrolled",
    settings,
  );
  const found: number[] = [];
  for (const seed of SEEDS) {
    const program = await model(definition, {}, { engine: using, seed });
    const { output } = await program.run({ y: PICTURE });
    found.push(norm(output) / norm(PICTURE));
  }
  return found;
}

const direct = (net: string): string =>
  `program start[h, w] {\n  input y : R[h, w]\n  learn N : net R[h, w] -> R[h, w] = ${net}\n  output N(y)\n}\n`;

/** Each step takes off what a network of its own gives, as those of a variational network do. */
const unrolled = (net: string): string => `program start[h, w] {
  input y : R[h, w]
  learn N : net R[h, w] -> R[h, w] per step = ${net}
  state x : R[h, w] = y
  step { x <- x - N(x) }
  output x
  unroll(12)
}
`;

describe("a network begins with an output of the size of its input", () => {
  test.each([
    "unet(levels = 2, width = 8)",
    "unet(levels = 4, width = 18)",
    "dncnn(depth = 6, width = 16)",
    "drunet(levels = 3, width = 8)",
    "gradient_block(width = 16)",
    "primal_dual_block(width = 16)",
    "ista_transform(width = 16)",
  ])("%s", async (net) => {
    for (const factor of await growth(direct(net))) {
      expect(factor).toBeLessThan(2);
      expect(factor).toBeGreaterThan(1e-3);
    }
  });

  test("twelve steps with a U-Net each do not run away", async () => {
    for (const factor of await growth(unrolled("unet(levels = 3, width = 16)"), 12)) {
      expect(factor).toBeLessThan(10);
    }
  });
});
