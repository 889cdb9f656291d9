import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { realArray } from "../../runtime/io/hostArray.ts";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, filled, fine, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const fixtures = new URL("../fixtures/", import.meta.url).pathname;
const numbers = z.array(z.number());
const { x, Ax } = z
  .object({ x: numbers, Ax: numbers })
  .parse(JSON.parse(readFileSync(join(fixtures, "sparse.json"), "utf8")));
const SPARSE = `sparse("${join(fixtures, "formats/sparse_csr.npz")}")`;

it("applies a sparse matrix of scipy, and solves with it", async () => {
  const input = npy(folder, "x.npy", realArray([5], Float64Array.from(x)));
  const output = join(folder, "y.npy");
  await fine("apply", SPARSE, "--input", input, "--output", output);
  Array.from(readNpy(readFileSync(output)).data).forEach((value, i) =>
    expect(value).toBeCloseTo(Ax[i] ?? NaN, 5),
  );
  const program = join(PROGRAMS, "tikhonov_direct.ipx");
  const found = join(folder, "found.npy");
  await fine(
    "run",
    program,
    "--bind",
    `A=${SPARSE}`,
    "--bind",
    "alpha=0.001",
    "--input",
    `y=${output}`,
    "--output",
    `output=${found}`,
  );
  expect(readNpy(readFileSync(found)).shape).toEqual([5]);
  await refused(
    1,
    /neither stored by rows nor by columns/u,
    "apply",
    SPARSE.replace("csr", "coo"),
    "--input",
    input,
    "--output",
    output,
  );
});

it("crops, surrounds with zeros, and treats the parts of a tuple alone", async () => {
  const program = file(
    folder,
    "blocks.ipx",
    `/// Three times the middle of one image, and twice another.
program blocks[h, w] {
  given B : linear (R[h, w], R[h, w]) -> (R[h, w], R[h, w])
  input x : R[h, w]
  input y : R[h, w]

  let P : linear R[h, w] -> R[2, 2] = crop
  let D = blockdiag(P'*P, 2*I)
  output hstack(I, I)*(B*(D*(x, y)))
}
`,
  );
  const image = npy(
    folder,
    "image.npy",
    filled([4, 3], (i) => i),
  );
  const other = npy(
    folder,
    "other.npy",
    filled([4, 3], (i) => i % 2),
  );
  const output = join(folder, "blocks.npy");
  const inputs = ["--input", `x=${image}`, "--input", `y=${other}`, "--output", `output=${output}`];
  await fine("run", program, "--bind", "B=blockdiag(3*I, I)", ...inputs);
  const middle = [0, 0, 0, 9, 12, 0, 18, 21, 0, 0, 0, 0];
  expect(Array.from(readNpy(readFileSync(output)).data)).toEqual(
    middle.map((value, i) => value + 2 * (i % 2)),
  );
});
