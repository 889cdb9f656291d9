import type { Expression } from "../../ast/tree.ts";
import type { FunctionForm } from "../../library/calculus/form.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import {
  add,
  multiply,
  number,
  ONE,
  type Scalar,
  scalarKey,
  subtract,
  valueOf,
  ZERO,
} from "../scalar/polynomial.ts";
import { boundedKey } from "../budget.ts";
import type { NormProduct } from "./composedNorm.ts";
import { isZero, text, type Unknowns, varies } from "../scalar/unknowns.ts";

/** A linear operator as one sign: a name, a call, or a chain of them. */
export interface Leaf {
  readonly key: string;
  /** the bound of its norm that the program itself uses */
  readonly norm: Scalar;
  /** what that bound is made of, and where it stands */
  readonly product: NormProduct;
  readonly unknowns: Unknowns;
  /** whether it is its own adjoint by its definition */
  readonly symmetric: boolean;
  /** whether it may be another operator in the next step */
  readonly varies: boolean;
}

/** What is known of a network or a given map, as declared. */
export interface MapBounds {
  readonly lipschitz: number | null;
  readonly residual: number | null;
  readonly averaged: number | null;
}

/** A convex function of the placeholder: the gradient of its smooth part, and its other terms. */
export interface ConvexFunction {
  readonly gradient: Combination;
  readonly nonsmooth: ReadonlyMap<string, NonsmoothTerm>;
}

export interface NonsmoothTerm {
  readonly weight: Scalar;
  readonly argument: Combination;
  /** 0 or infinity: its weight is of no meaning */
  readonly indicator: boolean;
}

/** What a vector of the step is made of: the state, data, and answers of oracles. */
export type Atom =
  /** the variable of a function */
  | { readonly kind: "placeholder" }
  | { readonly kind: "state"; readonly symbol: Symbol }
  /** free of the state */
  | { readonly kind: "data"; readonly name: string }
  | { readonly kind: "operator"; readonly leaf: Leaf; readonly adjoint: boolean; readonly at: Atom }
  /** A'A at an atom */
  | { readonly kind: "normal"; readonly leaf: Leaf; readonly at: Atom }
  /** the gradient with respect to `point` of a smooth convex function, which sees `argument` */
  | {
      readonly kind: "gradient";
      readonly of: string;
      readonly argument: Combination;
      readonly lipschitz: Scalar;
      readonly point: Combination;
    }
  | {
      readonly kind: "prox";
      readonly of: ConvexFunction;
      readonly point: Combination;
    }
  /** the prox of `scale` times the conjugate of a function */
  | {
      readonly kind: "conjugateProx";
      readonly of: FunctionForm;
      readonly name: string;
      readonly scale: Scalar;
      readonly point: Combination;
    }
  | {
      readonly kind: "network";
      readonly symbol: Symbol;
      readonly bounds: MapBounds;
      readonly point: Combination;
    }
  /** a product entry by entry */
  | { readonly kind: "entrywise"; readonly left: Atom; readonly right: Atom }
  /** anything else; no two of them are known to be equal */
  | { readonly kind: "other"; readonly name: string; readonly expression: Expression<Typed> | null };

export interface Part {
  readonly weight: Scalar;
  readonly atom: Atom;
}

/** A linear combination of atoms, by their keys. */
export interface Combination {
  readonly parts: ReadonlyMap<string, Part>;
}

export const NOTHING: Combination = { parts: new Map() };

export const PLACEHOLDER: Combination = of({ kind: "placeholder" });

/** The combination of one atom. */
export function of(atom: Atom): Combination {
  return { parts: new Map([[boundedKey(atomKey(atom)), { weight: ONE, atom }]]) };
}

/** A state as a combination. */
export function stateOf(symbol: Symbol): Combination {
  return of({ kind: "state", symbol });
}

/** a + b */
export function plus(a: Combination, b: Combination): Combination {
  const parts = new Map(a.parts);
  for (const [key, part] of b.parts) {
    const weight = add(parts.get(key)?.weight ?? ZERO, part.weight);
    if (weight.terms.size === 0) parts.delete(key);
    else parts.set(key, { ...part, weight });
  }
  return { parts };
}

