import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import type { Diagnostic, Edit } from "../../compiler/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../compiler/diagnostics/render.ts";
import { diagnose, hasNoText, isReached } from "./diagnose.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const explanations = fileURLToPath(new URL("../../compiler/diagnostics/explain/", import.meta.url));
const codes = Object.keys(catalogue).toSorted();

interface Case {
  readonly code: string;
  readonly file: string;
  readonly text: string;
  readonly golden: string;
}

const cases: readonly Case[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: code }) =>
    readdirSync(folder + code)
      .filter((file) => file.endsWith(".ipx"))
      .map((file) => ({
        code,
        file,
        text: readFileSync(`${folder}${code}/${file}`, "utf8"),
        golden: `${folder}${code}/${file.replace(/\.ipx$/u, ".txt")}`,
      })),
  )
  .toSorted((a, b) => (a.code + a.file < b.code + b.file ? -1 : 1));

function render(found: readonly Diagnostic[], text: string): string {
  return `${renderDiagnostics(found, { text: () => text })}\n`;
}

function edited(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.span.start - a.span.start)
    .reduce((before, { span, newText }) => before.slice(0, span.start) + newText + before.slice(span.end), text);
}

describe("failing programs", () => {
  test.each(cases.filter(({ code }) => isReached(code)))("$code/$file", ({ code, file, text, golden }) => {
    const found = diagnose({ path: file, text });
    expect(found.map((one) => one.code)).toContain(code);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, render(found, text));
    expect(render(found, text)).toBe(readFileSync(golden, "utf8"));
  });

  const repairable = cases.filter(({ code, file, text }) => {
    const found = isReached(code) ? diagnose({ path: file, text }) : [];
    return found.length > 0 && found.every(({ fix }) => fix !== undefined);
  });

  test.each(repairable)("what $code/$file offers as a repair repairs it", ({ file, text }) => {
    const edits = diagnose({ path: file, text }).flatMap(({ fix }) => fix?.edits ?? []);
    const left = diagnose({ path: file, text: edited(text, edits) });
    expect(left.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("codes", () => {
  test.each(codes.filter((code) => isReached(code) && !hasNoText(code)))("%s has a failing program", (code) => {
    expect(cases.some((one) => one.code === code)).toBe(true);
  });

  test.each(codes.filter(isReached))("%s has a page", (code) => {
    expect(existsSync(`${explanations}${code}.md`)).toBe(true);
  });

  test("every page and every failing program is of a code", () => {
    const pages = readdirSync(explanations).map((name) => name.replace(/\.md$/u, ""));
    expect([...pages, ...cases.map(({ code }) => code)].filter((code) => !codes.includes(code))).toEqual([]);
  });
});
