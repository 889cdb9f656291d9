import type { Equation, Variable } from "../ir/block.ts";
import { readBy } from "../ir/variables.ts";
import { REVERSE_RULES } from "./operations.ts";
import type { Reversal } from "./reversal.ts";

/** Walks equations backwards: each contributes to the cotangents of what it reads. */
export function walk(equations: readonly Equation[], reversal: Reversal): void {
  for (const equation of [...equations].reverse()) {
    const cotangents = equation.outputs.map((output) =>
      output.type.kind === "value" ? reversal.cotangent(output) : null,
    );
    if (cotangents.every((cotangent) => cotangent === null)) continue;
    if (!readBy(equation).some((variable) => reversal.varied.has(variable))) continue;
    reversal.builder.span = equation.span;
    const rule = REVERSE_RULES[equation.operation] as (
      equation: Equation,
      cotangents: readonly (Variable | null)[],
      reversal: Reversal,
    ) => void;
    rule(equation, cotangents, reversal);
  }
}
