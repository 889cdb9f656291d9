import { describe, expect, test } from "vitest";
import { parseBinding, parseFile } from "../../compiler/ast/parse.ts";
import { words } from "../../grammar/words.ts";
import { programs } from "../programs.ts";

describe("programs", () => {
  test.each(programs)("$path parses", (source) => {
    const { file, diagnostics } = parseFile(source);
    expect(diagnostics).toEqual([]);
    expect(file.items.length).toBeGreaterThan(0);
    expect(file.broken).toEqual([]);
  });

  test("every doc comment of the programs finds its declaration", () => {
    for (const source of programs) {
      const lost = parseFile(source).file.comments.filter(({ text }) => text.startsWith("///"));
      expect(lost, source.path).toEqual([]);
    }
  });
});

describe("bindings", () => {
  const expression = (text: string): string | undefined => parseBinding(text, "binding").expression?.kind;

  test.each([
    ["mask(M)*wavelet(sym4, levels = 3)'", "product"],
    ['matrix("A.npy")', "call"],
    ["0.05", "number"],
    ["gaussian(250, 500, seed = 1)", "call"],
    ["A'*x |> f", "pipe"],
  ])("%s", (text, kind) => {
    expect(expression(text)).toBe(kind);
  });

  test.each(["", "1 2", "a b c", "x <- 3", "(", '"x.npy"', "let a = 1", "unroll(3)", "\0"])(
    "%j is refused",
    (text) => {
      const { expression: tree, diagnostics } = parseBinding(text, "binding");
      expect(tree).toBeNull();
      expect(diagnostics).toHaveLength(1);
    },
  );
});

describe("names", () => {
  const named = (name: string): string | undefined => {
    const { file } = parseFile({ path: "a.ipx", text: `program ${name} { output 1 }` });
    const [item] = file.items;
    return item?.kind === "program" ? item.name.name : undefined;
  };

  test.each(["max", "file", "input_1", "statex", "in_", "inf2", "λ", "дельта", "_", "Rn", "ifx"])(
    "%s is a name",
    (name) => {
      expect(named(name)).toBe(name);
    },
  );

  test("names are compared after NFKC", () => {
    expect(named("θ₀")).toBe("θ0");
    expect(named("𝑥")).toBe("x");
  });

  test.each(Object.getOwnPropertyNames(Object.prototype))("%s of JavaScript's objects is no name", (name) => {
    const text = `program p[n] { input ${name} : R[n]; output ${name} + ${name} }`;
    const { diagnostics } = parseFile({ path: "a.ipx", text });
    expect(diagnostics.map(({ code }) => code)).toEqual(["IPX0024"]);
  });

  test.each(words.filter((word) => word !== "max" && word !== "file"))("the word %s is no name", (word) => {
    expect(named(word)).toBeUndefined();
  });
});
