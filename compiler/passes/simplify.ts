import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import { GIVES_REAL } from "../ir/align.ts";
import type { Block, Equation, Variable } from "../ir/block.ts";
import { Functions } from "../ir/functions.ts";
import { REAL_FUNCTIONS } from "../ir/scalar.ts";
import { isNumber, isReal, sameSpace, spaceOf } from "../ir/spaces.ts";
import { nonnegativeVariables } from "./nonnegative.ts";
import { mapModule, type Pass } from "./pass.ts";
import { type RewriteContext, type RewriteRule, rewritten } from "./rewrite.ts";

/** Algebraic identities that hold for finite numbers up to rounding. */
export const simplify: Pass = {
  name: "simplify",
  doc: "folds constants and applies identities of elementwise functions",
  run: (module) => {
    const functions = new Functions(module.program.functions);
    const nonnegative = nonnegativeVariables(module);
    const context = {
      ...NOTHING_KNOWN,
      isNonnegative: (variable: Variable): boolean => nonnegative.has(variable),
    };
    return mapModule(module, (block, { kept }) => rewritten(block, RULES, functions, context, kept));
  },
};

const NOTHING_KNOWN: RewriteContext = {
  definition: () => null,
  isBinary: () => false,
  isOrthonormal: () => false,
  isNonnegative: () => false,
};

/** A block with the rules applied once; `kept` variables stay. */
export function simplified(
  block: Block,
  functions: Functions,
  kept: ReadonlySet<Variable> = new Set(),
): Block {
  return rewritten(block, RULES, functions, NOTHING_KNOWN, kept);
}

function inputsOf(equation: Equation | null, name: ElementwiseFunction): readonly Variable[] | null {
  return equation?.operation === "elementwise" && equation.attributes.function === name
    ? equation.inputs
    : null;
}

function numberOf(variable: Variable | undefined, context: RewriteContext): number | null {
  const definition = variable === undefined ? null : context.definition(variable);
  return definition?.operation === "constant" ? definition.attributes.value : null;
}

/** What all samples share is the same for all of their slices; slices that are joined and cut again stay as they are. */
const slicesOfSlices: RewriteRule = (equation, _, context) => {
  const [first, like] = equation.inputs;
  if (first === undefined) return null;
  if (equation.operation === "repeatSlices") return first.shared ? first : null;
  if (equation.operation !== "slices") return null;
  const joined = context.definition(first);
  const [apart, before] = joined?.operation === "joinSlices" ? joined.inputs : [];
  return apart?.shared === false && before === like ? apart : null;
};

/** f(c1, c2) = c. */
const foldConstants: RewriteRule = (equation, builder, context) => {
  if (equation.operation !== "elementwise") return null;
  const name = equation.attributes.function;
  if (name === "complex" || name === "imaginary" || name === "pairNorm") return null;
  const values = equation.inputs.map((input) => numberOf(input, context));
  const [a = 0, b = 0, c = 0] = values.map((value) => value ?? 0);
  if (values.includes(null) || values.length === 0) return null;
  const [output] = equation.outputs;
  const space = output === undefined ? null : spaceOf(output);
  if (space?.kind !== "array" || space.element !== "real") return null;
  const result = REAL_FUNCTIONS[name](a, b, c);
  return Number.isFinite(result) ? builder.constant(result) : null;
};

/** c1*(c2*x) = (c1 c2)*x, with the constants on either side. */
const joinFactors: RewriteRule = (equation, builder, context) => {
  const outer = constantTimes(equation, context);
  if (outer === null) return null;
  const inner = constantTimes(context.definition(outer.of), context);
  if (inner === null) return null;
  return builder.elementwise("mul", [builder.constant(outer.by * inner.by), inner.of]);
};

/** c*(x/d) = (c/d)*x, where c/d is a whole number: no rounding comes in. */
const joinQuotient: RewriteRule = (equation, builder, context) => {
  const outer = constantTimes(equation, context);
  const [x, divisor] = inputsOf(outer === null ? null : context.definition(outer.of), "div") ?? [];
  const by = numberOf(divisor, context);
  if (outer === null || x === undefined || by === null || !Number.isInteger(outer.by / by)) return null;
  return builder.elementwise("mul", [builder.constant(outer.by / by), x]);
};

function constantTimes(
  equation: Equation | null,
  context: RewriteContext,
): { readonly by: number; readonly of: Variable } | null {
  const inputs = inputsOf(equation, "mul");
  const [left, right] = inputs ?? [];
  if (left === undefined || right === undefined) return null;
  const a = numberOf(left, context);
  if (a !== null) return { by: a, of: right };
  const b = numberOf(right, context);
  return b === null ? null : { by: b, of: left };
}

/** 1*x = x, and (-1)*x = -x. */
const unitFactor: RewriteRule = (equation, builder, context) => {
  const product = constantTimes(equation, context);
  const [output] = equation.outputs;
  if (product === null || output === undefined || !sameSpace(spaceOf(output), spaceOf(product.of)))
    return null;
  if (product.by === 1) return product.of;
  return product.by === -1 ? builder.elementwise("neg", [product.of]) : null;
};

