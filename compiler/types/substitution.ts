import {
  add,
  type Dimension,
  type DimensionTerm,
  divideByTerm,
  equal,
  name as nameDimension,
  namesOf,
  substitute,
  subtract,
} from "./dimension.ts";
import { agreeInLabel, type ArraySpace, type Element, type Space } from "./space.ts";

/**
 * What is known of the unknowns of one program. An unknown is named by the place where it arises: `?12-15:n` is a
 * size, `?12-15:r..` stands for any number of axes, and the same signs name unknown spaces and fields. Unification
 * adds solutions and never takes one back, except through `attempt`.
 */
export interface Substitution {
  readonly sizes: Map<string, Dimension>;
  readonly axes: Map<string, readonly Dimension[]>;
  readonly fields: Map<string, FieldSolution>;
  readonly spaces: Map<string, Space>;
  /** whether all is known that will ever be: then what is open takes its default, no further axes and real entries */
  readonly closed: boolean;
}

/** An unknown field is found, or is the same as another unknown one. */
export type FieldSolution =
  | { readonly kind: "found"; readonly element: "real" | "complex" }
  | { readonly kind: "same"; readonly as: string };

/** A substitution that knows nothing. */
export function emptySubstitution(): Substitution {
  return { sizes: new Map(), axes: new Map(), fields: new Map(), spaces: new Map(), closed: false };
}

/** The same solutions, with defaults for what they leave open. */
export function closedSubstitution(substitution: Substitution): Substitution {
  return { ...substitution, closed: true };
}

/** Runs a unification; where it fails, its partial solutions are taken back. */
export function attempt(substitution: Substitution, unification: () => boolean): boolean {
  const before = copy(substitution);
  if (unification()) return true;
  restore(substitution, before);
  return false;
}

/** Runs a unification and takes all its solutions back: whether it could succeed. */
export function wouldSucceed(substitution: Substitution, unification: () => boolean): boolean {
  const before = copy(substitution);
  const answer = unification();
  restore(substitution, before);
  return answer;
}

function copy(substitution: Substitution): Substitution {
  return {
    sizes: new Map(substitution.sizes),
    axes: new Map(substitution.axes),
    fields: new Map(substitution.fields),
    spaces: new Map(substitution.spaces),
    closed: substitution.closed,
  };
}

function restore(substitution: Substitution, before: Substitution): void {
  refill(substitution.sizes, before.sizes);
  refill(substitution.axes, before.axes);
  refill(substitution.fields, before.fields);
  refill(substitution.spaces, before.spaces);
}

