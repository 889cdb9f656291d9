import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Space, Value } from "../arrays/value.ts";
import { BindingError } from "./bindingError.ts";
import type { LibrarySettings } from "./library.ts";
import type { Operator } from "./operator.ts";
import { spaceText } from "./spaces.ts";

/** A use of a library operator: its settings, its declared domain, and the arrays between its brackets. */
export interface LibraryCall {
  readonly operations: Operations;
  readonly settings: LibrarySettings;
  readonly domain: Space;
  readonly arrays: readonly Value[];
}

/** Makes a library operator of a use of it. */
export type LibraryRule = (call: LibraryCall) => Operator;

/**
 * Refuses arrays where an operator takes none.
 * @throws BindingError IPX8204
 */
export function requireNoArray(operator: string, call: LibraryCall): void {
  if (call.arrays.length === 0) return;
  throw new BindingError("IPX8204", {
    what: `\`${operator}\` takes no array, and was given ${call.arrays.length}.`,
  });
}

/**
 * The one array that an operator takes.
 * @throws BindingError IPX8204
 */
export function requireOneArray(operator: string, call: LibraryCall): ArrayValue {
  const [array, ...more] = call.arrays;
  if (array?.kind === "array" && more.length === 0) return array;
  throw new BindingError("IPX8204", {
    what: `\`${operator}\` takes one array, and was given ${array?.kind === "product" ? "a tuple" : call.arrays.length}.`,
  });
}

/** Says that a domain does not suit an operator. */
export function unsuitableDomain(operator: string, domain: Space, why: string, hint?: string): BindingError {
  return new BindingError("IPX8203", {
    what: `\`${operator}\` cannot have the domain ${spaceText(domain)}.`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}