/** a + (-b) = a - b, (-a) + b = b - a, a - (-b) = a + b. */
const signs: RewriteRule = (equation, builder, context) => {
  const negated = (variable: Variable | undefined): Variable | undefined =>
    variable === undefined ? undefined : inputsOf(context.definition(variable), "neg")?.[0];
  const [a, b] = inputsOf(equation, "add") ?? [];
  if (a !== undefined && b !== undefined) {
    const right = negated(b);
    if (right !== undefined) return builder.elementwise("sub", [a, right]);
    const left = negated(a);
    return left === undefined ? null : builder.elementwise("sub", [b, left]);
  }
  const [c, d] = inputsOf(equation, "sub") ?? [];
  const right = negated(d);
  return c !== undefined && right !== undefined ? builder.elementwise("add", [c, right]) : null;
};

/** f(-x, ...) = -f(x, ...) for what is linear in x: signs meet at a sum, or at a number. */
const signOutward: RewriteRule = (equation, builder, context) => {
  const operands = linearPlaces(equation).map((place) => ({ place, input: equation.inputs[place] }));
  const negated = operands.find(
    ({ input }) => input !== undefined && inputsOf(context.definition(input), "neg") !== null,
  );
  const [x] = negated?.input === undefined ? [] : (inputsOf(context.definition(negated.input), "neg") ?? []);
  if (negated === undefined || x === undefined) return null;
  const { place } = negated;
  const inputs = equation.inputs.map((input, i) => (i === place ? x : input));
  const [output] = equation.outputs;
  if (output === undefined) return null;
  const { cotangent } = output;
  const inner: Variable =
    cotangent === undefined
      ? { ...output }
      : { ...output, cotangent: { of: cotangent.of, isNegated: !cotangent.isNegated } };
  builder.append({ ...equation, inputs, outputs: [inner] });
  return builder.elementwise("neg", [inner]);
};

/** The inputs in which an operation is linear, but for those where a sign would move to something larger. */
function linearPlaces(equation: Equation): readonly number[] {
  switch (equation.operation) {
    case "elementwise":
      if (equation.attributes.function === "mul") return [0, 1];
      return equation.attributes.function === "div" ? [0] : [];
    case "dot":
      return [0, 1];
    case "apply":
    case "matvec":
      return [1];
    case "sum":
    case "sumTo":
    case "sumSamples":
      return [0];
    default:
      return [];
  }
}

/** -(a - b) = b - a, -(-a) = a. */
const negatedDifference: RewriteRule = (equation, builder, context) => {
  const [operand] = inputsOf(equation, "neg") ?? [];
  const definition = operand === undefined ? null : context.definition(operand);
  const [negated] = inputsOf(definition, "neg") ?? [];
  if (negated !== undefined) return negated;
  const [a, b] = inputsOf(definition, "sub") ?? [];
  return a !== undefined && b !== undefined ? builder.elementwise("sub", [b, a]) : null;
};

/** The number that all entries of a variable are known to be. */
function entryOf(variable: Variable, context: RewriteContext): number | null {
  const definition = context.definition(variable);
  return definition?.operation === "fill"
    ? numberOf(definition.inputs[0], context)
    : numberOf(variable, context);
}

/** x + 0 = x, x - 0 = x and 0 - x = -x, where x has the result's space. */
const zeroTerm: RewriteRule = (equation, builder, context) => {
  const [a, b] = inputsOf(equation, "add") ?? inputsOf(equation, "sub") ?? [];
  const [output] = equation.outputs;
  if (a === undefined || b === undefined || output === undefined) return null;
  if (entryOf(b, context) === 0 && sameSpace(spaceOf(a), spaceOf(output))) return a;
  if (entryOf(a, context) !== 0 || !sameSpace(spaceOf(b), spaceOf(output))) return null;
  return inputsOf(equation, "add") === null ? builder.elementwise("neg", [b]) : b;
};

/** x .* 1 = x for an array of ones, where x has the result's space. */
const onesFactor: RewriteRule = (equation, _builder, context) => {
  const [a, b] = inputsOf(equation, "mul") ?? [];
  const [output] = equation.outputs;
  if (a === undefined || b === undefined || output === undefined) return null;
  if (entryOf(b, context) === 1 && sameSpace(spaceOf(a), spaceOf(output))) return a;
  return entryOf(a, context) === 1 && sameSpace(spaceOf(b), spaceOf(output)) ? b : null;
};

/** Part i of a product that is made here is what it is made of. */
const partOfProduct: RewriteRule = (equation, _builder, context) => {
  const [whole] = equation.inputs;
  if (equation.operation !== "part" || whole === undefined) return null;
  const definition = context.definition(whole);
  return definition?.operation === "product" ? (definition.inputs[equation.attributes.index] ?? null) : null;
};

