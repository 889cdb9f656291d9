import { parseFile } from "../../compiler/ast/parse.ts";
import { checkFile } from "../../compiler/check/index.ts";
import type { CheckedProgram, CheckResult } from "../../compiler/check/program.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { programs } from "../programs.ts";

/** Parses and checks a text; imports are files of programs/. */
export function checkText(text: string, path = "test.ipx"): CheckResult {
  const { file, diagnostics } = parseFile({ path, text });
  const checked = checkFile(
    file,
    (wanted) => {
      const source = programs.find((program) => `./${program.path}` === wanted);
      return source === undefined ? null : parseFile(source).file;
    },
    diagnostics.length > 0,
  );
  return { ...checked, diagnostics: [...diagnostics, ...checked.diagnostics] };
}

/** The codes of all errors and warnings, in order. */
export function codesOf({ diagnostics }: CheckResult): readonly string[] {
  return diagnostics.filter(({ severity }) => severity !== "note").map(({ code }) => code);
}

/** Whether a text is refused. */
export function isRefused(text: string): boolean {
  return checkText(text).diagnostics.some(isError);
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

/** The only program of a text that is sound. */
export function soundProgram(text: string): CheckedProgram {
  const { programs: found, diagnostics } = checkText(text);
  const [program] = found;
  if (program === undefined)
    throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return program;
}