/** c a */
export function times(by: Scalar, a: Combination): Combination {
  if (by.terms.size === 0) return NOTHING;
  const parts = new Map(
    [...a.parts].map(([key, part]) => [key, { ...part, weight: multiply(by, part.weight) }] as const),
  );
  return { parts };
}

/** a - b */
export function minus(a: Combination, b: Combination): Combination {
  return plus(a, times(number(-1), b));
}

/** The sum of what a function makes of each part. */
export function mapParts(a: Combination, each: (part: Part) => Combination): Combination {
  return [...a.parts.values()].reduce<Combination>((total, part) => plus(total, each(part)), NOTHING);
}

/** The parts of which a test holds. */
export function filterParts(a: Combination, keep: (part: Part) => boolean): Combination {
  return { parts: new Map([...a.parts].filter(([, part]) => keep(part))) };
}

/** Whether a = 0 whatever the atoms are. */
function isNothing(unknowns: Unknowns, a: Combination): boolean {
  return [...a.parts.values()].every(({ weight }) => isZero(unknowns, weight));
}

/** Whether a = b whatever the atoms are. */
export function same(unknowns: Unknowns, a: Combination, b: Combination): boolean {
  return isNothing(unknowns, minus(a, b));
}

/** The c with a = c b, or null; null, too, where b has no part. */
export function ratio(
  unknowns: Unknowns,
  a: Combination,
  b: Combination,
  divide: (a: Scalar, b: Scalar) => Scalar,
): Scalar | null {
  const [first] = [...b.parts];
  if (first === undefined) return null;
  const [key, part] = first;
  const own = a.parts.get(key);
  if (own === undefined) return null;
  const by = divide(own.weight, part.weight);
  return same(unknowns, a, times(by, b)) ? by : null;
}

/** The only part, if there is one with weight 1. */
export function onlyAtom(a: Combination): Atom | null {
  const [part, ...others] = [...a.parts.values()];
  return part !== undefined && others.length === 0 && valueOf(subtract(part.weight, ONE)) === 0
    ? part.atom
    : null;
}

/** A text that is equal for equal combinations. */
export function combinationKey(a: Combination): string {
  return [...a.parts]
    .map(([key, part]) => `(${scalarKey(part.weight)}) ${key}`)
    .sort()
    .join(" + ");
}

/** A text that is equal for equal atoms. */
function atomKey(atom: Atom): string {
  switch (atom.kind) {
    case "placeholder":
      return "_";
    case "state":
      return `state ${atom.symbol.name}`;
    case "data":
    case "other":
      return `${atom.kind} ${atom.name}`;
    case "network":
      return `${atom.symbol.name}(${combinationKey(atom.point)})`;
    case "normal":
      return `(${atom.leaf.key})'*(${atom.leaf.key})*{${atomKey(atom.at)}}`;
    case "operator":
      return `(${atom.leaf.key})${atom.adjoint ? "'" : ""}*{${atomKey(atom.at)}}`;
    case "gradient":
      return `grad ${atom.of}[${combinationKey(atom.argument)}](${combinationKey(atom.point)})`;
    case "prox":
      return `prox[${convexKey(atom.of)}](${combinationKey(atom.point)})`;
    case "conjugateProx":
      return `prox[${scalarKey(atom.scale)} ${atom.name}*](${combinationKey(atom.point)})`;
    case "entrywise":
      return `{${atomKey(atom.left)}} .* {${atomKey(atom.right)}}`;
  }
}

/** A combination in words near to those of the program, for messages. */
export function combinationText(unknowns: Unknowns, a: Combination): string {
  const parts = [...a.parts.values()].map(({ weight, atom }) => {
    const value = valueOf(weight);
    const inside = atomText(unknowns, atom);
    if (value === 1) return inside;
    return value === -1 ? `-${inside}` : `${text(unknowns, weight)}*${inside}`;
  });
  return parts.length === 0 ? "0" : parts.join(" + ").replaceAll("+ -", "- ");
}

