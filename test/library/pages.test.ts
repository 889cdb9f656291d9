import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseBinding } from "../../compiler/ast/parse.ts";
import { analyse, compileProgram, planProgram } from "../../compiler/compile.ts";
import { libraryDocument } from "../../compiler/library/pages/document.ts";
import { librarySections } from "../../compiler/library/pages/entries.ts";
import { fine, refused } from "../cli/support.ts";

const entries = librarySections().flatMap(({ entries: found }) => found);

/** The codes of what is wrong with a program, from parsing to the plan; a sound one has none. */
function faultsOf(text: string): readonly string[] {
  const { file, checked, diagnostics } = analyse({ path: "example.ipx", text }, () => null);
  const errors = diagnostics.filter(({ severity }) => severity !== "note");
  const [program] = checked.programs;
  if (errors.length > 0 || program === undefined)
    return errors.map(({ code, message }) => `${code} ${message}`);
  const compiled = compileProgram(file, program);
  const plan = compiled.kind === "done" ? planProgram(compiled.value, "first") : compiled;
  return plan.kind === "done" ? [] : [`${plan.diagnostic.code} ${plan.diagnostic.message}`];
}

describe("every name of the library has a page", () => {
  it("with a definition", () => {
    expect(entries.length).toBeGreaterThan(120);
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
    for (const { name, definition, signature } of entries) {
      expect(definition, name).toMatch(/\S/u);
      expect(signature.startsWith(name), `${name}: ${signature}`).toBe(true);
    }
  });

  it("with a source and its year", () => {
    for (const { name, page } of entries) {
      expect(page.citation, name).toMatch(/^\p{L}.*\((?:1[89]|20)\d\d\)|\p{L}.*(?:1[89]|20)\d\d/u);
    }
  });

  it.each(entries.map((entry) => [entry.name, entry] as const))(
    "%s: its example does what the page says",
    (name, entry) => {
      const { example, binding, notYet } = entry.page;
      expect(example).toMatch(new RegExp(`(?<!\\w)${name}(?!\\w)`, "u"));
      if (binding === true) {
        expect(parseBinding(example, "binding").diagnostics).toEqual([]);
        return;
      }
      const faults = faultsOf(example);
      if (notYet === undefined) expect(faults).toEqual([]);
      else expect(faults.join("\n")).toMatch(notYet === "compiled" ? /^IPX9001/u : /^IPX1011/u);
    },
  );
});

describe("docs/library.md and ipc explain", () => {
  it("the file is what the tables give (npm run docs)", () => {
    expect(readFileSync(new URL("../../docs/library.md", import.meta.url), "utf8")).toBe(libraryDocument());
  });

  it("prints the page of a name, and says which name is nearest", async () => {
    const { out } = await fine("explain", "wavelet");
    expect(out).toMatch(/^# wavelet\n/u);
    await refused(2, /The library has no `wavelt`\. Did you mean wavelet\?/u, "explain", "wavelt");
  });
});