/** A product of all parts of one value, in order, is that value. */
const productOfParts: RewriteRule = (equation, _builder, context) => {
  const [first] = equation.inputs;
  const [output] = equation.outputs;
  if (equation.operation !== "product" || first === undefined || output === undefined) return null;
  const wholeOf = (variable: Variable, index: number): Variable | null => {
    const definition = context.definition(variable);
    const isPart = definition?.operation === "part" && definition.attributes.index === index;
    return isPart ? (definition.inputs[0] ?? null) : null;
  };
  const whole = wholeOf(first, 0);
  if (whole === null || !sameSpace(spaceOf(whole), spaceOf(output))) return null;
  return equation.inputs.every((input, i) => wholeOf(input, i) === whole) ? whole : null;
};

/** select(c, select(c, a, b), d) = select(c, a, d), and likewise on the other side. */
const nestedChoice: RewriteRule = (equation, builder, context) => {
  const [condition, a, b] = inputsOf(equation, "select") ?? [];
  if (condition === undefined || a === undefined || b === undefined) return null;
  const [first, inner] = inputsOf(context.definition(a), "select") ?? [];
  if (first === condition && inner !== undefined) return builder.elementwise("select", [condition, inner, b]);
  const [second, , other] = inputsOf(context.definition(b), "select") ?? [];
  return second === condition && other !== undefined
    ? builder.elementwise("select", [condition, a, other])
    : null;
};

/** select(not c, a, b) = select(c, b, a). */
const turnedChoice: RewriteRule = (equation, builder, context) => {
  const [condition, a, b] = inputsOf(equation, "select") ?? [];
  if (condition === undefined || a === undefined || b === undefined) return null;
  const [positive] = inputsOf(context.definition(condition), "not") ?? [];
  return positive === undefined ? null : builder.elementwise("select", [positive, b, a]);
};

/** real(x) = x and conj(x) = x where x is real by what made it, in a space whose field is not known. */
const realOfReal: RewriteRule = (equation, _builder, context) => {
  const [x] = inputsOf(equation, "real") ?? inputsOf(equation, "conj") ?? [];
  return x !== undefined && isRealByMaking(x, context, 8) ? x : null;
};

const KEEPS_REAL: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "neg", "square", "select"]);

function isRealByMaking(variable: Variable, context: RewriteContext, depth: number): boolean {
  if (variable.type.kind !== "value") return false;
  if (isReal(variable.type.space)) return true;
  const definition = context.definition(variable);
  if (definition?.operation !== "elementwise" || depth === 0) return false;
  if (GIVES_REAL.has(definition.attributes.function)) return true;
  if (!KEEPS_REAL.has(definition.attributes.function)) return false;
  const operands =
    definition.attributes.function === "select" ? definition.inputs.slice(1) : definition.inputs;
  return operands.every((operand) => isRealByMaking(operand, context, depth - 1));
}

/** The choice by a condition that is known, and between equals. */
const knownChoice: RewriteRule = (equation, _builder, context) => {
  const [condition, a, b] = inputsOf(equation, "select") ?? [];
  const [output] = equation.outputs;
  if (condition === undefined || a === undefined || b === undefined || output === undefined) return null;
  const value = numberOf(condition, context);
  const chosen = a === b ? a : value === null ? null : value !== 0 ? a : b;
  return chosen !== null && sameSpace(spaceOf(chosen), spaceOf(output)) ? chosen : null;
};

/** (s x) entry by entry twice by numbers: s*(c*x) = (c s)*x keeps numbers together. */
const numbersFirst: RewriteRule = (equation, builder, context) => {
  const [left, right] = inputsOf(equation, "mul") ?? [];
  if (left === undefined || right === undefined || !isNumber(spaceOf(left)) || isNumber(spaceOf(right)))
    return null;
  if (numberOf(left, context) !== null) return null;
  const inner = constantTimes(context.definition(right), context);
  if (inner === null || isNumber(spaceOf(inner.of))) return null;
  return builder.elementwise("mul", [
    builder.elementwise("mul", [builder.constant(inner.by), left]),
    inner.of,
  ]);
};

/** max(x, 0) = x where x is not negative. */
const positivePart: RewriteRule = (equation, _builder, context) => {
  const [a, b] = inputsOf(equation, "max") ?? [];
  if (a === undefined || b === undefined) return null;
  if (entryOf(b, context) === 0 && context.isNonnegative(a)) return a;
  return entryOf(a, context) === 0 && context.isNonnegative(b) ? b : null;
};

const RULES: readonly RewriteRule[] = [
  slicesOfSlices,
  positivePart,
  foldConstants,
  joinFactors,
  joinQuotient,
  unitFactor,
  signs,
  negatedDifference,
  signOutward,
  zeroTerm,
  onesFactor,
  numbersFirst,
  partOfProduct,
  productOfParts,
  knownChoice,
  nestedChoice,
  turnedChoice,
  realOfReal,
];
