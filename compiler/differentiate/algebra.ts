import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { Space } from "../types/space.ts";
import type { Variable } from "../ir/block.ts";
import type { IrBuilder } from "../ir/build.ts";

/** Short names for the equations that rules of differentiation are made of. */
export interface Algebra {
  readonly add: (a: Variable, b: Variable) => Variable;
  readonly sub: (a: Variable, b: Variable) => Variable;
  readonly mul: (a: Variable, b: Variable) => Variable;
  readonly div: (a: Variable, b: Variable) => Variable;
  readonly neg: (a: Variable) => Variable;
  readonly conj: (a: Variable) => Variable;
  readonly real: (a: Variable) => Variable;
  readonly abs: (a: Variable) => Variable;
  readonly sign: (a: Variable) => Variable;
  readonly square: (a: Variable) => Variable;
  readonly select: (condition: Variable, a: Variable, b: Variable) => Variable;
  /** a where the condition holds, else 0 */
  readonly where: (condition: Variable, a: Variable) => Variable;
  /** the real part of conj(a) b, entry by entry */
  readonly along: (a: Variable, b: Variable) => Variable;
  readonly call: (name: ElementwiseFunction, ...inputs: readonly Variable[]) => Variable;
  readonly number: (value: number) => Variable;
}

/** The algebra that appends to a builder. */
export function algebraOf(builder: IrBuilder): Algebra {
  const call = (name: ElementwiseFunction, ...inputs: readonly Variable[]): Variable =>
    builder.elementwise(name, inputs);
  const mul = (a: Variable, b: Variable): Variable => call("mul", a, b);
  const conj = (a: Variable): Variable => call("conj", a);
  const real = (a: Variable): Variable => call("real", a);
  const select = (condition: Variable, a: Variable, b: Variable): Variable => call("select", condition, a, b);
  const number = (value: number): Variable => builder.constant(value);
  return {
    add: (a, b) => call("add", a, b),
    sub: (a, b) => call("sub", a, b),
    mul,
    div: (a, b) => call("div", a, b),
    neg: (a) => call("neg", a),
    conj,
    real,
    abs: (a) => call("abs", a),
    sign: (a) => call("sign", a),
    square: (a) => call("square", a),
    select,
    where: (condition, a) => select(condition, a, number(0)),
    along: (a, b) => real(mul(conj(a), b)),
    call,
    number,
  };
}

/** The value of a space with the same number everywhere. */
export function filled(builder: IrBuilder, value: Variable, space: Space): Variable {
  return space.kind === "product"
    ? builder.product(space.parts.map((part) => filled(builder, value, part)))
    : builder.fill(value, space);
}

/** The zero of a space. */
export function zeroOf(builder: IrBuilder, space: Space): Variable {
  const zero = builder.constant(0);
  const isNumber = space.kind === "array" && space.dimensions.length === 0 && space.element !== "complex";
  return isNumber ? zero : filled(builder, zero, space);
}
