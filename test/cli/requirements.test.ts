import { join } from "node:path";
import { describe, it } from "vitest";
import { file, filled, fine, npy, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const wave = (i: number): number => Math.cos(3 * i);
const y = npy(folder, "y.npy", filled([4], wave));
const batch = npy(folder, "batch.npy", filled([3, 4], wave));
const steps = npy(
  folder,
  "steps.npy",
  filled([3], (i) => (i === 1 ? 100 : 0.1)),
);

/** A program of A : R[n] -> R[m] and y, with more members. */
function program(name: string, members: string): string {
  const text = `program p[m, n] {\n  given A : linear R[n] -> R[m]\n  input y : R[m]\n${members}\n}\n`;
  return file(folder, `${name}.ipx`, text);
}

function run(name: string, members: string, ...bound: readonly string[]): readonly string[] {
  const A = "A=gaussian(4, 6, seed = 1)";
  const output = ["--output", `output=${join(folder, "x.npy")}`];
  return ["run", program(name, members), "--bind", A, "--input", `y=${y}`, ...output, ...bound];
}

describe("an index below a symbolic size is tested when data is bound", () => {
  it("where it is read", () =>
    refused(
      1,
      /IPX8007.*The index `30` is 30, outside \[0, m - 1\], which is \[0, 3\]/u,
      ...run("read", "  output y[30]*(A'*y)"),
    ));
  it("where it is written", () =>
    refused(
      1,
      /The index `40` is 40, outside \[0, n - 1\], which is \[0, 5\]/u,
      ...run("written", "  state z : R[n] = 0\n  step { z[40] <- 5 }\n  output z + A'*y\n  unroll(2)"),
    ));
  it("of an entry that is updated", () =>
    refused(
      1,
      /The index `40` is 40, outside \[0, n - 1\], which is \[0, 5\]/u,
      ...run(
        "entry",
        "  state z : R[m, n] = 0\n  step { z[mod(1, m), 40] <- 5 }\n  output A'*y + z[0]\n  unroll(2)",
      ),
    ));
  it("where it is a size", () =>
    refused(1, /The index `n - 1` is 5, outside/u, ...run("size", "  output y[n - 1]*(A'*y)")));
  it("in a program that is called", () => {
    const called = "program q[k] {\n  input v : R[k]\n  output v[9]\n}\n";
    const caller = "program p[m] {\n  input y : R[m]\n  output q(v = y)*y\n}\n";
    const path = file(folder, "called.ipx", `${called}\n${caller}`);
    return refused(
      1,
      /The index `9` is 9, outside \[0, m - 1\]/u,
      "run",
      path,
      "--program",
      "p",
      "--input",
      `y=${y}`,
    );
  });
  it("and may fit", async () => {
    await fine(...run("fits", "  output y[3]*(A'*y)"));
  });
});

describe("an interval with computed ends is tested when data is bound", () => {
  const step = `  fun f(x : R[n]) = 1/2*norm2sq(A*x - y)
  given t : R in (0, 2/lip(grad f))
  state x : R[n] = 0
  step { x <- x - t*grad f(x) }
  output x
  unroll(3)`;
  it("that of a given", () =>
    refused(
      1,
      /`t` is 100, outside its interval \(0, 2\/lip\(grad f\)\), which is \(0, /u,
      ...run("step", step, "--bind", "t=100"),
    ));
  it("at both ends", () => refused(1, /outside its interval \(0/u, ...run("low", step, "--bind", "t=-1")));
  it("and is kept", async () => {
    await fine(...run("kept", step, "--bind", "t=0.01"));
  });
  it("that of a default", () =>
    refused(1, /`b` is 50/u, ...run("default", "  given b : R in [0, norm(A)] = 50\n  output b*(A'*y)")));
  it("that of a given of each step", () =>
    refused(
      1,
      /`b` is 100/u,
      ...run(
        "perStep",
        "  given b : R in [0, norm(A)] per step\n  state x : R[n] = 0\n  step { x <- x + b*(A'*y) }\n  output x\n  unroll(3)",
        "--bind",
        `b=array("${steps}")`,
      ),
    ));
  it("that of an input, sample by sample", () =>
    refused(
      1,
      /`s` is 100 in sample 1, outside its interval \(0, 2\*norm\(A\)\)/u,
      "run",
      program("input", "  input s : R in (0, 2*norm(A))\n  output s*(A'*y)"),
      "--bind",
      "A=gaussian(4, 6, seed = 1)",
      "--input",
      `y=${batch}`,
      "--input",
      `s=${steps}`,
    ));
});

describe("a number that a table bounds is tested when data is bound", () => {
  const given = (name: string, output: string): readonly string[] =>
    run(name, `  given a : R\n  output ${output}`, "--bind", "a=-1");
  it("the radius of a ball", () =>
    refused(1, /`r = a` is -1, outside \[0, inf\)/u, ...given("radius", "proj(ball(a))(A'*y)")));
  it("the bounds of a box", () =>
    refused(1, /`a \.- 1` of `box` is -2, outside \[0, inf\)/u, ...given("box", "proj(box(1, a))(A'*y)")));
  it("the bounds of a clip", () =>
    refused(1, /`a \.- y` of `clip` is .*, outside \[0, inf\)/u, ...given("clip", "A'*clip(y, y, a)")));
  it("a setting of a function", () =>
    refused(1, /`delta = a` is -1, outside \(0, inf\)/u, ...given("delta", "huber(delta = a)(A'*y)*(A'*y)")));
});
