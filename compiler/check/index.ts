import type { File, Item, Parsed } from "../ast/tree.ts";
import { compareDiagnostics, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Typed } from "../types/typing.ts";
import type { ReadBytes } from "./fileCheck.ts";
import { checkItems } from "./items.ts";
import type { CheckedProgram, CheckResult } from "./program.ts";

/** Finds a file by its path as it is written in an `import`, relative to the file that is checked. */
export type Imports = (path: string) => File<Parsed> | null;

/**
 * Checks a file: names, types, stages, rules, targets. Never throws for what a user writes. Every independent error is
 * reported; `items` and `programs` hold what has none. `partial`: the text has faults, so that a part of it is missing
 * from the tree, and nobody knows what it would read.
 */
export function checkFile(
  file: File<Parsed>,
  imports: Imports,
  partial = false,
  bytes: ReadBytes = () => null,
): CheckResult {
  const checked = checkItems(file, imports, bytes, partial || file.broken.length > 0);
  const diagnostics = withheld(distinct(checked.diagnostics), partial);
  const faulty = (start: number, end: number): boolean =>
    diagnostics.some(
      ({ severity, span }) =>
        severity === "error" && span.file === file.span.file && start <= span.start && span.end <= end,
    );
  const imported = diagnostics.some(
    ({ severity, span }) => severity === "error" && span.file !== file.span.file,
  );
  const items: readonly Item<Typed>[] = checked.items.filter(({ span }) => !faulty(span.start, span.end));
  const programs: readonly CheckedProgram[] = checked.programs.filter(
    ({ tree }) => !imported && !faulty(tree.span.start, tree.span.end) && usesSound(tree, items),
  );
  return { items, programs, diagnostics: [...diagnostics].sort(compareDiagnostics) };
}

function usesSound(tree: CheckedProgram["tree"], items: readonly Item<Typed>[]): boolean {
  return items.some((item) => item.kind !== "import" && item.name === tree.name);
}

/** Unread names are no news in a file with errors. */
const WITHHELD: ReadonlySet<string> = new Set(["IPX1006", "IPX5004", "IPX5006"]);

function withheld(diagnostics: readonly Diagnostic[], partial: boolean): readonly Diagnostic[] {
  const errors = partial || diagnostics.some(({ severity }) => severity === "error");
  return errors ? diagnostics.filter(({ code }) => !WITHHELD.has(code)) : diagnostics;
}

/**
 * One fault, one error: a place has at most one error, a kink is reported at the first gradient that meets it, and each
 * message is given once.
 */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span, severity, labels }) => {
    const place =
      severity === "error" ? `${span.file}:${span.start}:${span.end}` : `${code}:${span.file}:${span.start}`;
    const [part] = code === "IPX3003" ? labels : [];
    const keys = part === undefined ? [place] : [place, `${code}:${part.span.file}:${part.span.start}`];
    if (keys.some((key) => seen.has(key))) return false;
    for (const key of keys) seen.add(key);
    return true;
  });
}
