import { BindingError } from "./bindingError.ts";
import type { Division } from "./definition.ts";
import { evaluateDimension, parseDimension, sizesOf } from "./dimension.ts";

/**
 * Tests that a program divides the sizes that are known without rest; what reads open sizes is left for later.
 * @throws BindingError IPX8013
 */
export function requireDivisions(divisions: readonly Division[], sizes: ReadonlyMap<string, number>): void {
  const [first, ...others] = divisions.filter((division) => leavesRest(division, sizes));
  if (first === undefined) return;
  const alike = others.filter(({ divisor }) => divisor === first.divisor);
  const [name = ""] = sizesOf(parseDimension(first.dividend));
  const found = [first, ...alike].map(({ dividend }) => {
    const value = evaluateDimension(parseDimension(dividend), sizes);
    return `${dividend}, which is ${value}`;
  });
  const what = `${first.divisor} must divide ${[...new Set(found)].join(", and ")}.`;
  const text = {
    what,
    why: "The program divides these sizes, and arrays have whole ones.",
    hint: "Crop or pad the data; networks of the library with `padded = true` do so by themselves.",
  };
  throw new BindingError("IPX8013", name, text, first.place ?? null);
}

function leavesRest({ dividend, divisor }: Division, sizes: ReadonlyMap<string, number>): boolean {
  const value = evaluateDimension(parseDimension(dividend), sizes);
  return !Number.isNaN(value) && value % divisor !== 0;
}
