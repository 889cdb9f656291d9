import type { DiagnosticClass, Severity } from "./diagnostic.ts";

/** For entries whose words depend on nothing; the checker passes `{}`. */
export type NoArguments = Readonly<Record<string, never>>;

/** The words of one code. Every function gets the arguments that the checker passed. */
export interface DiagnosticEntry<Arguments, LabelName extends string = string> {
  readonly severity: Severity;
  readonly class: DiagnosticClass;
  /** The fault in a sentence without blame, without a full stop. */
  readonly title: (args: Arguments) => string;
  /** What stands at the main place; `here` if absent. */
  readonly mark?: (args: Arguments) => string;
  /** The words of each further place, by name. */
  readonly labels?: { readonly [Name in LabelName]: (args: Arguments) => string };
  /** What to write instead, in the user's own names; null where there is nothing to say. */
  readonly hint?: (args: Arguments) => string | null;
  /** What the edits passed by the checker do, as an order: "Write `A'`". */
  readonly fix?: (args: Arguments) => string;
}

/**
 * Declares the words of one code. Called twice, so that the arguments are stated and the label names are found:
 * `IPX5005: defineDiagnostic<{ name: string }>()({ severity: "error", ..., labels: { declared: ... } })`.
 */
export function defineDiagnostic<Arguments>() {
  return <LabelName extends string = never>(
    entry: DiagnosticEntry<Arguments, LabelName>,
  ): DiagnosticEntry<Arguments, LabelName> => entry;
}

/** A list in words: "a", "a or b", "a, b or c". */
export function listing(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words[words.length - 1] ?? "";
  if (words.length <= 1) return last;
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

/** The usual hint for a misspelt name; null if nothing is near. */
export function didYouMean(suggestion: string | null): string | null {
  return suggestion === null ? null : `Did you mean \`${suggestion}\`?`;
}
