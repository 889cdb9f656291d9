import { existsSync, readFileSync } from "node:fs";
import { catalogue } from "../compiler/diagnostics/catalogue.ts";
import { nearest } from "../compiler/diagnostics/suggestion.ts";
import { libraryPage, pageNames } from "../compiler/library/pages/document.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./failure.ts";
import { packageFile } from "./packageFiles.ts";
import { EXIT } from "./terminal.ts";

/**
 * Prints the page of a code or of a name of the library; gives the exit code.
 * @throws UsageError for what is neither
 */
export function explain({ terminal }: Context, text: string): number {
  terminal.out(libraryPage(text) ?? codePage(text));
  return EXIT.fine;
}

function codePage(text: string): string {
  const code = /^\d{4}$/u.test(text) ? `IPX${text}` : text.toUpperCase();
  const codes = Object.keys(catalogue);
  if (!codes.includes(code)) throw new UsageError(nothingCalled(text, code, codes));
  const page = packageFile("compiler", "diagnostics", "explain", `${code}.md`);
  if (!existsSync(page)) throw new Error(`the page of ${code} is missing`);
  return readFileSync(page, "utf8");
}

function nothingCalled(text: string, code: string, codes: readonly string[]): string {
  const meansCode = code.startsWith("IPX");
  const meant = meansCode ? nearest(code, codes) : nearest(text, pageNames());
  const what = meansCode ? `There is no code ${text}.` : `The library has no \`${text}\`.`;
  return meant === null ? what : `${what} Did you mean ${meant}?`;
}
