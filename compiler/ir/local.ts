import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { Variable } from "./block.ts";
import type { IrBuilder } from "./build.ts";
import { REAL_FUNCTIONS } from "./scalar.ts";
import { isComplex, isNumber, isReal, sameSpace, spaceOf } from "./spaces.ts";

type LocalRule = (builder: IrBuilder, inputs: readonly Variable[]) => Variable | null;

/**
 * What an elementwise function of these variables is without a new equation, or by a simpler one; null where nothing
 * is known. Only identities that hold to the last bit for finite numbers; the passes know more.
 */
export function simplifiedLocally(
  builder: IrBuilder,
  name: ElementwiseFunction,
  inputs: readonly Variable[],
): Variable | null {
  return folded(builder, name, inputs) ?? LOCAL_RULES[name]?.(builder, inputs) ?? null;
}

function folded(builder: IrBuilder, name: ElementwiseFunction, inputs: readonly Variable[]): Variable | null {
  if (name === "complex" || name === "imaginary" || name === "pairNorm") return null;
  const values = inputs.map((input) => builder.constantOf(input));
  if (values.includes(null)) return null;
  const [a = 0, b = 0, c = 0] = values.map((value) => value ?? 0);
  const result = REAL_FUNCTIONS[name](a, b, c);
  return Number.isFinite(result) ? builder.constant(result) : null;
}

/** x op c = x, where x already has the space of the result. */
const neutralRight =
  (neutral: number): LocalRule =>
  (builder, [x, c]) =>
    x !== undefined && c !== undefined && builder.constantOf(c) === neutral ? x : null;

const neutralEither =
  (neutral: number): LocalRule =>
  (builder, [a, b]) => {
    if (a === undefined || b === undefined) return null;
    if (builder.constantOf(b) === neutral) return a;
    return builder.constantOf(a) === neutral ? b : null;
  };

const unlessComplex: LocalRule = (_, [x]) => (x !== undefined && isReal(spaceOf(x)) ? x : null);

const LOCAL_RULES: { readonly [F in ElementwiseFunction]?: LocalRule } = {
  add: neutralEither(0),
  sub: (builder, inputs) => {
    const [a, b] = inputs;
    if (a === undefined || b === undefined) return null;
    const zeroFirst = builder.constantOf(a) === 0 && !isNumber(spaceOf(b));
    return zeroFirst ? builder.elementwise("neg", [b]) : neutralRight(0)(builder, inputs);
  },
  mul: neutralEither(1),
  div: neutralRight(1),
  pow: (builder, [x, exponent]) => {
    if (x === undefined || exponent === undefined) return null;
    const value = builder.constantOf(exponent);
    if (value === 2) return builder.elementwise("square", [x]);
    return value === 1 ? x : null;
  },
  neg: (builder, [x]) => argumentOf(builder, "neg", x),
  conj: (builder, [x]) => (x !== undefined && isReal(spaceOf(x)) ? x : argumentOf(builder, "conj", x)),
  real: unlessComplex,
  complex: (_, [x]) => (x !== undefined && isComplex(spaceOf(x)) ? x : null),
  select: (builder, [condition, a, b]) => {
    if (condition === undefined || a === undefined || b === undefined) return null;
    const value = builder.constantOf(condition);
    if (!sameSpace(spaceOf(a), spaceOf(b))) return null;
    if (a === b && isNumber(spaceOf(condition))) return a;
    if (value === null) return null;
    return value !== 0 ? a : b;
  },
};

/** x, where `variable` is `name(x)`. */
function argumentOf(
  builder: IrBuilder,
  name: ElementwiseFunction,
  variable: Variable | undefined,
): Variable | null {
  const definition = variable === undefined ? null : builder.definition(variable);
  if (definition?.operation !== "elementwise" || definition.attributes.function !== name) return null;
  return definition.inputs[0] ?? null;
}
