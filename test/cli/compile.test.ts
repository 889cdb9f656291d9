import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DUMP_STAGES } from "../../cli/choices.ts";
import { file, fine, names, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const program = (name: string): string => join(PROGRAMS, `${name}.ipx`);

function out(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

describe("compile", () => {
  it("writes every declared target and says so", async () => {
    const into = out("declared");
    const said = await fine("compile", program("ista"), "-o", into, "--json");
    const files = ["ista.equilibrium.ts", "ista.solver.ts", "ista.unrolled.ts"];
    expect(names(into)).toEqual(files);
    expect(JSON.parse(said.out)).toEqual({
      version: 1,
      written: ["solver", "unrolled", "equilibrium"].map((target) => ({
        program: "ista",
        target,
        file: join(into, `ista.${target}.ts`),
      })),
    });
    expect(readFileSync(join(into, "ista.solver.ts"), "utf8")).toContain('from "ipc/runtime"');
  });

  it("gives a target that is not declared its defaults", async () => {
    const into = out("undeclared");
    await fine("compile", program("fista"), "--target", "equilibrium", "-o", into);
    expect(names(into)).toEqual(["fista.equilibrium.ts"]);
  });

  it("compiles a program without a step directly, also as a solver", async () => {
    const into = out("direct");
    await fine("compile", program("tikhonov_direct"), "--target", "solver", "-o", into);
    expect(names(into)).toEqual(["tikhonov_direct.direct.ts"]);
  });

  it("compiles all programs of a file, or the one that is named", async () => {
    const two = ["a", "b"].map((name) => `program ${name} {\n  input y : R\n  output 2*y\n}\n`);
    const path = file(folder, "two.ipx", two.join("\n"));
    const into = out("two");
    await fine("compile", path, "--program", "b", "-o", into);
    expect(names(into)).toEqual(["b.direct.ts"]);
    await fine("compile", path, "-o", into);
    expect(names(into)).toEqual(["a.direct.ts", "b.direct.ts"]);
    await refused(1, /no program `c`[^]*a, b|no program `c`[^]*a and b/, "compile", path, "--program", "c");
  });

  it.each([
    ["lista", "equilibrium", /`W1` is another one in each step/],
    ["sgp", "equilibrium", /counts the iterations/],
    ["tikhonov_direct", "unrolled", /no step to repeat/],
    ["ista", "direct", /error\[IPX6011\][^]*Choose `solver`, `unrolled` or `equilibrium`/],
    ["lista", "direct", /error\[IPX6011\][^]*Choose `solver` or `unrolled`/],
  ])("refuses %s as %s with the reason, and writes nothing", async (name, target, reason) => {
    const into = join(folder, `${name}.${target}`);
    await refused(1, reason, "compile", program(name), "--target", target, "-o", into);
    expect(existsSync(into)).toBe(false);
  });

  it("takes a step for one map if it reads no counter, and draws nothing", async () => {
    const walk = (step: string, targets = ""): string =>
      `program walk {\n  input y : R[8]\n  state x : R[8] = 0\n  ${step}\n  output x\n  ${targets}\n}\n`;
    const compile = (name: string, text: string): string[] => {
      return ["compile", file(folder, `${name}.ipx`, text), "--target", "equilibrium", "-o", out(name)];
    };
    const unread = "step k { x <- x/2 + y }";
    const reading = "step k { x <- x/2 + y/(k + 1) }";
    const drawing = "step {\n    draw e : R[8] from normal\n    x <- x/2 + y + 0.1*e\n  }";
    for (const targets of ["equilibrium()", "unroll(4)"]) {
      const at = targets.slice(0, 4);
      await fine(...compile(`unread ${at}`, walk(unread, targets)));
      await refused(1, /IPX6004[^]*`k` counts/, ...compile(`reading ${at}`, walk(reading, targets)));
      await refused(1, /IPX6004[^]*`e` is drawn/, ...compile(`drawing ${at}`, walk(drawing, targets)));
    }
  });

  it("ends with 2 where it cannot write", async () => {
    const inTheWay = file(folder, "in_the_way", "");
    await refused(2, /cannot be made/, "compile", program("ista"), "-o", inTheWay);
    await refused(2, /cannot be made/, "compile", program("ista"), "-o", join(inTheWay, "below"));
    if (process.platform === "linux")
      await refused(2, /cannot be made/, "compile", program("ista"), "-o", "/proc/ipc");
  });

  it.each(DUMP_STAGES)("prints the stage %s and writes nothing", async (stage) => {
    const into = join(folder, `dump.${stage}`);
    const said = await fine("compile", program("ista"), "--target", "solver", "--dump", stage, "-o", into);
    expect(said.out.length).toBeGreaterThan(100);
    expect(existsSync(into)).toBe(false);
  });
});
