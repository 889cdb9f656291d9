import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import type { IrBuilder } from "../ir/build.ts";
import { isNumber, spaceOf } from "../ir/spaces.ts";
import { readBy, renamedEquation } from "../ir/variables.ts";
import type { RewriteContext } from "./rewrite.ts";

/** M = diag(d), or M = W' diag(d) W for an orthonormal `basis` W. */
export interface DiagonalForm {
  readonly basis: Variable | null;
  readonly diagonal: Variable;
}

/** A value inside the map: d .* x, or W' (d .* W x), or, `transformed`, d .* W x. */
interface Moving {
  readonly diagonal: Variable;
  readonly transformed: boolean;
}

/**
 * The diagonal of the linear map that a block applies, an array or a number, found by following its argument through;
 * null where the block does more than scale, multiply entry by entry, add, and go forth and back by one orthonormal operator.
 */
export function diagonalForm(map: Block, builder: IrBuilder, context: RewriteContext): DiagonalForm | null {
  const [x] = map.parameters;
  const [result] = map.results;
  if (x === undefined || result === undefined) return null;
  const basis = basisOf(map);
  if (basis !== null && !context.isOrthonormal(basis)) return null;
  const moving = new Map<Variable, Moving>([[x, { diagonal: builder.constant(1), transformed: false }]]);
  const names = new Map<Variable, Variable>();
  for (const equation of map.equations) {
    if (!readBy(equation).some((variable) => moving.has(variable))) {
      builder.append(renamedEquation(equation, names));
      continue;
    }
    const [output] = equation.outputs;
    const value = followed(equation, basis, moving, names, builder);
    if (value === null || output === undefined) return null;
    moving.set(output, value);
  }
  const found = moving.get(result);
  return found === undefined || found.transformed ? null : { basis, diagonal: found.diagonal };
}

/** The operator that a map applies first, in whose basis it may be diagonal. */
function basisOf(map: Block): Variable | null {
  const first = map.equations.find((equation) => equation.operation === "apply");
  return first?.inputs[0] ?? null;
}

function followed(
  equation: Equation,
  basis: Variable | null,
  moving: ReadonlyMap<Variable, Moving>,
  names: ReadonlyMap<Variable, Variable>,
  builder: IrBuilder,
): Moving | null {
  if (equation.operation === "apply") {
    const [operator, x] = equation.inputs;
    const value = x === undefined ? undefined : moving.get(x);
    if (value === undefined || operator !== basis || value.transformed !== equation.attributes.adjoint)
      return null;
    return { ...value, transformed: !value.transformed };
  }
  if (equation.operation !== "elementwise") return null;
  const known = (variable: Variable | undefined): Variable | null =>
    variable === undefined || moving.has(variable) ? null : (names.get(variable) ?? variable);
  return combined(equation, basis, moving, known, builder);
}

function combined(
  equation: EquationOf<"elementwise">,
  basis: Variable | null,
  moving: ReadonlyMap<Variable, Moving>,
  known: (variable: Variable | undefined) => Variable | null,
  builder: IrBuilder,
): Moving | null {
  const [left, right] = equation.inputs;
  const a = left === undefined ? undefined : moving.get(left);
  const b = right === undefined ? undefined : moving.get(right);
  const name = equation.attributes.function;
  switch (name) {
    case "neg":
      return a === undefined ? null : { ...a, diagonal: builder.elementwise("neg", [a.diagonal]) };
    case "add":
    case "sub":
      if (a === undefined || b === undefined || a.transformed !== b.transformed) return null;
      return { ...a, diagonal: builder.elementwise(name, [a.diagonal, b.diagonal]) };
    case "mul":
    case "div": {
      if (a !== undefined && b !== undefined) return null;
      const value = a ?? (name === "mul" ? b : undefined);
      const factor = a === undefined ? known(left) : known(right);
      if (value === undefined || factor === null || !scales(factor, value, basis)) return null;
      return { ...value, diagonal: builder.elementwise(name, [value.diagonal, factor]) };
    }
    default:
      return null;
  }
}

/** Numbers scale in any basis; arrays only where the value stands in the basis of the diagonal. */
function scales(factor: Variable, value: Moving, basis: Variable | null): boolean {
  return isNumber(spaceOf(factor)) || value.transformed || basis === null;
}
