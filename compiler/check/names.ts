import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Edit } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import type { LibraryName } from "../library/names.ts";
import { UNKNOWN } from "../types/type.ts";
import type { Reference, Symbol, Typed, Typing } from "../types/typing.ts";
import { type Environment, type Place, recordRead, report } from "./context.ts";
import { named } from "./references.ts";
import { checkLibraryName } from "./calls/library.ts";
import { type Found, lookUp, visibleSymbols } from "./scope.ts";
import { nearest } from "../diagnostics/suggestion.ts";
import { isLibraryName, libraryNames, withArticle, wordOf } from "./symbols.ts";
import { typing, unknownTyping } from "./typed.ts";

/** What a name refers to at a place, before it is known whether it may be read there. */
export type Meaning =
  | { readonly kind: "symbol"; readonly found: Found }
  | { readonly kind: "library"; readonly name: LibraryName }
  | { readonly kind: "unknown" };

/** Finds what a name means; a name that means nothing is reported. */
export function meaningOf(environment: Environment, name: string, span: Span): Meaning {
  const found = lookUp(environment.scope, name);
  if (found !== null) {
    recordRead(environment, found.symbol);
    return { kind: "symbol", found };
  }
  const later = environment.run.later.get(name);
  if (later !== undefined) {
    reportLater(environment, name, span, later);
    return { kind: "unknown" };
  }
  if (isLibraryName(name)) return { kind: "library", name };
  reportUnknown(environment, name, span);
  return { kind: "unknown" };
}

function reportLater(
  environment: Environment,
  name: string,
  span: Span,
  later: { readonly span: Span; readonly word: string },
): void {
  environment.run.excused.add(name);
  if (later.word === "self") {
    report(environment, diagnose("IPX1004", span, { name }));
  } else if (later.word === "state" && environment.place === "fun") {
    report(environment, diagnose("IPX4003", span, { name, word: later.word }, { declared: later.span }));
  } else {
    report(environment, diagnose("IPX1003", span, { name, word: later.word }, { declared: later.span }));
  }
}

const OUTSIDE_STEP: ReadonlySet<Place> = new Set(["until", "output", "objective"]);

function reportUnknown(environment: Environment, name: string, span: Span): void {
  const inStep = environment.run.stepNames.get(name);
  if (inStep !== undefined && OUTSIDE_STEP.has(environment.place)) {
    const args = { name, word: inStep.word, place: environment.place };
    report(environment, diagnose("IPX6003", span, args, { declared: inStep.span }));
    return;
  }
  const own = visibleSymbols(environment.scope).map((symbol) => symbol.name);
  reportUnknownName(environment, name, span, [...own, ...libraryNames()]);
}

/** Reports a name that means nothing, once an item. */
export function reportUnknownName(
  environment: Environment,
  name: string,
  span: Span,
  candidates: Iterable<string>,
  header: { readonly header?: "size" | "space" } = {},
): void {
  const { run } = environment;
  if (environment.silent || run.broken.has(name) || run.unknown.has(name)) return;
  run.unknown.add(name);
  const suggestion = nearest(name, candidates);
  if (suggestion !== null) run.excused.add(suggestion);
  else if (run.missing.has(name)) return;
  const edits: readonly Edit[] = suggestion === null ? [] : [{ span, newText: suggestion }];
  report(environment, diagnose("IPX1001", span, { name, suggestion, ...header }, {}, edits));
}

/** Checks a name that stands as an expression. */
export function checkName(
  environment: Environment,
  expression: Extract<Expression, { kind: "name" }>,
): Expression<Typed> {
  const meaning = meaningOf(environment, expression.name, expression.span);
  switch (meaning.kind) {
    case "unknown":
      return named(expression, { kind: "unknown" }, unknownTyping());
    case "library":
      return checkLibraryName(environment, expression, meaning.name);
    case "symbol": {
      const { symbol } = meaning.found;
      const note = readSymbol(environment, meaning.found, expression.span);
      return named(expression, { kind: "symbol", symbol }, note);
    }
  }
}

