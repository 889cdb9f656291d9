import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, filled, fine, npy, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const y = npy(
  folder,
  "y.npy",
  filled([2, 8, 8], (i) => 0.5 + 0.4 * Math.sin(i / 3)),
);
const P = npy(
  folder,
  "P.npy",
  filled([2, 8, 8], (i) => ((i * 7919) % 11 < 6 ? 1 : 0)),
);

/** Condat-Vu for total variation: nothing but the data says the sizes, and step sizes need them. */
const CONDAT = `program condat[h, w] {
  given lambda : R in (0, inf) = 0.1
  input y : R[h, w]
  let D : linear R[h, w] -> R[h, w, 2] = gradient
  fun f(x : R[h, w]) = 1/2*norm2sq(x - y)
  fun g(p : R[h, w, 2]) = lambda*norm21(p)
  let sigma = 0.5/norm(D)
  let tau = 1/(lip(grad f)/2 + sigma*norm(D)^2)
  state x : R[h, w] = 0
  state p : R[h, w, 2] = 0
  step {
    x <- proj(box(0, 1))(x - tau*(grad f(x) + D'*p))
    p <- prox(sigma*conjugate(g))(p + sigma*D*(2*x - old x))
  }
  objective f(x) + g(D*x)
  output x
  converge(max = 30, proof = none)
}
`;

/** Soft thresholding of wavelet coefficients, with a mask for each sample. */
const MASKS = `program masks[h, w] {
  given lambda : R in (0, inf) = 0.01
  input P : R[h, w] with binary
  input y : R[h, w]
  let W : linear R[h, w] -> R[h, w] = wavelet(haar, levels = 2)
  let A = mask(P)*W'
  fun f(x : R[h, w]) = 1/2*norm2sq(A*x - y)
  state x : R[h, w] = 0
  step { x <- prox(lambda*norm1)(x - grad f(x)) }
  output W'*x
  converge(max = 30, proof = none)
}
`;

describe("a program of a user's own, whose sizes only the data gives", () => {
  it.each([
    ["condat", CONDAT, []],
    ["masks", MASKS, ["--input", `P=${P}`]],
  ] as const)("%s compiles, and runs as the reference interpreter does", async (name, text, inputs) => {
    const program = file(folder, `${name}.ipx`, text);
    await fine("compile", program, "-o", folder);
    const result = async (engine: string): Promise<readonly number[]> => {
      const output = join(folder, `${name}.${engine}.npy`);
      await fine(
        "run",
        program,
        "--input",
        `y=${y}`,
        ...inputs,
        "--engine",
        engine,
        "--output",
        `output=${output}`,
      );
      return Array.from(readNpy(readFileSync(output)).data);
    };
    const exact = await result("reference");
    for (const [i, value] of (await result("wasm")).entries()) expect(value).toBeCloseTo(exact[i] ?? NaN, 4);
  });
});
