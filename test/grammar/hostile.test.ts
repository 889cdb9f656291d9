import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFile } from "../../compiler/ast/parse.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../compiler/diagnostics/render.ts";
import { lexer } from "../../grammar/tokens.ts";
import { programs } from "../programs.ts";

/** Parses and renders; what is wrong. */
function faults(text: string): readonly Diagnostic[] {
  const { diagnostics } = parseFile({ path: "a.ipx", text });
  renderDiagnostics(diagnostics, { text: () => text, colour: true });
  return diagnostics;
}

const inProgram = (expression: string): string =>
  `program p[n] {\n  input y : R\n  output ${expression}\n}\n`;

type Slip = "delete" | "duplicate" | "swap";

/** A program with one token deleted, doubled, or swapped with the next one. */
function slipped(text: string, place: number, slip: Slip): string {
  const { tokens } = lexer.tokenize(text);
  const index = place % tokens.length;
  const token = tokens[index];
  const next = tokens[index + 1];
  if (token === undefined) return text;
  const [start, end] = [token.startOffset, token.startOffset + token.image.length];
  if (slip === "delete") return text.slice(0, start) + text.slice(end);
  if (slip === "duplicate" || next === undefined)
    return `${text.slice(0, end)} ${token.image}${text.slice(end)}`;
  const after = next.startOffset + next.image.length;
  return (
    text.slice(0, start) + next.image + text.slice(end, next.startOffset) + token.image + text.slice(after)
  );
}

const slips = fc.record({
  program: fc.constantFrom(...programs),
  place: fc.nat(),
  slip: fc.constantFrom<Slip>("delete", "duplicate", "swap"),
});

describe("slips", () => {
  test("one slip is one message or two, in the file, and never an exception", () => {
    fc.assert(
      fc.property(slips, ({ program, place, slip }) => {
        const text = slipped(program.text, place, slip);
        const found = faults(text);
        expect(found.length).toBeLessThanOrEqual(3);
        for (const { span, severity } of found) {
          expect(severity).toBe("error");
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeLessThanOrEqual(text.length);
          expect(span.start).toBeLessThanOrEqual(span.end);
        }
      }),
      { numRuns: 1500, seed: 20 },
    );
  }, 60_000);

  test("a slip in one item leaves the others readable", () => {
    const { text } = programs.find(({ path }) => path === "lasso_methods.ipx") ?? { text: "" };
    const broken = text.replace("given f : X -> R", "given f X -> R");
    const { file, diagnostics } = parseFile({ path: "a.ipx", text: broken });
    expect(diagnostics).toHaveLength(1);
    expect(file.items).toHaveLength(5);
    expect(file.broken.flatMap(({ names }) => names.map(({ name }) => name))).toEqual(["f"]);
  });

  test("any text gives messages, not exceptions", () => {
    const signs = fc.constantFrom(
      "program",
      "p",
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      "<-",
      "=",
      "x",
      "1",
      "\n",
      ";",
      "'",
      "if",
    );
    const soup = fc.array(fc.oneof(signs, fc.string({ unit: "grapheme", maxLength: 5 })), { maxLength: 60 });
    fc.assert(
      fc.property(soup, (parts) => {
        faults(parts.join(" "));
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  test("independent faults are all reported", () => {
    const lines = Array.from({ length: 10 }, (_, k) => `  let = ${k}\n  let a${k} = ${k}\n`);
    const found = faults(`program p {\n${lines.join("")}  output 1\n}\n`);
    expect(found).toHaveLength(10);
  });
});

describe("hostile files", () => {
  const deep = 10_000;
  const cases: readonly (readonly [string, string, string])[] = [
    ["empty", "", "IPX0019"],
    ["blank", " \n\t\n", "IPX0019"],
    ["comments only", "// nothing\n", "IPX0019"],
    ["binary", String.fromCharCode(...Array.from({ length: 4000 }, (_, k) => (k * 7919) % 256)), "IPX0018"],
    ["not UTF-8", "program \uFFFD", "IPX0018"],
    ["10 MB", "x".repeat(10_000_000), "IPX0017"],
    ["nested parentheses", inProgram("(".repeat(deep) + "1" + ")".repeat(deep)), "IPX0015"],
    ["open brackets", "[".repeat(deep), "IPX0015"],
    ["open braces", "{".repeat(deep), "IPX0015"],
    ["closing braces", "}".repeat(deep), "IPX0005"],
    ["signs", inProgram("-".repeat(deep) + "1"), "IPX0016"],
    ["a long sum", inProgram("1" + "+1".repeat(deep)), "IPX0016"],
    ["conditionals in conditions", inProgram("if ".repeat(deep) + "a"), "IPX0016"],
    ["conditionals in alternatives", inProgram("if a then b else ".repeat(deep) + "c"), "IPX0016"],
    ["powers", inProgram("1" + "^1".repeat(deep)), "IPX0016"],
    ["adjoints", inProgram("A" + "'".repeat(deep)), "IPX0016"],
    ["calls", inProgram("f" + "(1)".repeat(deep)), "IPX0016"],
    ["pipes", inProgram("f" + "|>g".repeat(deep)), "IPX0016"],
    ["negations", inProgram("not ".repeat(deep) + "a"), "IPX0016"],
    ["else if", `program p { step { if a { } ${"else if a { } ".repeat(deep)}} }`, "IPX0016"],
    ["arrows", `program p { given f : R${" -> R".repeat(deep)} }`, "IPX0006"],
    ["commas", ",".repeat(deep), "IPX0006"],
  ];

  test.each(cases)("%s", (_name, text, code) => {
    const begin = performance.now();
    expect(faults(text).map((one) => one.code)).toEqual([code]);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test.each([
    ["60 brackets", inProgram("(".repeat(60) + "1" + ")".repeat(60))],
    [
      "60 conditionals in 60 brackets",
      inProgram("(".repeat(60) + "if a then b else ".repeat(60) + "1" + ")".repeat(60)),
    ],
    ["a sum of 500", inProgram("1" + " + 1".repeat(499))],
    ["500 pipes in calls", inProgram("f(g".repeat(50) + " |> h".repeat(400) + ")".repeat(50))],
    ["5000 declarations", `program p {\n${"  let a = 1 + 2*3\n".repeat(5000)}  output 1\n}\n`],
  ])("%s is read", (_name, text) => {
    expect(faults(text)).toEqual([]);
  });
});
