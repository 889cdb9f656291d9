import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { IrBuilder } from "../ir/build.ts";
import { Functions } from "../ir/functions.ts";
import { isNumber, isReal, sameSpace, spaceOf } from "../ir/spaces.ts";
import { mapBlocks, readBy, substitute, substituteEquation } from "../ir/variables.ts";
import { constantValue } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import { mapModule, type Pass } from "./pass.ts";

/**
 * The group norms of real pairs, as of the gradient of an image, become an elementwise function of both entries where
 * all that is made of them ends in arrays of such pairs: what follows can then be one kernel with what comes before,
 * which computes it for both entries in registers instead of writing and reading it. Behind differentiation, which knows
 * `groupNorm`.
 */
export const pairs: Pass = {
  name: "norms of pairs",
  doc: "makes group norms of pairs a part of elementwise chains",
  run: (module) => {
    const functions = new Functions(module.program.functions);
    return mapModule(module, (block, { kept }) => withPairs(block, functions, kept));
  },
};

function withPairs(block: Block, functions: Functions, kept: ReadonlySet<Variable>): Block {
  const seen = new Set([...block.results, ...kept]);
  const replaced = new Map<Variable, Variable>();
  const spread = new Set<Variable>();
  const equations = block.equations.flatMap((original): readonly Equation[] => {
    const equation = mapBlocks(substituteEquation(original, replaced), (inner) =>
      withPairs(inner, functions, new Set()),
    );
    const [output] = equation.outputs;
    const [argument] = equation.inputs;
    const builder = new IrBuilder(functions);
    builder.span = equation.span;
    if (output === undefined || argument === undefined) return [equation];
    if (equation.operation === "groupNorm" && isOfPairs(spaceOf(argument))) {
      const chain = chainOf(original.outputs[0] ?? output, spaceOf(argument), block, seen);
      if (chain === null) return [equation];
      chain.forEach((each) => spread.add(each));
      replaced.set(output, builder.elementwise("pairNorm", [argument]));
      return builder.equations;
    }
    if (equation.operation !== "elementwise" || !spread.has(output)) return [equation];
    replaced.set(output, builder.elementwise(equation.attributes.function, equation.inputs));
    return builder.equations;
  });
  return substitute({ ...block, equations }, replaced);
}

/** Whether a space is one of real arrays whose last axis has two entries. */
function isOfPairs(space: Space): boolean {
  const last = space.kind === "array" ? space.dimensions.at(-1) : undefined;
  return isReal(space) && last !== undefined && constantValue(last) === 2;
}

/**
 * What is made of group norms, entry by entry and from numbers, until it meets arrays of pairs; null where anything
 * else reads it.
 */
function chainOf(
  norms: Variable,
  pair: Space,
  block: Block,
  seen: ReadonlySet<Variable>,
): ReadonlySet<Variable> | null {
  const chain = new Set([norms]);
  const own = spaceOf(norms);
  for (const equation of block.equations) {
    if (!readBy(equation).some((variable) => chain.has(variable))) continue;
    const [output] = equation.outputs;
    if (equation.operation !== "elementwise" || output === undefined) return null;
    if (sameSpace(spaceOf(output), pair)) continue;
    if (!staysWithin(equation, own, chain)) return null;
    chain.add(output);
  }
  return [...chain].some((variable) => seen.has(variable)) ? null : chain;
}

/** Whether an equation makes an array like the norms out of them and numbers alone. */
function staysWithin(
  { inputs, outputs: [output] }: EquationOf<"elementwise">,
  own: Space,
  chain: ReadonlySet<Variable>,
): boolean {
  return (
    output !== undefined &&
    sameSpace(spaceOf(output), own) &&
    inputs.every((input) => chain.has(input) || isNumber(spaceOf(input)))
  );
}
