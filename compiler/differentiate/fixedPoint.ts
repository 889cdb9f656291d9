import type { Block, EquationOf, Variable } from "../ir/block.ts";
import { solveFixedPoint } from "../ir/fixedPoint.ts";
import { spaceOf } from "../ir/spaces.ts";
import { freeVariables, instantiated } from "../ir/variables.ts";
import { filled, zeroOf } from "./algebra.ts";
import { hasVaried, reverseStraight } from "./control.ts";
import { Reversal } from "./reversal.ts";
import { savingForm } from "./saving.ts";
import { markVaried } from "./varied.ts";

/**
 * z = f(z): the cotangent of what f reads is that of f at z for w with w = g + J'w, J the derivative of f by z
 * (implicit function theorem). w is a fixed point in turn, so that the rule can be differentiated, too.
 */
export function reverseFixedPoint(
  equation: EquationOf<"fixedPoint">,
  cotangent: Variable,
  r: Reversal,
): void {
  const [z] = equation.outputs;
  if (z === undefined) return;
  const { step, ...options } = equation.attributes;
  const fixed = new Set(r.varied);
  fixed.delete(z);
  const { equations, results } = instantiated(step, [z]);
  if (!hasVaried(equations, results, fixed)) return;
  const g = r.masked(cotangent);
  const w = solveFixedPoint(r.builder, g, adjointMap(r, step, z, g), options, options);
  const seeds = results.map((result) => [result, w] as const);
  reverseStraight(r, r.mask, equations, seeds, fixed);
  spoilWhereUnsolved(r, step, { z, w }, fixed);
}

/** Infinite cotangents where z or w was not found: rules that choose would make zeros of them. */
function spoilWhereUnsolved(
  r: Reversal,
  step: Block,
  { z, w }: { readonly z: Variable; readonly w: Variable },
  fixed: ReadonlySet<Variable>,
): void {
  const { builder } = r;
  const size = builder.elementwise("add", [builder.norm2(z), builder.norm2(w)]);
  const isFound = builder.elementwise("less", [size, builder.constant(Infinity)]);
  const spoiled = builder.elementwise("select", [isFound, builder.constant(0), builder.constant(Infinity)]);
  for (const variable of freeVariables(step)) {
    if (fixed.has(variable) && variable.type.kind === "value")
      r.contribute(variable, filled(builder, spoiled, spaceOf(variable)));
  }
}

/** w to g + J'w, as a block; what J reads of the step at z is computed before it. */
function adjointMap(r: Reversal, step: Block, z: Variable, g: Variable): Block {
  const { builder, samples, tools } = r;
  const { equations, results } = instantiated(step, [z]);
  const [result] = results;
  if (result === undefined) throw new Error("a map has a value");
  const varied = new Set([z]);
  const { equations: saving, savings } = savingForm(equations, varied, tools);
  saving.forEach((each) => {
    builder.append(each);
  });
  markVaried(saving, varied);
  const parameter: Variable = { name: `${z.name}_bar`, type: z.type, shared: z.shared && g.shared };
  return builder.block([parameter], (inner, [w]) => {
    const inside = new Reversal({ builder: inner, samples, mask: null, varied, savings, tools });
    inside.contribute(result, w ?? null);
    tools.walk(saving, inside);
    return [inner.elementwise("add", [g, inside.cotangent(z) ?? zeroOf(inner, spaceOf(z))])];
  });
}
