import type { Block, Variable } from "../ir/block.ts";
import { IrBuilder, parameter } from "../ir/build.ts";
import { withoutDead } from "../ir/dead.ts";
import type { Functions } from "../ir/functions.ts";
import { reshared } from "../ir/reshare.ts";
import { spaceOf } from "../ir/spaces.ts";
import { renamed, substituteEquation } from "../ir/variables.ts";
import { filled, zeroOf } from "./algebra.ts";
import { reverseTools } from "./functions.ts";
import { Reversal } from "./reversal.ts";
import { savingForm } from "./saving.ts";
import { markVaried } from "./varied.ts";

/**
 * The gradient of a block whose first result is a number, at the points that stand for its parameters: appends the
 * equations, and returns a variable for each parameter, and then the block's other results. What the block reads from outside is fixed. Each sample has
 * a gradient of its own, also where the point is the same for all.
 * @throws NotDifferentiable
 */
export function gradient(builder: IrBuilder, block: Block, points: readonly Variable[]): readonly Variable[] {
  return pullback(builder, block, points, null);
}

/**
 * The derivative of a block with one result, at the points that stand for its parameters, in a direction for each of
 * them. The pullback is linear in its cotangent w, so that the derivative in the direction v is the gradient of
 * <pullback(w), v> by w: reverse mode twice, and every rule of it serves (Griewank, Walther, Evaluating Derivatives,
 * 2008, section 3.4; Townsend, A new trick for calculating Jacobian vector products, 2017).
 * @throws NotDifferentiable
 */
export function pushforward(
  builder: IrBuilder,
  block: Block,
  points: readonly Variable[],
  directions: readonly Variable[],
): Variable {
  const [result] = block.results;
  if (result === undefined) throw new Error("a derivative of nothing");
  const space = spaceOf(result);
  const along = builder.block([parameter("w", space, result.shared)], (inner, [w]) => {
    if (w === undefined) throw new Error("a cotangent stands for the result");
    const parts = pullback(inner, block, points, w);
    const products = parts.map((part, i) => inner.dot(part, directions[i] ?? part));
    return [products.reduce((sum, product) => inner.elementwise("add", [sum, product]))];
  });
  const [derivative] = gradient(builder, along, [filled(builder, builder.constant(0), space)]);
  if (derivative === undefined) throw new Error("a derivative of nothing");
  return derivative;
}

/**
 * The adjoint of the derivative of a block's first result, at the points that stand for its parameters, applied to a
 * cotangent of the result (null: the number 1): a variable for each parameter, and then the block's other results.
 * @throws NotDifferentiable
 */
export function pullback(
  builder: IrBuilder,
  block: Block,
  points: readonly Variable[],
  cotangent: Variable | null,
): readonly Variable[] {
  const tools = reverseTools(builder.functions);
  const copy = renamed(withSharingOf(block, points, builder.functions));
  const scratch = new IrBuilder(builder.functions, builder);
  const varied = new Set(copy.parameters);
  const form = savingForm(copy.equations, varied, tools);
  form.equations.forEach((equation) => {
    scratch.append(equation);
  });
  markVaried(form.equations, varied);
  const { savings } = form;
  const reversal = new Reversal({
    builder: scratch,
    samples: "separate",
    mask: null,
    varied,
    savings,
    tools,
  });
  const [result, ...others] = copy.results;
  if (result === undefined) throw new Error("a gradient of nothing");
  reversal.contribute(result, cotangent ?? scratch.constant(1));
  tools.walk(form.equations, reversal);
  const cotangents = copy.parameters.map(
    (parameter) => reversal.cotangent(parameter) ?? zeroOf(scratch, spaceOf(parameter)),
  );
  const results = [...cotangents, ...others];
  const live = withoutDead({ parameters: [], equations: scratch.equations, results });
  const values = new Map(copy.parameters.map((parameter, i) => [parameter, points[i] ?? parameter]));
  for (const equation of live.equations) builder.append(substituteEquation(equation, values));
  return live.results.map((each) => values.get(each) ?? each);
}

function withSharingOf(block: Block, points: readonly Variable[], functions: Functions): Block {
  const names = new Map<Variable, Variable>();
  block.parameters.forEach((parameter, i) => {
    const shared = points[i]?.shared ?? parameter.shared;
    if (shared !== parameter.shared) names.set(parameter, { ...parameter, shared });
  });
  return names.size === 0 ? block : reshared(block, names, functions);
}
