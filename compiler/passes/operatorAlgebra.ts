import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { Functions } from "../ir/functions.ts";
import type { IrProgram } from "../ir/program.ts";
import { isNumber, spaceOf } from "../ir/spaces.ts";
import { freeVariables } from "../ir/variables.ts";
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

const ORTHONORMAL: ReadonlySet<string> = new Set(["fourier", "wavelet"]);

function isOrthonormal(operator: Variable, context: RewriteContext): boolean {
  if (operator.type.kind === "operator" && operator.type.properties.includes("orthonormal")) return true;
  const definition = context.definition(operator);
  if (definition?.operation !== "library" || !ORTHONORMAL.has(definition.attributes.name)) return false;
  const boundary = definition.attributes.settings["boundary"];
  return boundary === undefined || boundary === "periodic";
}

/** W' (W x) = x and W (W' x) = x. */
const cancelOrthonormal: RewriteRule = (equation, _builder, context) => {
  if (equation.operation !== "apply") return null;
  const [operator, x] = equation.inputs;
  if (operator === undefined || x === undefined || !isOrthonormal(operator, context)) return null;
  const inner = context.definition(x);
  if (inner?.operation !== "apply" || inner.inputs[0] !== operator) return null;
  return inner.attributes.adjoint === equation.attributes.adjoint ? null : (inner.inputs[1] ?? null);
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

/** M x = b with M z = d .* z is x = b ./ d. */
const diagonalSolve: RewriteRule = (equation, builder) => {
  if (equation.operation !== "solve") return null;
  const [b] = equation.inputs;
  const { map } = equation.attributes;
  if (b === undefined || !isDiagonal(map)) return null;
  const ones = builder.fill(builder.constant(1), spaceOf(b));
  const [diagonal] = builder.inline(map, [ones]);
  return diagonal === undefined ? null : builder.elementwise("div", [b, diagonal]);
};

/** Whether a map multiplies every entry of its argument by something that does not depend on it. */
function isDiagonal(map: Block): boolean {
  const moving = new Set<Variable>(map.parameters);
  for (const equation of map.equations) {
    const touched = equation.inputs.filter((input) => moving.has(input));
    if (touched.length === 0) {
      if (
        freeVariables({ parameters: [], equations: [equation], results: [] }).some((each) => moving.has(each))
      ) {
        return false;
      }
      continue;
    }
    if (equation.operation !== "elementwise" || !staysDiagonal(equation, moving)) return false;
    equation.outputs.forEach((output) => moving.add(output));
  }
  return map.results.every((result) => moving.has(result) && !isNumber(spaceOf(result)));
}

function staysDiagonal(equation: EquationOf<"elementwise">, moving: ReadonlySet<Variable>): boolean {
  const [left, right] = equation.inputs.map((input) => moving.has(input));
  switch (equation.attributes.function) {
    case "neg":
      return true;
    case "add":
    case "sub":
      return left === true && right === true;
    case "mul":
      return left !== right;
    case "div":
      return left === true && right === false;
    default:
      return false;
  }
}

const RULES: readonly RewriteRule[] = [cancelOrthonormal, maskOnce, diagonalSolve];
