import { diagnose } from "../diagnostics/diagnose.ts";
import type { Span } from "../source/span.ts";
import { type Dimension, name as nameDimension, substitute } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import { hasUnknowns, resolveSpace, restName, unifySpaces, wouldSucceed } from "../types/substitution.ts";
import { type Type, typeText } from "../types/type.ts";
import { type Environment, report, type Run } from "./context.ts";
import { resolveType } from "./typed.ts";

type OperatorType = Extract<Type, { kind: "operator" }>;

/** A use of an operator of the library, with its spaces as its signature has them. */
export interface OperatorUse {
  /** the operator as it is written, with its arguments */
  readonly text: string;
  readonly span: Span;
  readonly type: OperatorType;
}

/** Reports `let`s whose type nothing determines, where there is no other fault that could be the reason. */
export function reportUndetermined(environment: Environment): void {
  const { run } = environment;
  if (run.diagnostics.some(({ severity }) => severity === "error")) return;
  for (const symbol of run.declared) {
    if (symbol.origin.kind !== "let") continue;
    const type = resolveType(run, symbol.typing.type);
    if (!isOpen(type)) continue;
    const args = { name: symbol.name, type: typeText(type), suggested: null };
    report(environment, diagnose("IPX2014", symbol.span, args));
  }
}

/**
 * Operators of the library whose sizes nothing determines, as in `norm(gradient)`: where all other uses of the same
 * operator are of one type, it is of that type, too; else it is reported, where there is no other fault.
 */
export function settleOperators(environment: Environment): void {
  const { run } = environment;
  const uses = [...run.operatorUses.values()];
  for (const use of uses.filter((each) => isUnsettled(run, each))) {
    const [only, ...others] = settledTypes(run, use, uses);
    if (only === undefined || others.length > 0) continue;
    unifySpaces(run.substitution, use.type.domain, only.domain);
    unifySpaces(run.substitution, use.type.codomain, only.codomain);
  }
  if (run.diagnostics.some(({ severity }) => severity === "error")) return;
  const open = uses.filter((each) => isUnsettled(run, each));
  const first = open.filter((use, k) => open.findIndex(({ text }) => text === use.text) === k);
  for (const use of first) {
    const [known = use.type] = settledTypes(run, use, uses);
    const suggested = `${typeText(lettered(settled(run, known)))} = ${use.text}`;
    const type = typeText(settled(run, use.type));
    report(environment, diagnose("IPX2014", use.span, { name: use.text, type, suggested }));
  }
}

/** The types that other uses of an operator have, each once, as far as it could have them, too. */
function settledTypes(run: Run, use: OperatorUse, uses: readonly OperatorUse[]): readonly OperatorType[] {
  const found = new Map<string, OperatorType>();
  for (const each of uses) {
    if (each.text !== use.text || isUnsettled(run, each)) continue;
    const type = settled(run, each.type);
    const { substitution } = run;
    const fits = wouldSucceed(
      substitution,
      () =>
        unifySpaces(substitution, use.type.domain, type.domain) &&
        unifySpaces(substitution, use.type.codomain, type.codomain),
    );
    if (fits) found.set(typeText(type), type);
  }
  return [...found.values()];
}

/** A type with all that was found, and without the defaults for what was not. */
function settled({ substitution }: Run, { domain, codomain }: OperatorType): OperatorType {
  const open = { ...substitution, closed: false };
  return { kind: "operator", domain: resolveSpace(open, domain), codomain: resolveSpace(open, codomain) };
}

/**
 * Whether a size, or the number of axes, is not known. An unknown field is real, behind known axes are no more, and `I`
 * is the same on every space.
 */
function isUnsettled(run: Run, use: OperatorUse): boolean {
  const { domain, codomain } = settled(run, use.type);
  return hasNoSize(domain) || hasNoSize(codomain);
}

function hasNoSize(space: Space): boolean {
  switch (space.kind) {
    case "array": {
      const plain = space.dimensions.filter((dimension) => restName(dimension) === null);
      return isOnlyRest(space) || hasUnknowns({ kind: "array", element: space.element, dimensions: plain });
    }
    case "product":
      return space.parts.some(hasNoSize);
    case "named":
      return false;
  }
}

/** Whether nothing is known of the axes of an array. */
function isOnlyRest(space: Space): boolean {
  if (space.kind !== "array" || space.dimensions.length === 0) return false;
  return space.dimensions.every((dimension) => restName(dimension) !== null);
}

/** A type with letters in the place of what is not known, as somebody might declare it. */
function lettered({ domain, codomain }: OperatorType): OperatorType {
  const rest = isOnlyRest(domain) || isOnlyRest(codomain) ? [nameDimension("n")] : [];
  return {
    kind: "operator",
    domain: letteredSpace(domain, rest),
    codomain: letteredSpace(codomain, rest),
  };
}

function letteredSpace(space: Space, rest: readonly Dimension[]): Space {
  switch (space.kind) {
    case "array": {
      const dimensions = space.dimensions.flatMap((dimension) =>
        restName(dimension) === null ? [substitute(dimension, letterOf)] : rest,
      );
      return { kind: "array", element: space.element, dimensions };
    }
    case "product":
      return { ...space, parts: space.parts.map((part) => letteredSpace(part, rest)) };
    case "named":
      return space.name.startsWith("?") ? { ...space, name: "X" } : space;
  }
}

/** h of `?12-15:h`. */
function letterOf(size: string): Dimension | null {
  return size.startsWith("?") ? nameDimension(size.slice(size.lastIndexOf(":") + 1)) : null;
}

function isOpen(type: Type): boolean {
  switch (type.kind) {
    case "value":
      return hasUnknowns(type.space);
    case "operator":
      return hasUnknowns(type.domain) || hasUnknowns(type.codomain);
    default:
      return false;
  }
}
