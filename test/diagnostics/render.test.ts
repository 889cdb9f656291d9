import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { compareDiagnostics, type Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { toJson } from "../../compiler/diagnostics/json.ts";
import { renderDiagnostic } from "../../compiler/diagnostics/render.ts";
import { lineIndex } from "../../compiler/source/lines.ts";
import type { Span } from "../../compiler/source/span.ts";

const bad = fileURLToPath(new URL("../bad/", import.meta.url));

/** A failing program, the text that belongs to it, and the place of a part of it. */
function model(code: string, name: string): { text: string; golden: string; at: (part: string) => Span } {
  const text = readFileSync(`${bad}${code}/${name}.ipx`, "utf8");
  const at = (part: string): Span => {
    const start = text.indexOf(part);
    expect(start).toBeGreaterThanOrEqual(0);
    return { file: `${name}.ipx`, start, end: start + part.length };
  };
  return { text, golden: readFileSync(`${bad}${code}/${name}.txt`, "utf8"), at };
}

function rendered(diagnostic: Diagnostic, text: string): string {
  return `${renderDiagnostic(diagnostic, { text: () => text })}\n`;
}

describe("the model errors", () => {
  test("two marks on one line", () => {
    const { text, golden, at } = model("IPX2013", "scalar_net");
    const declared = at("R in (0, inf)");
    const found = diagnose(
      "IPX2013",
      at("unet(levels = 3, width = 32)"),
      { name: "t", gives: "R[h, w, _]", wantsNumber: true, declared: "R" },
      { declared },
    );
    expect(rendered(found, text)).toBe(golden);
  });

  test("marks on adjacent lines, and a hint whose code is not broken", () => {
    const { text, golden, at } = model("IPX2006", "complex");
    const name = at("x : R[h, w] = 0");
    const found = diagnose(
      "IPX2006",
      at("x - A'*(A*x - y)"),
      {
        name: "x",
        wanted: "R[h, w]",
        actual: "C[h, w]",
        expression: "A'*r",
        declaration: "let A : linear R[h, w] -> C[h, w] = mask(P)*fourier",
      },
      { wanted: { ...name, end: name.start + 1 } },
    );
    expect(rendered(found, text)).toBe(golden);
  });

  test("a warning with a hint of three lines", () => {
    const { text, golden, at } = model("IPX7101", "armijo");
    const slope = "dot(grad f(x), z)";
    const found = diagnose(
      "IPX7101",
      at(`f(x + c*z) > f(x) + 1e-4*c*${slope}`),
      { tested: "f", descends: "f + g", nonsmooth: "g", slope, state: "x", direction: "z" },
      { direction: at("prox(g)(x - grad f(x)) - x") },
    );
    expect(rendered(found, text)).toBe(golden);
  });
});

describe("rendering", () => {
  const place = (text: string, part: string): Span => {
    const start = text.indexOf(part);
    return { file: "a.ipx", start, end: start + part.length };
  };
  const fault = (text: string, part: string, label: string | null = null): Diagnostic =>
    diagnose(
      "IPX5005",
      place(text, part),
      { name: "c", word: "let" },
      label === null ? {} : { declared: place(text, label) },
    );
  const marks = (text: string, part: string, label: string | null = null): readonly string[] =>
    rendered(fault(text, part, label), text)
      .split("\n")
      .slice(3, -3);

  test("tabs are blanks, and wide signs take two columns", () => {
    expect(marks("\tc <- 1", "c")).toEqual(["1 |     c <- 1", "  |     ^ updated here"]);
    expect(marks("漢字 c", "c")).toEqual(["1 | 漢字 c", "  |      ^ updated here"]);
    expect(marks("é c", "c")).toEqual(["1 | é c", "  |   ^ updated here"]);
  });

  test("a place of several lines is marked on its first, an empty one by one sign", () => {
    expect(marks("f(a,\n  b)", "f(a,\n  b)")).toEqual(["1 | f(a,", "  | ^^^^ updated here"]);
    expect(marks("abc", "")).toEqual(["1 | abc", "  | ^ updated here"]);
  });

  test("of a very long line the part around the mark is shown", () => {
    const [line = "", sign = ""] = marks(`${"x + ".repeat(500)}c${" + y".repeat(500)}`, "c");
    expect(line.length).toBeLessThan(170);
    expect(line.charAt(sign.indexOf("^"))).toBe("c");
  });

  test("lines between marks are left out", () => {
    expect(marks("let c\n\n\nc", "\nc".slice(1), "let c")).toEqual([
      "1 | let c",
      "  | ----^ updated here",
      "  | declared with `let`",
    ]);
    expect(rendered(fault("c c\n\n\nd", "d", "c c"), "c c\n\n\nd")).toContain("\n...\n4 | d\n");
  });

  test("colour adds nothing but colour", () => {
    const text = "let c = 1\nc <- 2";
    const found = fault(text, "c <- 2", "c = 1");
    const coloured = renderDiagnostic(found, { text: () => text, colour: true });
    expect(coloured).not.toBe(renderDiagnostic(found, { text: () => text }));
    expect(stripVTControlCharacters(coloured)).toBe(renderDiagnostic(found, { text: () => text }));
  });

  test("a file that is not at hand is named", () => {
    expect(renderDiagnostic(fault("c", "c"), { text: () => null })).toContain(" --> a.ipx\n");
  });

  test("other tools get lines and columns from 1, the end exclusive", () => {
    const text = "let c = 1\n\tc <- 2";
    const json = toJson(fault(text, "c <-", "c"), () => text);
    expect(json).toMatchObject({
      line: 2,
      column: 2,
      endLine: 2,
      endColumn: 6,
      code: "IPX5005",
      file: "a.ipx",
    });
    expect(json.labels.map(({ line, column, endColumn }) => [line, column, endColumn])).toEqual([
      [2, 2, 6],
      [1, 5, 6],
    ]);
  });

  test("diagnostics are ordered by file and place", () => {
    const text = "b c";
    const other = { ...fault(text, "b"), span: { file: "b.ipx", start: 0, end: 1 } };
    const list = [other, fault(text, "c"), fault(text, "b")];
    expect(list.toSorted(compareDiagnostics).map(({ span }) => [span.file, span.start])).toEqual([
      ["a.ipx", 0],
      ["a.ipx", 2],
      ["b.ipx", 0],
    ]);
  });
});

describe("the catalogue", () => {
  test.each(Object.entries(catalogue))(
    "%s is named by its hundred and never says what nobody understands",
    (code, entry) => {
      expect(code).toMatch(/^IPX\d{4}$/u);
      const source = Object.values(entry).map(String).join("\n");
      expect(source).not.toMatch(/unexpected token|type error|invalid/iu);
    },
  );
});

describe("lines", () => {
  test.each(["\n", "\r\n", "\r"])("%j ends a line", (end) => {
    const lines = lineIndex(`ab${end}c${end}`);
    expect(lines.count).toBe(3);
    expect(lines.position(2 + end.length)).toEqual({ line: 2, column: 1 });
    expect([lines.lineText(1), lines.lineText(2), lines.lineText(3), lines.lineText(9)]).toEqual([
      "ab",
      "c",
      "",
      "",
    ]);
    expect(lines.position(99)).toEqual({ line: 3, column: 1 });
  });
});
