import type { Span } from "../source/span.ts";
import { type ArgumentsOf, type Catalogue, catalogue, type Code, type LabelNameOf } from "./catalogue.ts";
import type { Diagnostic, Edit, Label } from "./diagnostic.ts";

/** The further places of a code, by name; a name may be left out, or stand for several places. */
export type LabelSpans<C extends Code> = Places<LabelNameOf<C>>;

const words: Catalogue = catalogue;

/**
 * Makes the diagnostic of a code at a place; the words come from the catalogue.
 * `edits` are given only if the file compiles at this place after them, and only for codes with `fix` words.
 */
export function diagnose<C extends Code>(
  code: C,
  span: Span,
  args: ArgumentsOf<C>,
  labels: LabelSpans<C> = {},
  edits: readonly Edit[] = [],
): Diagnostic {
  const entry = words[code];
  const hint = entry.hint?.(args) ?? null;
  return {
    code,
    class: entry.class,
    severity: entry.severity,
    span,
    mark: entry.mark?.(args) ?? "here",
    labels: entry.labels === undefined ? [] : labelsOf(entry.labels, args, labels),
    message: entry.title(args),
    ...(hint === null ? {} : { hint }),
    ...(entry.fix === undefined || edits.length === 0 ? {} : { fix: { message: entry.fix(args), edits } }),
  };
}

type Places<Name extends string> = { readonly [N in Name]?: Span | readonly Span[] | null };

function labelsOf<Arguments, Name extends string>(
  wording: { readonly [N in Name]: (args: Arguments) => string },
  args: Arguments,
  places: Places<Name>,
): readonly Label[] {
  const found: Label[] = [];
  for (const name in wording) {
    const spans: Span | readonly Span[] | null | undefined = places[name];
    if (spans === undefined || spans === null) continue;
    const message = wording[name](args);
    for (const span of isSpan(spans) ? [spans] : spans) found.push({ span, message });
  }
  return found;
}

function isSpan(spans: Span | readonly Span[]): spans is Span {
  return !Array.isArray(spans);
}
