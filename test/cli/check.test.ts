import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { file, fine, ipc, names, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const ista = join(PROGRAMS, "ista.ipx");
const slip = `program p[space X] {
  given A : linear X -> X
  input y : X
  state x : X = 0
  step { x <- x + A'*(yy - A*x) }
  output x
  converge(max = 3)
}
`;

it("shows names of files on one line, without what would command a terminal", async () => {
  const { code, talk } = await ipc("check", "no\u001b[31m\nfile.ipx");
  expect(code).toBe(2);
  expect(talk.split("\n").slice(0, 2)).toEqual([
    "error[IPX8109]: no\ufffd[31m\ufffdfile.ipx cannot be read",
    " --> no\ufffd[31m\ufffdfile.ipx",
  ]);
});

it("shows an empty name of a file", async () => {
  const { code, talk } = await ipc("check", "");
  expect(code).toBe(2);
  expect(talk.split("\n").slice(0, 2)).toEqual(['error[IPX8109]: "" cannot be read', ' --> ""']);
});

describe("check", () => {
  it("ends well on a sound program", async () => {
    expect((await fine("check", ista)).out).toBe("");
  });

  it("gives places from 1, with an exclusive end, and the file as it was given", async () => {
    const path = file(folder, "slip.ipx", slip);
    const { code, out } = await ipc("check", "--json", path);
    expect(code).toBe(1);
    const { version, diagnostics } = JSON.parse(out) as { version: number; diagnostics: object[] };
    expect(version).toBe(1);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: "IPX1001",
      severity: "error",
      file: path,
      line: 5,
      column: 23,
      endLine: 5,
      endColumn: 25,
    });
  });

  it("counts columns in UTF-16 units", async () => {
    const path = file(folder, "astral.ipx", slip.replace("yy", "𝑦𝑦").replace("A'*(", "A'*("));
    const { diagnostics } = JSON.parse((await ipc("check", "--json", path)).out) as {
      diagnostics: { column: number; endColumn: number }[];
    };
    expect(diagnostics.map(({ column, endColumn }) => [column, endColumn])).toContainEqual([23, 27]);
  });

  it("ends with 1 for warnings only where they are denied", async () => {
    const path = file(folder, "unread.ipx", slip.replace("yy", "y").replace("input", "given b : R\n  input"));
    const { talk } = await fine("check", path);
    expect(talk).toMatch(/warning\[/);
    expect((await ipc("check", "--deny", "warnings", path)).code).toBe(1);
  });

  it.each([
    ["missing", null, 2],
    ["empty", "", 1],
    ["binary", Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256), 1],
    ["ten megabytes", "let x = 1\n".repeat(1_000_000), 1],
    ["brackets", `program p { output ${"(".repeat(10_000)}1${")".repeat(10_000)} }`, 1],
    ["blocks", `program p { step { ${"if x > 0 { ".repeat(10_000)}${"}".repeat(10_000)} } }`, 1],
    ["signs", `program p { output ${"-".repeat(10_000)}1 }`, 1],
    ["powers", `program p { output ${"x^".repeat(10_000)}2 }`, 1],
    ["choices", `program p { output ${"if x > 0 then 1 else ".repeat(10_000)}2 }`, 1],
    ["sums", `program p { output ${"x + ".repeat(10_000)}x }`, 1],
  ])("answers a file that is %s with one error", async (name, text, expected) => {
    const path = join(folder, `${name}.ipx`);
    if (text !== null) file(folder, `${name}.ipx`, text);
    for (const command of ["check", "compile", "fmt"]) {
      const { code, talk } = await ipc(command, path);
      expect(code, talk).toBe(expected);
      expect(talk.match(/^error/gmu), talk).toHaveLength(1);
    }
  });

  it("ends with 2 if one of several files cannot be read, and checks the others", async () => {
    const { code, out } = await ipc(
      "check",
      "--json",
      join(folder, "nowhere.ipx"),
      file(folder, "s.ipx", slip),
    );
    expect(code).toBe(2);
    const { diagnostics } = JSON.parse(out) as { diagnostics: { code: string }[] };
    expect(diagnostics.map(({ code: each }) => each).sort()).toEqual(["IPX1001", "IPX8109"]);
  });
});

describe("usage", () => {
  it.each([[["check"]], [["chekc", ista]], [["check", "--bogus", ista]], [["run", ista, "--target", "x"]]])(
    "%j ends with 2",
    async (argv) => {
      expect((await ipc(...argv)).code).toBe(2);
    },
  );

  it("shows help with examples for each command", async () => {
    for (const command of ["check", "compile", "run", "apply", "train", "eval"]) {
      expect((await fine(command, "--help")).out).toMatch(/Examples:/);
    }
  });
});

describe("explain", () => {
  it("gives the page of a code, with or without its prefix", async () => {
    const { out } = await fine("explain", "IPX1001");
    expect(out).toMatch(/A name is unknown/);
    expect((await fine("explain", "1001")).out).toBe(out);
  });

  it("says which code is none", async () => refused(2, /IPX9999/, "explain", "IPX9999"));
});

describe("fmt", () => {
  const messy = slip.replace("yy", "y").replaceAll("  ", "     ").replace("x <- x", "x<-x // kept\n ");

  it("writes in place what --check then accepts, and nothing more", async () => {
    const path = file(folder, "messy.ipx", slip.replace("yy", "y").replaceAll("  ", "      // kept\n "));
    expect((await ipc("fmt", "--check", path)).code).toBe(1);
    await fine("fmt", path);
    const once = readFileSync(path, "utf8");
    expect(once).toContain("// kept");
    await fine("fmt", "--check", path);
    await fine("fmt", path);
    expect(readFileSync(path, "utf8")).toBe(once);
  });

  it("leaves a file with faults as it is", async () => {
    const path = file(folder, "faulty.ipx", messy.replace("output x", "output ((x"));
    const before = readFileSync(path, "utf8");
    expect((await ipc("fmt", path)).code).toBe(1);
    expect(readFileSync(path, "utf8")).toBe(before);
    expect(names(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("accepts all programs of the project", async () => {
    await fine(
      "fmt",
      "--check",
      ...names(PROGRAMS)
        .filter((name) => name.endsWith(".ipx"))
        .map((name) => join(PROGRAMS, name)),
    );
  });
});
