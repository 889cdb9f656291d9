import type { Block, Equation, Variable } from "../ir/block.ts";
import type { Functions } from "../ir/functions.ts";
import { IrBuilder } from "../ir/build.ts";
import { sameType } from "../ir/spaces.ts";
import { mapBlocks, substituteEquation } from "../ir/variables.ts";

/** What a rewrite rule may look at: the definitions in sight, and facts about variables. */
export interface RewriteContext {
  readonly definition: (variable: Variable) => Equation | null;
  readonly isBinary: (variable: Variable) => boolean;
  /** whether an operator is its adjoint's inverse */
  readonly isOrthonormal: (operator: Variable) => boolean;
  readonly isNonnegative: (variable: Variable) => boolean;
}

/**
 * The variable that an equation's only output may be replaced by, built with `builder`; null where it does not apply.
 * What does not have the output's type is not taken.
 */
export type RewriteRule = (
  equation: Equation,
  builder: IrBuilder,
  context: RewriteContext,
) => Variable | null;

/** Applies rules to every equation of a block and of those inside, once, in order; `kept` variables stay. */
export function rewritten(
  block: Block,
  rules: readonly RewriteRule[],
  functions: Functions,
  context: RewriteContext,
  kept: ReadonlySet<Variable> = new Set(),
): Block {
  const definitions = new Map<Variable, Equation>();
  const inner: RewriteContext = {
    ...context,
    definition: (variable) => definitions.get(variable) ?? context.definition(variable),
  };
  const replaced = new Map<Variable, Variable>();
  const equations: Equation[] = [];
  const append = (equation: Equation): void => {
    equations.push(equation);
    equation.outputs.forEach((output) => definitions.set(output, equation));
  };
  for (const original of block.equations) {
    const renamed = substituteEquation(original, replaced);
    const equation = mapBlocks(renamed, (nested) => rewritten(nested, rules, functions, inner));
    const [output] = equation.outputs;
    const free = output !== undefined && !kept.has(output);
    const found = !free ? null : firstRewrite(equation, rules, functions, inner);
    if (found === null || output === undefined) {
      append(equation);
      continue;
    }
    found.equations.forEach(append);
    replaced.set(output, found.result);
  }
  return {
    parameters: block.parameters,
    equations,
    results: block.results.map((result) => replaced.get(result) ?? result),
  };
}

function firstRewrite(
  equation: Equation,
  rules: readonly RewriteRule[],
  functions: Functions,
  context: RewriteContext,
): { readonly result: Variable; readonly equations: readonly Equation[] } | null {
  for (const rule of rules) {
    const builder = new IrBuilder(functions);
    builder.span = equation.span;
    const result = rule(equation, builder, context);
    const fits = result !== null && standsFor(result, equation.outputs[0]);
    if (fits) return asCotangent(result, builder.equations, equation.outputs[0]);
  }
  return null;
}

/** What is made for a cotangent is one, too. */
function asCotangent(
  result: Variable,
  equations: readonly Equation[],
  output: Variable | undefined,
): { readonly result: Variable; readonly equations: readonly Equation[] } {
  const last = equations.at(-1);
  const cotangent = output?.cotangent;
  const isMade = last?.outputs.length === 1 && last.outputs[0] === result && last.operation !== "constant";
  if (cotangent === undefined || last === undefined || !isMade) return { result, equations };
  const marked = { ...result, cotangent };
  return { result: marked, equations: [...equations.slice(0, -1), { ...last, outputs: [marked] }] };
}

/** Whether one variable may stand in the place of another: they agree in type, and in being shared. */
function standsFor(result: Variable, output: Variable | undefined): boolean {
  return output !== undefined && result.shared === output.shared && sameType(result.type, output.type);
}
