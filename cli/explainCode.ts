import { existsSync, readFileSync } from "node:fs";
import { catalogue } from "../compiler/diagnostics/catalogue.ts";
import { nearest } from "../compiler/diagnostics/suggestion.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./failure.ts";
import { packageFile } from "./packageFiles.ts";
import { EXIT } from "./terminal.ts";

/**
 * Prints the page of a code; gives the exit code.
 * @throws UsageError for a code that is none
 */
export function explain({ terminal }: Context, text: string): number {
  const code = /^\d{4}$/u.test(text) ? `IPX${text}` : text.toUpperCase();
  const codes = Object.keys(catalogue);
  if (!codes.includes(code)) {
    const meant = nearest(code, codes);
    throw new UsageError(`There is no code ${text}.${meant === null ? "" : ` Did you mean ${meant}?`}`);
  }
  const page = packageFile("compiler", "diagnostics", "explain", `${code}.md`);
  if (!existsSync(page)) throw new Error(`the page of ${code} is missing`);
  terminal.out(readFileSync(page, "utf8"));
  return EXIT.fine;
}