/** The typing of a symbol where it is read, after the rules of what may be read where. */
export function readSymbol(environment: Environment, found: Found, span: Span): Typing {
  const { symbol } = found;
  const { name } = symbol;
  const changes = symbol.origin.kind === "state" || symbol.origin.kind === "var";
  if (changes && found.beyondBoundary) {
    const word = wordOf(symbol.origin);
    report(environment, diagnose("IPX4003", span, { name, word }, { declared: symbol.span }));
    return unknownTyping(symbol.typing.level);
  }
  if (symbol.origin.kind === "state" && BEFORE_THE_STEP.has(environment.place)) {
    report(environment, diagnose("IPX4005", span, { name, word: "state" }, { declared: symbol.span }));
    return unknownTyping(symbol.typing.level);
  }
  if (symbol.perStep && !environment.inStep) {
    const place = PLACE_WORDS[environment.place];
    report(environment, diagnose("IPX4004", span, { name, place }, { declared: symbol.span }));
    return unknownTyping(symbol.typing.level);
  }
  if (symbol.origin.kind === "space" || symbol.origin.kind === "item") {
    const what = withArticle(wordOf(symbol.origin));
    report(environment, diagnose("IPX1017", span, { name, what, wanted: "A value" }));
    return unknownTyping();
  }
  return noteOf(environment, symbol);
}

const BEFORE_THE_STEP: ReadonlySet<Place> = new Set(["given", "learn", "let", "draw", "header"]);

const PLACE_WORDS: { readonly [P in Place]: string } = {
  header: "in the header",
  given: "in a default",
  learn: "in a start value",
  let: "in a `let` of the program",
  fun: "in a function of the program",
  state: "in a start value",
  draw: "in a `draw` of the program",
  step: "in the step",
  until: "in `until`",
  objective: "in the objective",
  output: "in the output",
  net: "in a network",
  binding: "in a binding",
};

function noteOf(environment: Environment, symbol: Symbol): Typing {
  const { flow } = environment;
  if (symbol.origin.kind === "state") {
    // an earlier state in the start of a state means that state's start, which a sample may bring
    if (environment.place === "state") return { ...symbol.typing, level: 3 };
    if (!flow.surelyUpdated.has(symbol)) flow.startsRead.add(symbol);
  }
  const interval = flow.intervals.get(symbol);
  const level = symbol.perStep ? 4 : symbol.typing.level;
  return { ...symbol.typing, level, interval: interval === undefined ? symbol.typing.interval : interval };
}

/** `old x`: the value that a state had when the step began. */
export function checkOld(
  environment: Environment,
  expression: Extract<Expression, { kind: "old" }>,
): Expression<Typed> {
  const name = expression.name.name;
  const meaning = meaningOf(environment, name, expression.name.span);
  if (meaning.kind !== "symbol")
    return { ...expression, reference: { kind: "unknown" }, note: unknownTyping(4) };
  const { symbol } = meaning.found;
  const reference: Reference = { kind: "symbol", symbol };
  const failed = (): Expression<Typed> => ({ ...expression, reference, note: typing(UNKNOWN, 4) });
  if (symbol.origin.kind !== "state") {
    const args = { name, word: wordOf(symbol.origin) };
    report(environment, diagnose("IPX5002", expression.span, args, { declared: symbol.span }));
    return failed();
  }
  if (meaning.found.beyondBoundary) {
    const args = { name, word: "state" };
    report(environment, diagnose("IPX4003", expression.span, args, { declared: symbol.span }));
    return failed();
  }
  if (environment.place === "step" && !environment.flow.updated.has(symbol)) {
    report(environment, diagnose("IPX5001", expression.span, { name }));
    return failed();
  }
  if (!OLD_PLACES.has(environment.place)) {
    report(
      environment,
      diagnose("IPX4005", expression.span, { name, word: "state" }, { declared: symbol.span }),
    );
    return failed();
  }
  environment.flow.startsRead.add(symbol);
  return { ...expression, reference, note: { ...symbol.typing, level: 4 } };
}

const OLD_PLACES: ReadonlySet<Place> = new Set(["step", "until", "objective"]);
