import type { Symbol } from "../types/typing.ts";
import { add, equal, multiply, number, ONE, type Scalar, text, valueOf } from "./scalar.ts";

/** What a vector of the step is made of: the state, data, and answers of oracles. */
export type Atom =
  | { readonly kind: "state"; readonly symbol: Symbol }
  /** free of the state: data, and what is computed from it */
  | { readonly kind: "data"; readonly name: string }
  /** A' (A p + b): the gradient of 1/2 |A . + b|^2 at p */
  | { readonly kind: "normal"; readonly operator: string; readonly norm: Scalar; readonly point: Combination }
  /** the gradient of another smooth convex function with that Lipschitz constant */
  | {
      readonly kind: "gradient";
      readonly of: string;
      readonly lipschitz: Scalar;
      readonly point: Combination;
    }
  /** the prox of `weight` times the convex function `of` */
  | { readonly kind: "prox"; readonly of: string; readonly weight: Scalar; readonly point: Combination }
  | {
      readonly kind: "conjugateProx";
      readonly of: string;
      readonly weight: Scalar;
      readonly point: Combination;
    }
  | { readonly kind: "projection"; readonly onto: string; readonly point: Combination }
  | {
      readonly kind: "operator";
      readonly operator: string;
      readonly adjoint: boolean;
      readonly norm: Scalar;
      readonly point: Combination;
    }
  | {
      readonly kind: "network";
      readonly symbol: Symbol;
      readonly lipschitz: number | null;
      readonly residual: number | null;
      readonly point: Combination;
    }
  /** the solution of (A'A + weight I) z = A'b + weight p: the prox of 1/2 |A . - b|^2 / weight at p */
  | { readonly kind: "resolvent"; readonly of: string; readonly weight: Scalar; readonly point: Combination }
  | { readonly kind: "other"; readonly name: string };

/** A linear combination of atoms; `key` is the same for equal combinations. */
export interface Combination {
  readonly parts: ReadonlyMap<string, { readonly weight: Scalar; readonly atom: Atom }>;
}

export const NOTHING: Combination = { parts: new Map() };

export function of(atom: Atom): Combination {
  return { parts: new Map([[atomKey(atom), { weight: ONE, atom }]]) };
}

export function plus(a: Combination, b: Combination): Combination {
  const parts = new Map(a.parts);
  for (const [key, part] of b.parts) {
    const weight = add(parts.get(key)?.weight ?? number(0), part.weight);
    if (weight.terms.size === 0) parts.delete(key);
    else parts.set(key, { ...part, weight });
  }
  return { parts };
}

export function times(by: Scalar, a: Combination): Combination {
  if (by.terms.size === 0) return NOTHING;
  const parts = new Map(
    [...a.parts].map(([key, part]) => [key, { ...part, weight: multiply(by, part.weight) }] as const),
  );
  return { parts };
}

export function minus(a: Combination, b: Combination): Combination {
  return plus(a, times(number(-1), b));
}

export function sameCombination(a: Combination, b: Combination): boolean {
  return combinationKey(a) === combinationKey(b);
}

/** A text that is equal for equal combinations. */
export function combinationKey(a: Combination): string {
  return [...a.parts]
    .map(([key, part]) => `${text(part.weight)}·${key}`)
    .sort()
    .join(" + ");
}

function atomKey(atom: Atom): string {
  switch (atom.kind) {
    case "state":
      return atom.symbol.name;
    case "data":
    case "other":
      return `${atom.kind}:${atom.name}`;
    case "network":
      return `${atom.symbol.name}(${combinationKey(atom.point)})`;
    case "normal":
      return `normal[${atom.operator}](${combinationKey(atom.point)})`;
    case "gradient":
      return `grad[${atom.of}](${combinationKey(atom.point)})`;
    case "projection":
      return `proj[${atom.onto}](${combinationKey(atom.point)})`;
    case "operator":
      return `${atom.operator}${atom.adjoint ? "'" : ""}(${combinationKey(atom.point)})`;
    case "prox":
    case "conjugateProx":
    case "resolvent":
      return `${atom.kind}[${atom.of}; ${text(atom.weight)}](${combinationKey(atom.point)})`;
  }
}

/** The combination as weight times one state plus the rest, for the state given. */
export function split(
  a: Combination,
  symbol: Symbol,
): { readonly weight: Scalar; readonly rest: Combination } {
  const own = a.parts.get(symbol.name);
  if (own === undefined) return { weight: number(0), rest: a };
  const parts = new Map(a.parts);
  parts.delete(symbol.name);
  return { weight: own.weight, rest: { parts } };
}

/** Whether a combination is exactly one state. */
export function isState(a: Combination, symbol: Symbol): boolean {
  const own = a.parts.get(symbol.name);
  return a.parts.size === 1 && own !== undefined && valueOf(own.weight) === 1;
}

/** The only part, if there is one with weight 1. */
export function onlyAtom(a: Combination): Atom | null {
  const [part, ...others] = [...a.parts.values()];
  return part !== undefined && others.length === 0 && equal(part.weight, ONE) ? part.atom : null;
}
