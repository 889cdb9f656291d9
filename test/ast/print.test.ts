import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFile } from "../../compiler/ast/format.ts";
import { parseBinding, parseFile } from "../../compiler/ast/parse.ts";
import { printExpression } from "../../compiler/ast/print/expressions.ts";
import { printFile } from "../../compiler/ast/print/file.ts";
import { lexer } from "../../grammar/tokens.ts";
import { programs } from "../programs.ts";
import { expressions } from "./generate.ts";

/** A tree without places and parentheses: what it says. */
function meaning(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) =>
      /^(span|\w+Span|parenthesised)$/u.test(key) ? undefined : value,
    ),
  );
}

function parsed(text: string): unknown {
  const { file, diagnostics } = parseFile({ path: "a.ipx", text });
  expect(diagnostics).toEqual([]);
  return meaning({ items: file.items, comments: file.comments.map((comment) => comment.text) });
}

function formatted(text: string): string {
  const result = formatFile({ path: "a.ipx", text });
  expect(result.diagnostics).toEqual([]);
  return result.text ?? "";
}

describe("programs", () => {
  test.each(programs)("$path is formatted", ({ text }) => {
    expect(formatted(text)).toBe(text);
  });

  test.each(programs)("$path survives printing without its text", ({ path, text }) => {
    const { file } = parseFile({ path, text });
    const printed = printFile({ ...file, comments: [] });
    const again = parseFile({ path, text: printed });
    expect(again.diagnostics).toEqual([]);
    expect(meaning(again.file.items)).toEqual(meaning(file.items));
    expect(printFile({ ...again.file, comments: [] })).toBe(printed);
  });
});

/** A program with other white space between its tokens; layout rules are kept. */
function scattered(text: string, gaps: readonly string[]): string {
  let result = "";
  let end = 0;
  lexer.tokenize(text).tokens.forEach((token, index) => {
    const gap = text.slice(end, token.startOffset);
    const blank = /^ *$/u.test(gap) && !/^['[(]$/u.test(token.image);
    result += blank ? (gaps[index % gaps.length] ?? gap) || gap : gap;
    result += token.image;
    end = token.startOffset + token.image.length;
  });
  return result + text.slice(end);
}

describe("laws", () => {
  const gaps = fc.array(fc.constantFrom("", " ", "  ", "   ", "\t", "     "), {
    minLength: 1,
    maxLength: 40,
  });

  test("formatting keeps the meaning and is idempotent, whatever the white space", () => {
    fc.assert(
      fc.property(fc.constantFrom(...programs), gaps, ({ text }, white) => {
        const written = scattered(text, white);
        const once = formatted(written);
        expect(parsed(once)).toEqual(parsed(written));
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test("comments keep their place wherever a line may end", () => {
    const places = fc.record({ program: fc.constantFrom(...programs), place: fc.nat(), own: fc.boolean() });
    fc.assert(
      fc.property(places, ({ program: { text }, place, own }) => {
        const lines = text.split("\n");
        const at = place % lines.length;
        const line = lines[at] ?? "";
        if (/\/\//u.test(line) || /\/\//u.test(lines[at + 1] ?? "") || /,$/u.test(line)) return;
        lines[at] = own ? `// new\n${line}` : `${line} // new`;
        const written = lines.join("\n");
        const once = formatted(written);
        expect(parsed(once)).toEqual(parsed(written));
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test("parsing a printed expression gives the expression", () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const text = printExpression(expression);
        const { expression: again, diagnostics } = parseBinding(text, "binding");
        expect(diagnostics, text).toEqual([]);
        expect(meaning(again), text).toEqual(meaning(expression));
        expect(again && printExpression(again)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});

describe("layout", () => {
  const inStep = (body: string): string => `program p {\n  step {\n${body}\n  }\n}\n`;

  test("comments within a declaration keep it as it was written", () => {
    const text = "program p {\n  let a = f(x, // the point\n            y)\n  output a\n}\n";
    expect(formatted(text)).toBe(text);
  });

  test("long lines are broken at commas, behind the bracket", () => {
    const text = `program p {\n  converge(until = change(x) < 1e-6, ${"a = 1, ".repeat(15)}max = 3)\n  output 1\n}\n`;
    const lines = formatted(text).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(lines[2]).toMatch(/^ {11}\S/u);
  });

  test("like declarations are aligned, and unlike ones are not", () => {
    expect(
      formatted(
        "program p {\ngiven A : R\ninput lambda : R\n\nlet a=1\nlet bc=2\nvar d = 3\n}".replace(
          "var d = 3",
          "",
        ),
      ),
    ).toBe("program p {\n  given A      : R\n  input lambda : R\n\n  let a  = 1\n  let bc = 2\n}\n");
    expect(formatted(inStep("    x <- 1\n    long <- 2\n    let a = 1"))).toBe(
      inStep("    x    <- 1\n    long <- 2\n    let a = 1"),
    );
  });

  test("blank lines: one at most, none at the ends of a block", () => {
    expect(formatted("\n\nprogram p {\n\n\n  output 1\n\n}\n\n\n")).toBe("program p {\n  output 1\n}\n");
  });

  test("a file with errors is not formatted", () => {
    const { text, diagnostics } = formatFile({ path: "a.ipx", text: "program p {" });
    expect(text).toBeNull();
    expect(diagnostics).toHaveLength(1);
  });
});