function refill<K, V>(map: Map<K, V>, entries: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

/** Whether a name stands for an unknown. */
function isUnknownName(name: string): boolean {
  return name.startsWith("?");
}

/** The name of the unknown axes that an entry of a list of dimensions stands for; null for an ordinary dimension. */
export function restName(dimension: Dimension): string | null {
  const [term] = dimension.terms;
  const [power] = term?.powers ?? [];
  if (power === undefined || !power[0].startsWith("?") || !power[0].endsWith("..")) return null;
  return power[0];
}

/** A dimension with all that is known put in. */
export function resolveDimension(substitution: Substitution, dimension: Dimension): Dimension {
  if (!namesOf(dimension).some((size) => substitution.sizes.has(size))) return dimension;
  return resolveDimension(
    substitution,
    substitute(dimension, (size) => substitution.sizes.get(size) ?? null),
  );
}

/** Axes with all that is known put in. */
function resolveAxes(substitution: Substitution, dimensions: readonly Dimension[]): readonly Dimension[] {
  return dimensions.flatMap((dimension) => {
    const rest = restName(dimension);
    if (rest === null) return [resolveDimension(substitution, dimension)];
    const found = substitution.axes.get(rest);
    if (found !== undefined) return resolveAxes(substitution, found);
    return substitution.closed ? [] : [dimension];
  });
}

/** A space with all that is known put in. */
export function resolveSpace(substitution: Substitution, space: Space): Space {
  switch (space.kind) {
    case "array": {
      const dimensions = resolveAxes(substitution, space.dimensions);
      if (space.undecided === undefined) return { kind: "array", element: space.element, dimensions };
      const field = resolveField(substitution, space.undecided);
      return field.kind === "found"
        ? { kind: "array", element: field.element, dimensions }
        : { kind: "array", element: space.element, dimensions, undecided: field.as };
    }
    case "named": {
      const found = substitution.spaces.get(space.name);
      return found === undefined ? space : resolveSpace(substitution, found);
    }
    case "product":
      return { ...space, parts: space.parts.map((part) => resolveSpace(substitution, part)) };
  }
}

function resolveField(substitution: Substitution, unknown: string): FieldSolution {
  const solution = substitution.fields.get(unknown);
  if (solution === undefined) {
    return substitution.closed ? { kind: "found", element: "real" } : { kind: "same", as: unknown };
  }
  return solution.kind === "found" ? solution : resolveField(substitution, solution.as);
}

/** Whether a space still has unknown parts. */
export function hasUnknowns(space: Space): boolean {
  switch (space.kind) {
    case "array":
      return (
        space.undecided !== undefined ||
        space.dimensions.some((dimension) => namesOf(dimension).some(isUnknownName))
      );
    case "named":
      return isUnknownName(space.name);
    case "product":
      return space.parts.some(hasUnknowns);
  }
}

/** Makes two spaces equal by solving unknowns; false, perhaps with partial solutions, where they cannot be. */
export function unifySpaces(substitution: Substitution, first: Space, second: Space): boolean {
  const a = resolveSpace(substitution, first);
  const b = resolveSpace(substitution, second);
  if (a.kind === "named" && isUnknownName(a.name)) return bindSpace(substitution, a.name, b);
  if (b.kind === "named" && isUnknownName(b.name)) return bindSpace(substitution, b.name, a);
  if (a.kind === "named" && b.kind === "named") return a.name === b.name;
  if (a.kind === "product" && b.kind === "product") {
    return (
      agreeInLabel(a, b) &&
      a.parts.length === b.parts.length &&
      a.parts.every((part, k) => {
        const other = b.parts[k];
        return other !== undefined && unifySpaces(substitution, part, other);
      })
    );
  }
  if (a.kind !== "array" || b.kind !== "array") return false;
  return unifyElements(substitution, a, b) && unifyAxes(substitution, a.dimensions, b.dimensions);
}

/** Makes a value's space fit where another is wanted: int is an R, and R[d] is embedded in C[d], never back. */
export function fitSpace(substitution: Substitution, actual: Space, wanted: Space): boolean {
  const a = resolveSpace(substitution, actual);
  const w = resolveSpace(substitution, wanted);
  if (a.kind === "array" && w.kind === "array" && embeds(a, w)) {
    return unifyAxes(substitution, a.dimensions, w.dimensions);
  }
  if (a.kind === "product" && w.kind === "product") {
    return (
      agreeInLabel(a, w) &&
      a.parts.length === w.parts.length &&
      a.parts.every((part, k) => {
        const other = w.parts[k];
        return other !== undefined && fitSpace(substitution, part, other);
      })
    );
  }
  return unifySpaces(substitution, a, w);
}

function embeds(actual: ArraySpace, wanted: ArraySpace): boolean {
  if (actual.undecided !== undefined || wanted.undecided !== undefined) return false;
  if (wanted.element === "complex") return actual.element !== "bool";
  return wanted.element === "real" && actual.element === "int";
}

/** The element of a sum: the wider of the two; null where there is none, as for bool and R. */
export function joinElements(a: Element, b: Element): Element | null {
  if (a === b) return a;
  if (a === "bool" || b === "bool") return null;
  return a === "complex" || b === "complex" ? "complex" : "real";
}

/** The space of a sum: that of both, or the wider field; null where they do not agree. */
export function joinSpaces(substitution: Substitution, first: Space, second: Space): Space | null {
  const a = resolveSpace(substitution, first);
  const b = resolveSpace(substitution, second);
  if (a.kind === "array" && b.kind === "array" && a.undecided === undefined && b.undecided === undefined) {
    const element = joinElements(a.element, b.element);
    if (element === null || !unifyAxes(substitution, a.dimensions, b.dimensions)) return null;
    return resolveSpace(substitution, { kind: "array", element, dimensions: a.dimensions });
  }
  return unifySpaces(substitution, a, b) ? resolveSpace(substitution, a) : null;
}

function bindSpace(substitution: Substitution, unknown: string, space: Space): boolean {
  if (space.kind === "named" && space.name === unknown) return true;
  if (mentions(space, unknown)) return false;
  substitution.spaces.set(unknown, space);
  return true;
}

function mentions(space: Space, unknown: string): boolean {
  if (space.kind === "named") return space.name === unknown;
  return space.kind === "product" && space.parts.some((part) => mentions(part, unknown));
}

function unifyElements(substitution: Substitution, a: ArraySpace, b: ArraySpace): boolean {
  if (a.undecided !== undefined) return decideField(substitution, a.undecided, b);
  if (b.undecided !== undefined) return decideField(substitution, b.undecided, a);
  return a.element === b.element || (a.element !== "complex" && b.element !== "complex");
}

function decideField(substitution: Substitution, unknown: string, as: ArraySpace): boolean {
  if (as.undecided === unknown) return true;
  if (as.undecided !== undefined) {
    substitution.fields.set(unknown, { kind: "same", as: as.undecided });
    return true;
  }
  const element = as.element === "complex" ? "complex" : "real";
  substitution.fields.set(unknown, { kind: "found", element });
  return true;
}

/** Makes two lists of axes equal; each may hold one unknown number of axes. */
export function unifyAxes(
  substitution: Substitution,
  first: readonly Dimension[],
  second: readonly Dimension[],
): boolean {
  const a = [...resolveAxes(substitution, first)];
  const b = [...resolveAxes(substitution, second)];
  if (!unifyEnds(substitution, a, b, "shift") || !unifyEnds(substitution, a, b, "pop")) return false;
  if (a.length === 0 && b.length === 0) return true;
  const [onlyA] = a;
  const [onlyB] = b;
  const restA = onlyA === undefined ? null : restName(onlyA);
  const restB = onlyB === undefined ? null : restName(onlyB);
  if (restA !== null && a.length === 1) return bindAxes(substitution, restA, b);
  if (restB !== null && b.length === 1) return bindAxes(substitution, restB, a);
  return unifyTwoRests(substitution, a, b);
}

/** Unifies and removes ordinary dimensions from one end, as long as both lists have one there; so with equal rests. */
function unifyEnds(
  substitution: Substitution,
  a: Dimension[],
  b: Dimension[],
  take: "shift" | "pop",
): boolean {
  for (;;) {
    const x = a[take === "shift" ? 0 : a.length - 1];
    const y = b[take === "shift" ? 0 : b.length - 1];
    if (x === undefined || y === undefined) return true;
    const rests = [restName(x), restName(y)];
    if (rests[0] !== rests[1]) return true;
    if (rests[0] === null && !unifyDimensions(substitution, x, y)) return false;
    a[take]();
    b[take]();
  }
}

function bindAxes(substitution: Substitution, rest: string, axes: readonly Dimension[]): boolean {
  const [only] = axes;
  if (axes.length === 1 && only !== undefined && restName(only) === rest) return true;
  if (axes.some((axis) => restName(axis) === rest)) return false;
  substitution.axes.set(rest, axes);
  return true;
}

/** `r.. B` against `C s..`: both rests hold what lies between, so r.. = C t.. and s.. = t.. B. */
function unifyTwoRests(
  substitution: Substitution,
  a: readonly Dimension[],
  b: readonly Dimension[],
): boolean {
  const [left, right] = restName(a[0] ?? { terms: [] }) === null ? [b, a] : [a, b];
  const leftRest = restName(left[0] ?? { terms: [] });
  const rightRest = restName(right[right.length - 1] ?? { terms: [] });
  const between = [...left.slice(1), ...right.slice(0, -1)];
  if (leftRest === null || rightRest === null || between.some((axis) => restName(axis) !== null))
    return false;
  const middle = nameDimension(`${leftRest.slice(0, -2)}&${rightRest.slice(1)}`);
  substitution.axes.set(leftRest, [...right.slice(0, -1), middle]);
  substitution.axes.set(rightRest, [middle, ...left.slice(1)]);
  return true;
}

/** Makes two dimensions equal by solving one unknown that occurs linearly. */
function unifyDimensions(substitution: Substitution, first: Dimension, second: Dimension): boolean {
  const a = resolveDimension(substitution, first);
  const b = resolveDimension(substitution, second);
  if (equal(a, b)) return true;
  const difference = subtract(a, b);
  for (const unknown of namesOf(difference).filter(isUnknownName)) {
    const solution = solveFor(difference, unknown);
    if (solution === null) continue;
    substitution.sizes.set(unknown, solution);
    return true;
  }
  return false;
}

/** The value of `unknown` for which a dimension is 0; null where it is not a single linear term. */
function solveFor(dimension: Dimension, unknown: string): Dimension | null {
  const occurs = (term: DimensionTerm): boolean => term.powers.some(([size]) => size === unknown);
  const having = dimension.terms.filter(occurs);
  const [only] = having;
  if (only === undefined || having.length > 1) return null;
  if (only.powers.some(([size, exponent]) => size === unknown && exponent > 1)) return null;
  const factor: DimensionTerm = { ...only, powers: only.powers.filter(([size]) => size !== unknown) };
  const others: Dimension = { terms: dimension.terms.filter((term) => !occurs(term)) };
  const negative = subtract({ terms: [] }, others);
  const quotient = divideByTerm(negative, factor);
  return quotient === null ? null : add(quotient, { terms: [] });
}
