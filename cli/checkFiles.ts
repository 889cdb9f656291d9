import { type Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { DataError } from "../runtime/io/dataError.ts";
import { checkText } from "./compiler.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { readSource } from "./files.ts";
import { failureAt, placeOf, reportDiagnostics } from "./report.ts";
import { EXIT } from "./terminal.ts";

/** What `check` is asked for. */
export interface CheckRequest {
  readonly json?: true;
  readonly deny?: "warnings";
  readonly notes?: true;
}

/** Checks files, writes their diagnostics, and gives the exit code. */
export async function checkFiles(
  { terminal, sources }: Context,
  files: readonly string[],
  { json, deny, notes }: CheckRequest,
): Promise<number> {
  const found: Diagnostic[] = [];
  let unreadable = false;
  for (const file of files) {
    try {
      found.push(...checkText(sources, await readSource(sources, file)));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const failure = failureAt(placeOf(file), error);
      if (failure instanceof Failure) found.push(...failure.diagnostics);
      unreadable = true;
    }
  }
  const shown = found.filter(({ severity }) => notes === true || severity !== "note");
  reportDiagnostics(terminal, sources, shown, json === true);
  const fails = ({ severity }: Diagnostic): boolean =>
    severity === "error" || (severity === "warning" && deny === "warnings");
  if (json !== true) terminal.talk(summary(files.length, shown));
  if (unreadable) return EXIT.usage;
  return found.some(fails) ? EXIT.fault : EXIT.fine;
}

function summary(files: number, found: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic["severity"]): number =>
    found.filter((each) => each.severity === severity).length;
  const checked = plural(files, "file");
  const [errors, warnings] = [count("error"), count("warning")];
  if (errors + warnings === 0) return `${checked} checked, nothing is wrong.\n`;
  return `${checked} checked: ${plural(errors, "error")}, ${plural(warnings, "warning")}.\n`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
