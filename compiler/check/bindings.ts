import type { Expression, Let, LetTuple, Var } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { type Interval, intersect, isEmpty } from "../types/interval.ts";
import { REAL, type Space } from "../types/space.ts";
import { type Type, UNKNOWN, valueType } from "../types/type.ts";
import type { Level, Typed, Typing } from "../types/typing.ts";
import type { DeclaredBounds } from "./bounds.ts";
import { awaitRead, type Environment, report } from "./context.ts";
import { expectDeclared } from "./declared.ts";
import { describe } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { checkProperties } from "./properties.ts";
import { isWrittenOut, keepExtent } from "./rules/extent.ts";
import { checkStart } from "./starts.ts";
import { declare } from "./symbols.ts";
import { resolveType, typing } from "./typed.ts";
import { type CheckedType, checkType } from "./writtenTypes.ts";

/** The value of a `let` or `var`, with the declared type if there is one. */
interface Bound {
  readonly initial: Expression<Typed>;
  readonly written: CheckedType | null;
  readonly note: Typing;
}

function bind(environment: Environment, tree: Let | Var): Bound {
  const written = tree.type === null ? null : checkType(environment, tree.type);
  const value = checkExpression(environment, tree.initial);
  if (written === null) return { initial: refuseWords(environment, value), written, note: inferred(value) };
  const initial = expectDeclared(environment, { name: tree.name, type: written.type, fills: true }, value);
  if (written.bounds !== null) checkStart(environment, tree.name, initial, written.bounds);
  const interval = narrowed(initial.note.interval, written.bounds);
  return { initial, written, note: { ...initial.note, type: written.type, interval } };
}

/** A literal 0 alone is a number. */
function inferred(value: Expression<Typed>): Typing {
  return value.note.type.kind === "zero" ? { ...value.note, type: valueType(REAL) } : value.note;
}

/** Sets, layers, methods and the like have no name; a set may have one. */
function refuseWords(environment: Environment, value: Expression<Typed>): Expression<Typed> {
  const { kind } = value.note.type;
  if (kind !== "distribution" && kind !== "file" && kind !== "program" && kind !== "word") return value;
  const actual = describe(environment, value.note.type);
  report(environment, diagnose("IPX2015", value.span, { wanted: "A value", actual, hint: null }));
  return { ...value, note: typing(UNKNOWN, 0) };
}

function narrowed(interval: Interval | null, bounds: DeclaredBounds | null): Interval | null {
  if (bounds === null || interval === null) return interval;
  const both = intersect(interval, bounds.outer);
  return isEmpty(both) ? bounds.outer : both;
}

/** `let x : T = e with P`: fixed; its type follows from e where none is declared. */
export function checkLet(environment: Environment, tree: Let): Let<Typed> {
  const { initial, written, note } = bind(environment, tree);
  const owner = {
    type: note.type,
    isState: false,
    asserts: initial,
    provenance: "proved",
    span: tree.name.span,
    end: tree.initial.span.end,
  } as const;
  const { trees, facts } = checkProperties(environment, tree.properties, owner);
  const symbol = declare(
    environment,
    tree.name,
    { kind: "let", declaration: tree, index: 0 },
    {
      ...note,
      facts: [...facts, ...note.facts],
    },
  );
  awaitRead(environment, symbol);
  const checked: Let<Typed> = {
    ...tree,
    type: written?.tree ?? null,
    initial,
    properties: trees,
    declaration: symbol,
  };
  environment.run.knowledge.definitions.set(symbol, checked);
  if (isWrittenOut(symbol.typing.type)) keepExtent(environment, tree.name, symbol, initial);
  if (written?.bounds) environment.run.knowledge.bounds.set(symbol, written.bounds);
  return checked;
}

/** `let (x, y) = e`: the parts of a product. */
export function checkLetTuple(environment: Environment, tree: LetTuple): LetTuple<Typed> {
  const initial = checkExpression(environment, tree.initial);
  const parts = partsOf(environment, tree, initial);
  const owner = {
    type: UNKNOWN,
    isState: false,
    asserts: null,
    provenance: "proved",
    span: tree.span,
    end: tree.initial.span.end,
  } as const;
  const { trees } = checkProperties(environment, tree.properties, owner);
  const symbols = tree.names.map((name, index) => {
    const part = parts?.[index];
    const type: Type = part === undefined ? UNKNOWN : valueType(part);
    const note = typing(type, initial.note.level, part === undefined ? null : initial.note.interval);
    const symbol = declare(environment, name, { kind: "let", declaration: tree, index }, note);
    awaitRead(environment, symbol);
    return symbol;
  });
  return { ...tree, initial, properties: trees, declaration: symbols };
}

function partsOf(
  environment: Environment,
  tree: LetTuple,
  initial: Expression<Typed>,
): readonly Space[] | null {
  const type = resolveType(environment.run, initial.note.type);
  if (type.kind === "unknown") return null;
  const parts = type.kind === "value" && type.space.kind === "product" ? type.space.parts : null;
  if (parts !== null && parts.length === tree.names.length) return parts;
  const args = {
    names: tree.names.length,
    parts: parts?.length ?? null,
    actual: describe(environment, type),
  };
  report(environment, diagnose("IPX2021", initial.span, args));
  return null;
}

/** `var c = 1`: changes within the step or the function; whole numbers are numbers. */
export function checkVar(environment: Environment, tree: Var): Var<Typed> {
  const { initial, written, note } = bind(environment, tree);
  const level: Level = environment.place === "step" ? 4 : note.level;
  const type = written === null ? widened(note.type) : note.type;
  const symbol = declare(
    environment,
    tree.name,
    { kind: "var", declaration: tree },
    { ...note, type, level, facts: [] },
  );
  awaitRead(environment, symbol);
  environment.flow.intervals.set(symbol, note.interval);
  if (written?.bounds) environment.run.knowledge.bounds.set(symbol, written.bounds);
  return { ...tree, type: written?.tree ?? null, initial, declaration: symbol };
}

function widened(type: Type): Type {
  if (type.kind !== "value" || type.space.kind !== "array" || type.space.element !== "int") return type;
  return valueType({ ...type.space, element: "real" });
}
