import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, filled, fine, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const VIEWS = filled([2, 6, 23], (i) => Math.max(0, Math.sin(i / 7)));
const y = npy(folder, "y.npy", VIEWS);
const ANGLES = ["--bind", "angles=midpoints(0, pi, 6)", "--bind", "h=16", "--bind", "w=16"];

describe("programs of tomography", () => {
  it("reconstruct by filtered back-projection as the reference does, each sample of a batch alone", async () => {
    const result = async (engine: string): Promise<readonly number[]> => {
      const output = join(folder, `fbp.${engine}.npy`);
      const program = join(PROGRAMS, "fbp.ipx");
      await fine(
        "run",
        program,
        ...ANGLES,
        "--input",
        `y=${y}`,
        "--engine",
        engine,
        "--output",
        `output=${output}`,
      );
      const { shape, data } = readNpy(readFileSync(output));
      expect(shape).toEqual([2, 16, 16]);
      return Array.from(data);
    };
    const exact = await result("reference");
    for (const [i, value] of (await result("wasm")).entries()) expect(value).toBeCloseTo(exact[i] ?? NaN, 4);
  });

  it("say how a projector gets its size in a program without sizes, and that works", async () => {
    const program = file(
      folder,
      "landweber.ipx",
      `program p[space X in R, space Y in R] {
  given A : linear X -> Y
  input y : Y
  let t = 1/norm(A)^2
  state x : X = 0
  step { x <- x - t*A'*(A*x - y) }
  output x
  converge(max = 3)
}
`,
    );
    const projector = "radon(midpoints(0, pi, 6), detectors = 23)";
    const data = ["--input", `y=${y}`, "--output", `x=${join(folder, "x.npy")}`];
    await refused(1, /no sizes to\s+bind/u, "run", program, "--bind", `A=${projector}`, ...data);
    const mask = npy(
      folder,
      "mask.npy",
      filled([16, 16], () => 1),
    );
    await fine("run", program, "--batch", "--bind", `A=${projector}*mask(array("${mask}"))`, ...data);
  });

  it.each(["learned_gradient", "learned_primal_dual"])(
    "%s is trained and measured by the commands",
    async (name) => {
      const experiment = file(
        folder,
        `${name}.toml`,
        `program = "${join(PROGRAMS, `${name}.ipx`)}"
target = "unrolled"
steps = 2
seed = 1
out = "${join(folder, name)}"

[given]
angles = "midpoints(0, pi, 6)"
h = 16
w = 16

[data]
generate = "ellipses(16)"
measure = "radon(angles, detectors = 23)*x"
noise = { relative = 0.05 }
validate = { count = 2, seed = 2 }
test = { count = 2, seed = 3 }

[train]
batch = 2
steps = 3

[eval]
metrics = ["psnr_db"]
`,
      );
      await fine("train", experiment);
      const { out, talk } = await fine("eval", experiment);
      expect(`${out}${talk}`).toMatch(/psnr_db/u);
    },
  );

  it("say all the sizes that no datum fixes, and how they are bound", async () => {
    const [, angles = ""] = ANGLES;
    const output = join(folder, "open.npy");
    const run = (name: string, ...more: readonly string[]): readonly string[] => {
      const data = ["--input", `y=${y}`, "--output", `output=${output}`];
      return ["run", join(PROGRAMS, `${name}.ipx`), "--bind", angles, ...more, ...data];
    };
    await refused(
      1,
      /IPX8005[^]*fixes `h` and `w` of learned_gradient[^]*--bind h=\.\.\. --bind w=\.\.\.[^]*\[given\]/,
      ...run("learned_gradient"),
    );
    await refused(1, /IPX8005[^]*fixes `w` of fbp[^]*`--bind w=\.\.\.`/, ...run("fbp", "--bind", "h=16"));
  });

  it("say what is wrong with lines and their operators", async () => {
    const x = npy(
      folder,
      "x.npy",
      filled([16, 16], (i) => i / 256),
    );
    const apply = (expression: string, what: RegExp): Promise<unknown> =>
      refused(1, what, "apply", expression, "--input", x, "--output", join(folder, "z.npy"));
    await apply(
      "fan_beam(midpoints(0, pi, 3), detectors = 9, source = 5, detector = 9)",
      /outside of the image/u,
    );
    await apply("radon(midpoints(0, pi, 3))", /needs its setting `detectors`/u);
    await apply("radon(midpoints(0, pi), detectors = 9)", /takes two ends and a count/u);
    await apply("radon(midpoints(0, pi, 0.5), detectors = 9)", /whole number from 1/u);
    await fine(
      ...["apply", "filtered_backprojection(radon(midpoints(0, pi, 9), detectors = 23), filter = hann)'"],
      ...["--input", x, "--output", join(folder, "z.npy")],
    );
    expect(readNpy(readFileSync(join(folder, "z.npy"))).shape).toEqual([9, 23]);
  });
});
