import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EngineError } from "../../runtime/engine/engine.ts";
import { file, filled, fine, ipc, ipcUntil, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const y = npy(
  folder,
  "y.npy",
  filled([4], () => 1),
);
/** Two programs; each has a step about which nothing is known. */
const two = file(
  folder,
  "two.ipx",
  ["first", "second"]
    .map(
      (name) =>
        `program ${name}[n] {\n  input y : R[n]\n  state x : R[n] = 0\n  step { x <- tanh(x + y) }\n  output x\n` +
        "  converge(until = change(x) < 1e-3, max = 500)\n}\n",
    )
    .join("\n"),
);

describe("warnings", () => {
  it("are those of the program that is run, in a line", async () => {
    const { talk } = await fine("run", two, "--program", "second", "--input", `y=${y}`);
    expect(talk).toMatch(/^warning\[IPX7003\]: [^\n]*two\.ipx:9:\d+; `ipc check` says more\)\n/u);
    expect(talk.match(/IPX7003/gu)).toHaveLength(1);
    expect(talk).not.toMatch(/-->/u);
  });

  it("are those of the program that is compiled, in full", async () => {
    const { talk } = await fine("compile", two, "--program", "second", "-o", folder);
    expect(talk.match(/IPX7003/gu)).toHaveLength(1);
    expect(talk).toMatch(/--> [^\n]*two\.ipx:9:/u);
    expect((await fine("check", two)).talk.match(/IPX7003/gu)).toHaveLength(2);
  });
});

describe("what is named twice is refused:", () => {
  const ista = join(PROGRAMS, "ista.ipx");
  const A = ["--bind", "A=gaussian(4, 8)"];
  const q = join(folder, "q.npy");
  it.each<readonly [string, RegExp, readonly string[]]>([
    ["a binding", /--bind A stands twice/u, [...A, "--bind", "A=I"]],
    ["an input", /--input y stands twice/u, [...A, "--input", `y=${y}`, "--input", `y=${y}`]],
    [
      "a file",
      /--output to [^\n]*q\.npy stands twice/u,
      [...A, "--input", `y=${y}`, "--output", `x=${q}`, "--output", `y=${q}`],
    ],
  ])("%s", async (_, what, argv) => {
    await refused(2, what, "run", ista, ...argv);
    expect(existsSync(q)).toBe(false);
  });
});

describe("with --json an error is an object on stdout:", () => {
  it.each<readonly [string, RegExp, readonly string[]]>([
    ["an unknown option", /unknown option '--nowhere'/u, ["run", two, "--nowhere", "--json"]],
    [
      "a value that is none",
      /no engine 'nowhere'/u,
      ["run", two, "--program", "first", "--input", `y=${y}`, "--engine", "nowhere", "--json"],
    ],
    [
      "an option without its parts",
      /--bind wants/u,
      ["run", two, "--program", "first", "--bind", "A", "--json"],
    ],
  ])("%s", async (_, message, argv) => {
    const { code, out } = await ipc(...argv);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      version: 1,
      diagnostics: [],
      error: { kind: "usage", message: expect.stringMatching(message) as string },
    });
  });

  it("an interrupt", async () => {
    const argv = ["run", two, "--program", "first", "--input", `y=${y}`, "--json"];
    const { code, out } = await ipcUntil(AbortSignal.abort(), argv);
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ version: 1, error: { kind: "interrupted" } });
  });
});

describe("an engine that is not there", () => {
  it("ends with 2, and names the option", async () => {
    const argv = ["run", two, "--program", "first", "--input", `y=${y}`, "--engine", "tensorflow-gpu"];
    const { talk } = await refused(2, /The engine tensorflow-gpu does not start/u, ...argv);
    expect(talk).toMatch(/--> --engine/u);
    expect(talk).not.toMatch(/ of :/u);
  });

  it("names no sizes where there are none", () => {
    expect(new EngineError("e", "start", [], "why").message).toBe("e: start: why");
    expect(new EngineError("e", "matmul", [[2, 3], [3]], "why").message).toBe(
      "e: matmul of [2, 3] and [3]: why",
    );
  });
});
