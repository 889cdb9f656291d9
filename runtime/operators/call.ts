import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Space, Value } from "../arrays/value.ts";
import { OperatorError } from "./operatorError.ts";
import type { LibrarySettings } from "./library.ts";
import type { Operator } from "./operator.ts";
import { count, counts, readSettings, type SettingRule } from "./settings.ts";
import { spaceText } from "./spaces.ts";

/** A use of a library operator: its settings, its declared domain, and the arrays between its brackets. */
export interface LibraryCall {
  readonly operations: Operations;
  readonly settings: LibrarySettings;
  readonly domain: Space;
  readonly arrays: readonly Value[];
  /** the declared codomain, where it is known */
  readonly codomain: Space | null;
}

/** Makes a library operator of a use of it. */
export type LibraryRule = (call: LibraryCall) => Operator;

/**
 * Refuses arrays where an operator takes none.
 * @throws OperatorError IPX8204
 */
export function requireNoArray(operator: string, call: LibraryCall): void {
  if (call.arrays.length === 0) return;
  throw new OperatorError("IPX8204", {
    what: `\`${operator}\` takes no array, and was given ${call.arrays.length}.`,
  });
}

/**
 * The one array that an operator takes.
 * @throws OperatorError IPX8204
 */
export function requireOneArray(operator: string, call: LibraryCall): ArrayValue {
  const [array, ...more] = call.arrays;
  if (array?.kind === "array" && more.length === 0) return array;
  throw new OperatorError("IPX8204", {
    what: `\`${operator}\` takes one array, and was given ${array?.kind === "product" ? "a tuple" : call.arrays.length}.`,
  });
}

/**
 * The shape of the codomain of an operator that does not know it otherwise: of the declared codomain, or the setting
 * `shape`.
 * @throws OperatorError IPX8202 where neither is given
 */
export function declaredShape(operator: string, call: LibraryCall): readonly number[] {
  const { shape } = readSettings(operator, call.settings, { shape: counts() });
  if (shape !== null) return shape;
  if (call.codomain?.kind === "array") return call.codomain.shape;
  throw new OperatorError("IPX8202", {
    what: `\`${operator}\` needs its codomain.`,
    hint: "Declare it: `let B : linear R[h, w] -> R[h, w, c] = ...`.",
  });
}

/**
 * The setting q of an operator between images of which one is q times as large as the other: where it is not given it
 * follows from the first extents, if both spaces are known.
 */
export function factorRule(large: Space | null, small: Space | null): SettingRule<number> {
  const known = large?.kind === "array" && small?.kind === "array";
  return count(known ? (large.shape[0] ?? 1) / (small.shape[0] ?? 1) : undefined);
}

/** Says that a domain does not suit an operator. */
export function unsuitableDomain(operator: string, domain: Space, why: string, hint?: string): OperatorError {
  return new OperatorError("IPX8203", {
    what: `\`${operator}\` cannot have the domain ${spaceText(domain)}.`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}
