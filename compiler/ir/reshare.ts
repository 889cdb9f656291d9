import type { Block, Equation, EquationOf, Variable } from "./block.ts";
import type { Functions } from "./functions.ts";
import { outputSharing } from "./sharing.ts";
import { equationOf, mapBlocks } from "./variables.ts";

type Names = Map<Variable, Variable>;

/**
 * A copy of the block in which what depends on the replaced variables is shared or not by the rules of sharing.
 * `names` maps free variables and parameters to their replacements.
 */
export function reshared(block: Block, names: ReadonlyMap<Variable, Variable>, functions: Functions): Block {
  const known: Names = new Map(names);
  const equations = block.equations.map((equation) => resharedEquation(equation, known, functions));
  return {
    parameters: block.parameters.map((parameter) => known.get(parameter) ?? parameter),
    equations,
    results: block.results.map((result) => known.get(result) ?? result),
  };
}

function resharedEquation(equation: Equation, names: Names, functions: Functions): Equation {
  const inputs = equation.inputs.map((input) => names.get(input) ?? input);
  const settled =
    equation.operation === "loop" || equation.operation === "loopSaving"
      ? settledLoop({ ...equation, inputs }, functions, names)
      : { ...mapBlocks(equation, (block) => reshared(block, names, functions)), inputs };
  return withSharing(settled, names, functions);
}

function withSharing(equation: Equation, names: Names, functions: Functions): Equation {
  const shared = outputSharing(
    equation.operation,
    equation.attributes,
    equation.inputs,
    equation.outputs.length,
    (name) => functions.get(name),
  );
  const outputs = equation.outputs.map((output, i) => {
    if (output.shared === shared[i]) return output;
    const replacement = { ...output, shared: shared[i] === true };
    names.set(output, replacement);
    return replacement;
  });
  return equationOf({ ...equation, outputs });
}

/**
 * The loop with its carried parameters marked as not shared where a round makes them so, or the condition, or the
 * value that is carried in.
 */
export function settledLoop<P extends "loop" | "loopSaving">(
  equation: EquationOf<P>,
  functions: Functions,
  names: ReadonlyMap<Variable, Variable> = new Map(),
): EquationOf<P> {
  const { condition, body, maximum } = equation.attributes;
  const changed = {
    condition: reshared(condition, names, functions),
    body: reshared(body, names, functions),
    maximum,
  };
  const apart = changed.condition.results.some((result) => !result.shared);
  const unshared = changed.body.parameters.map(
    (parameter, i) =>
      parameter.shared &&
      (apart || changed.body.results[i]?.shared !== true || equation.inputs[i]?.shared !== true),
  );
  if (!unshared.includes(true)) return { ...equation, attributes: changed };
  return settledLoop(
    {
      ...equation,
      attributes: {
        condition: reshared(changed.condition, unsharedParameters(changed.condition, unshared), functions),
        body: reshared(changed.body, unsharedParameters(changed.body, unshared), functions),
        maximum,
      },
    },
    functions,
  );
}

function unsharedParameters(block: Block, unshared: readonly boolean[]): Names {
  const names: Names = new Map();
  block.parameters.forEach((parameter, i) => {
    if (unshared[i] === true && parameter.shared) names.set(parameter, { ...parameter, shared: false });
  });
  return names;
}
