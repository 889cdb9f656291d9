import type { ElementwiseExpression } from "../arrays/expression.ts";
import type { Handle } from "./engine.ts";

/** The real and the imaginary part of a complex expression, in those of its inputs: see `partName`. */
export interface PartExpressions {
  readonly re: ElementwiseExpression;
  /** null where the result is real */
  readonly im: ElementwiseExpression | null;
}

/** Inputs by their names: complex ones are pairs on a last axis of 2, with which real ones align without it. */
export interface PairInputs {
  readonly pairs: Readonly<Record<string, Handle>>;
  readonly reals: Readonly<Record<string, Handle>>;
}

/** The name of a part of a complex input: no text of a program can hold it. */
export const partName = (name: string, part: "re" | "im"): string => `${name}.${part}`;

/** One entry of each pair of an array, as an input of a kernel: the first, 0, or the second. */
export interface PairPart extends Handle {
  readonly of: Handle;
  readonly part: 0 | 1;
}

export function isPairPart(input: Handle): input is PairPart {
  return "of" in input && "part" in input;
}

/** The inputs of the expressions of parts, by their names. */
export function partInputs({ pairs, reals }: PairInputs): Readonly<Record<string, Handle>> {
  const parts = Object.entries(pairs).flatMap(([name, of]): readonly (readonly [string, PairPart])[] => {
    const shape = of.shape.slice(0, -1);
    return [
      [partName(name, "re"), { of, part: 0, shape }],
      [partName(name, "im"), { of, part: 1, shape }],
    ];
  });
  return { ...reals, ...Object.fromEntries(parts) };
}
