import type { Equation, Variable } from "../ir/block.ts";
import { Functions } from "../ir/functions.ts";
import type { IrProgram } from "../ir/program.ts";
import { sameSpace } from "../ir/spaces.ts";
import { diagonalForm } from "./diagonalForm.ts";
import { mapModule, type Pass } from "./pass.ts";
import { type RewriteContext, type RewriteRule, rewritten } from "./rewrite.ts";

/**
 * What is known of operators: W'W = W W' = I for orthonormal ones, binary masks are idempotent, and a solve with a
 * diagonal operator is a division.
 */
export const operatorAlgebra: Pass = {
  name: "operator algebra",
  doc: "cancels orthonormal operators with their adjoints, applies binary masks once, divides by diagonal operators",
  run: (module) => {
    const functions = new Functions(module.program.functions);
    const definitions = definitionsOf(module.program);
    const binary = binaryVariables(module.program);
    const context: RewriteContext = {
      definition: (variable) => definitions.get(variable) ?? null,
      isBinary: (variable) => binary.has(variable),
      isOrthonormal: (operator) => isOrthonormal(operator, true, context),
      isNonnegative: () => false,
    };
    return mapModule(module, (block, { kept }) => rewritten(block, RULES, functions, context, kept));
  },
};

function definitionsOf(program: IrProgram): ReadonlyMap<Variable, Equation> {
  const definitions = new Map<Variable, Equation>();
  for (const block of [program.constants, program.prepare]) {
    for (const equation of block.equations) {
      equation.outputs.forEach((output) => definitions.set(output, equation));
    }
  }
  return definitions;
}

function binaryVariables(program: IrProgram): ReadonlySet<Variable> {
  const declared = [...program.givens, ...program.inputs].filter((data) =>
    data.properties.some((property) => property.name === "binary"),
  );
  return new Set(declared.map((data) => data.variable));
}

const ORTHONORMAL: ReadonlySet<string> = new Set(["I", "fourier", "wavelet", "reshape"]);

/** Whether W W' = I; and W' W = I, too, if W maps a space onto itself or is orthonormal by its definition. */
function isOrthonormal(operator: Variable, bothWays: boolean, context: RewriteContext): boolean {
  const { type } = operator;
  if (type.kind !== "operator") return false;
  if (type.properties.includes("orthonormal") && (!bothWays || sameSpace(type.domain, type.codomain)))
    return true;
  const definition = context.definition(operator);
  if (definition?.operation !== "library" || !ORTHONORMAL.has(definition.attributes.name)) return false;
  const boundary = definition.attributes.settings["boundary"];
  return boundary === undefined || boundary === "periodic";
}

/** W (W' x) = x, and W' (W x) = x for a square W. */
const cancelOrthonormal: RewriteRule = (equation, _builder, context) => {
  if (equation.operation !== "apply") return null;
  const [operator, x] = equation.inputs;
  if (operator === undefined || x === undefined) return null;
  const inner = context.definition(x);
  if (inner?.operation !== "apply" || inner.inputs[0] !== operator) return null;
  if (inner.attributes.adjoint === equation.attributes.adjoint) return null;
  return isOrthonormal(operator, equation.attributes.adjoint, context) ? (inner.inputs[1] ?? null) : null;
};

/** I x = x. */
const dropIdentity: RewriteRule = (equation, _builder, context) => {
  if (equation.operation !== "apply") return null;
  const [operator, x] = equation.inputs;
  const definition = operator === undefined ? null : context.definition(operator);
  return definition?.operation === "library" && definition.attributes.name === "I" ? (x ?? null) : null;
};

/** m .* (m .* x) = m .* x for a binary m. */
const maskOnce: RewriteRule = (equation, _builder, context) => {
  if (equation.operation !== "elementwise" || equation.attributes.function !== "mul") return null;
  const [left, right] = equation.inputs;
  if (left === undefined || right === undefined) return null;
  const mask = isMask(left, context) ? left : isMask(right, context) ? right : null;
  const other = mask === left ? right : left;
  const inner = context.definition(other);
  if (mask === null || inner?.operation !== "elementwise" || inner.attributes.function !== "mul") return null;
  return inner.inputs.includes(mask) ? other : null;
};

function isMask(variable: Variable, context: RewriteContext): boolean {
  if (context.isBinary(variable)) return true;
  const definition = context.definition(variable);
  const [source] = definition?.inputs ?? [];
  return definition?.operation === "reshape" && source !== undefined && context.isBinary(source);
}

/** M x = b with M diagonal, as it stands or between W' and W for an orthonormal W, is a division. */
const diagonalSolve: RewriteRule = (equation, builder, context) => {
  if (equation.operation !== "solve") return null;
  const [b] = equation.inputs;
  const form = b === undefined ? null : diagonalForm(equation.attributes.map, builder, context);
  if (b === undefined || form === null) return null;
  const divided = (value: Variable): Variable =>
    builder.elementwise("div", [value, builder.elementwise("real", [form.diagonal])]);
  const { basis } = form;
  return basis === null ? divided(b) : builder.apply(basis, divided(builder.apply(basis, b, false)), true);
};

const RULES: readonly RewriteRule[] = [cancelOrthonormal, dropIdentity, maskOnce, diagonalSolve];