function atomText(unknowns: Unknowns, atom: Atom): string {
  switch (atom.kind) {
    case "placeholder":
      return "_";
    case "state":
      return atom.symbol.name;
    case "data":
    case "other":
      return atom.name.replace(/@\d+$/u, "");
    case "operator":
      return `${atom.leaf.key}${atom.adjoint ? "'" : ""}*${atomText(unknowns, atom.at)}`;
    case "normal":
      return `${atom.leaf.key}'*${atom.leaf.key}*${atomText(unknowns, atom.at)}`;
    case "entrywise":
      return `${atomText(unknowns, atom.left)} .* ${atomText(unknowns, atom.right)}`;
    case "gradient":
      return `grad(${combinationText(unknowns, atom.point)})`;
    case "prox":
    case "conjugateProx":
      return `prox(${combinationText(unknowns, atom.point)})`;
    case "network":
      return `${atom.symbol.name}(${combinationText(unknowns, atom.point)})`;
  }
}

function convexKey(a: ConvexFunction): string {
  const terms = [...a.nonsmooth].map(([key, term]) => `${scalarKey(term.weight)} ${key}`).sort();
  return [combinationKey(a.gradient), ...terms].join("; ");
}

/** Products entry by entry of all parts. */
export function entrywise(a: Combination, b: Combination): Combination {
  return mapParts(a, (left) =>
    mapParts(b, (right) => {
      const [first, second] = [left.atom, right.atom].sort((p, q) => (atomKey(p) < atomKey(q) ? -1 : 1));
      if (first === undefined || second === undefined) return NOTHING;
      const product = of({ kind: "entrywise", left: first, right: second });
      return times(multiply(left.weight, right.weight), product);
    }),
  );
}

/** Whether a combination is the same in every step: it has no state, and no number in it changes. */
export function isConstant(unknowns: Unknowns, a: Combination): boolean {
  return hasConstantParts(unknowns, a, false);
}

/** Whether a combination reads the placeholder and constants only. */
function isFixedExpression(unknowns: Unknowns, a: Combination): boolean {
  return hasConstantParts(unknowns, a, true);
}

/** Whether a function is the same one in every step. */
export function isFixed(unknowns: Unknowns, a: ConvexFunction): boolean {
  return (
    isFixedExpression(unknowns, a.gradient) &&
    [...a.nonsmooth.values()].every(
      ({ weight, argument }) => !varies(unknowns, weight) && isFixedExpression(unknowns, argument),
    )
  );
}

function hasConstantParts(unknowns: Unknowns, a: Combination, placeholder: boolean): boolean {
  return [...a.parts.values()].every(
    ({ weight, atom }) => !varies(unknowns, weight) && isConstantAtom(unknowns, atom, placeholder),
  );
}

function isConstantAtom(unknowns: Unknowns, atom: Atom, placeholder: boolean): boolean {
  const constant = (a: Combination): boolean => hasConstantParts(unknowns, a, placeholder);
  switch (atom.kind) {
    case "data":
      return true;
    case "placeholder":
      return placeholder;
    case "state":
    case "other":
      return false;
    case "operator":
    case "normal":
      return !atom.leaf.varies && isConstantAtom(unknowns, atom.at, placeholder);
    case "gradient":
      return constant(atom.point) && constant(atom.argument);
    case "prox":
      return constant(atom.point) && isFixed(unknowns, atom.of);
    case "conjugateProx":
      return !varies(unknowns, atom.scale) && constant(atom.point);
    case "network":
      return constant(atom.point);
    case "entrywise":
      return (
        isConstantAtom(unknowns, atom.left, placeholder) && isConstantAtom(unknowns, atom.right, placeholder)
      );
  }
}

/** Whether the placeholder occurs. */
export function readsPlaceholder(a: Combination): boolean {
  return [...a.parts.values()].some(({ atom }) => atomReadsPlaceholder(atom));
}

/** Whether the placeholder occurs in an atom. */
export function atomReadsPlaceholder(atom: Atom): boolean {
  switch (atom.kind) {
    case "placeholder":
      return true;
    case "operator":
    case "normal":
      return atomReadsPlaceholder(atom.at);
    case "gradient":
      return readsPlaceholder(atom.argument) || readsPlaceholder(atom.point);
    case "prox":
    case "conjugateProx":
    case "network":
      return readsPlaceholder(atom.point);
    case "entrywise":
      return atomReadsPlaceholder(atom.left) || atomReadsPlaceholder(atom.right);
    case "state":
    case "data":
    case "other":
      return false;
  }
}
