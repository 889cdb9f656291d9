import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderDiagnostics } from "../../compiler/diagnostics/render.ts";
import { programs } from "../programs.ts";
import { checkText } from "./check.ts";

const TOKEN = /[\p{L}_][\p{L}\p{N}_]*|\d+(?:\.\d+)?(?:e[+-]?\d+)?|<-|->|\|>|\.[*/+\-^<>]|[<>=!]=|\S/gu;
const INSTEAD = [
  "A",
  "x",
  "0",
  "1.5",
  "'",
  "*",
  "(",
  "]",
  "linear",
  "grad",
  "old",
  "R[n]",
  "norm1",
  "conv(3)",
  "inf",
  "true",
  "I",
];

interface Edit {
  readonly at: number;
  readonly kind: "delete" | "double" | "swap" | "replace";
  readonly instead: number;
}

function tokensOf(text: string): readonly RegExpMatchArray[] {
  const code = text.replace(/\/\/[^\n]*/gu, (comment) => " ".repeat(comment.length));
  return [...code.matchAll(TOKEN)];
}

function edited(text: string, { at, kind, instead }: Edit): string {
  const tokens = tokensOf(text);
  const position = at % tokens.length;
  const token = tokens[position];
  const next = tokens[position + 1];
  if (token === undefined) return text;
  const [start, end] = [token.index ?? 0, (token.index ?? 0) + token[0].length];
  switch (kind) {
    case "delete":
      return text.slice(0, start) + text.slice(end);
    case "double":
      return `${text.slice(0, end)} ${token[0]}${text.slice(end)}`;
    case "swap": {
      if (next === undefined) return text;
      const from = next.index ?? 0;
      return (
        text.slice(0, start) + next[0] + text.slice(end, from) + token[0] + text.slice(from + next[0].length)
      );
    }
    case "replace":
      return text.slice(0, start) + (INSTEAD[instead % INSTEAD.length] ?? "x") + text.slice(end);
  }
}

/** Checks and renders; whatever is thrown fails the test. */
function check(text: string): number {
  const { diagnostics } = checkText(text);
  for (const { span, labels } of diagnostics) {
    for (const place of [span, ...labels.map((label) => label.span)]) {
      if (place.file === "test.ipx" && (place.start > place.end || place.end > text.length))
        throw new Error("a place outside");
    }
  }
  return renderDiagnostics(diagnostics, { text: (path) => (path === "test.ipx" ? text : null) }).length;
}

const edit = fc.record<Edit>({
  at: fc.nat(),
  kind: fc.constantFrom("delete", "double", "swap", "replace"),
  instead: fc.nat(),
});

describe("nothing that a user writes makes the checker throw", () => {
  test("every program with a token deleted", () => {
    const texts = programs.flatMap(({ text }) =>
      tokensOf(text)
        .map((_token, at) => at)
        .filter((at) => at % 30 === 0)
        .map((at) => edited(text, { at, kind: "delete", instead: 0 })),
    );
    for (const text of texts) check(text);
    expect(texts.length).toBeGreaterThan(250);
  });

  test("programs with one to three slips", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...programs),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        ({ text }, edits) => {
          check(edits.reduce(edited, text));
        },
      ),
      { numRuns: 250 },
    );
  });

  test("programs put together from the members of others", () => {
    const members = programs.flatMap(({ text }) =>
      text.split("\n").filter((line) => line.startsWith("  ") && !line.startsWith("   ")),
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...members), { minLength: 3, maxLength: 25 }), (lines) => {
        check(`program p[h, w, n, m, space X, space Y] {\n${lines.join("\n")}\n}\n`);
      }),
      { numRuns: 80 },
    );
  });

  test("loops within loops cost no more than their text", () => {
    const depth = 40;
    const text = `program p[n] {
      input y : R[n]
      state x : R[n] = y
      step { var c = 1
        ${"while c > 0 max 2 { ".repeat(depth)} c <- c/2 ${" }".repeat(depth)}
        x <- c*x }
      output x
    }`;
    const started = performance.now();
    check(text);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
