import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, filled, fine, npy, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const y = npy(
  folder,
  "y.npy",
  filled([5], (i) => i - 1.5),
);

/** Relaxes from 0 to y by a hundredth in each round, in two steps of an unrolled network. */
const relaxing = (rounds: string): string => `program relaxing[n] {
  input y : R[n]
  learn t : R in (0, 1) = 0.01
  state x : R[n] = 0
  step { ${rounds.replace("BODY", "x <- x + t*(y - x)")} }
  output x
  unroll(2)
}
`;

it.each([
  ["written out", 40, "repeat 40 { BODY }"],
  ["a loop", 300, "repeat 300 { BODY }"],
  ["a loop of loops", 300, "repeat 15 { repeat 20 { BODY } }"],
])("repeat does as many rounds as it says: %s", async (name, rounds, text) => {
  const at = join(folder, `${name}.npy`);
  const program = file(folder, "relaxing.ipx", relaxing(text));
  await fine("run", program, "--input", `y=${y}`, "--output", `x=${at}`, "--engine", "reference");
  const factor = 1 - 0.99 ** (2 * rounds);
  Array.from(readNpy(readFileSync(at)).data).forEach((entry, i) => {
    expect(entry).toBeCloseTo(factor * (i - 1.5), 5);
  });
});
