import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, filled, fine, npy, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

/** r halves until it suits a sample, c and z are the same for all samples, q is a number of the sample. */
const PROGRAM = file(
  folder,
  "shapes.ipx",
  `program shapes[h, w] {
  given s : R = 1
  input y : R[h, w]
  state x : R[h, w] = 0
  state c : R = 1
  state z : R[h, w] = 1
  step {
    var t = 1
    while norm2sq(t*y) > s max 7 { t <- t/2 }
    report r = t
    report q = norm2sq(y)
    c <- 0.5*c
    z <- c*z
    x <- x + t*y + z
  }
  output x
  unroll(3)
}
`,
);

const NAMES = ["r", "q", "c", "z", "output"];

/** The shapes of what a run on data of a shape writes. */
async function shapesOn(shape: readonly number[]): Promise<Readonly<Record<string, readonly number[]>>> {
  const y = npy(
    folder,
    "y.npy",
    filled(shape, (index) => 1 + (index % 7)),
  );
  const at = (name: string): string => join(folder, `${name}-${shape.join("x")}.npy`);
  await fine(
    "run",
    PROGRAM,
    "--input",
    `y=${y}`,
    ...NAMES.flatMap((name) => ["--output", `${name}=${at(name)}`]),
  );
  return Object.fromEntries(NAMES.map((name) => [name, readNpy(readFileSync(at(name))).shape]));
}

it("writes a shape that follows from the data's alone, whatever a value depends on", async () => {
  for (const samples of [[3], [1], []]) {
    const image = [...samples, 5, 4];
    expect(await shapesOn([...samples, 5, 4])).toEqual({
      r: samples,
      q: samples,
      c: samples,
      z: image,
      output: image,
    });
  }
});

it("says of a given that is filled that its size is open where inputs alone decide it", async () => {
  const path = file(
    folder,
    "fill.ipx",
    "program p[n] {\n  given z : R[n] = 0.5\n  input y : R[n]\n  state x : R[n] = 0\n" +
      "  step { x <- x + 0.1*sum(z .+ x)*y }\n  output x\n  unroll(2)\n}\n",
  );
  const y = npy(
    folder,
    "v.npy",
    filled([6], (index) => index / 6),
  );
  const argv = ["run", path, "--input", `y=${y}`];
  await refused(1, /IPX8005.*The default of `z` : R\[n\] reads `n`[^]*--bind n=\.\.\./u, ...argv);
  await fine(...argv, "--bind", "n=6");
});
