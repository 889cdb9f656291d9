import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { isNumber, type Space } from "../types/space.ts";
import type { Type } from "../types/type.ts";
import type { Span } from "../source/span.ts";
import { Limitation } from "./limitation.ts";
import type { Lowered } from "./lowered.ts";

/** The space of a variable that is a value. */
export function spaceOfVariable(variable: Variable): Space {
  if (variable.type.kind !== "value") throw new Error(`${variable.name} is no value`);
  return variable.type.space;
}

/** A lowered expression as one variable; `space` is what a literal 0 becomes. */
export function asVariable(builder: IrBuilder, lowered: Lowered, space: Space | null, span: Span): Variable {
  switch (lowered.kind) {
    case "value":
      return lowered.variable;
    case "zero":
      return space === null ? builder.constant(0) : zeroOf(builder, space);
    case "tuple":
      return builder.product(
        lowered.parts.map((part, index) =>
          asVariable(builder, part, space?.kind === "product" ? (space.parts[index] ?? null) : null, span),
        ),
      );
    default:
      throw new Limitation(`a value is wanted where this is of kind ${lowered.kind}`, span);
  }
}

/** The zero of a space. */
export function zeroOf(builder: IrBuilder, space: Space): Variable {
  if (space.kind === "product") return builder.product(space.parts.map((part) => zeroOf(builder, part)));
  return isNumber(space) ? builder.constant(0) : builder.fill(builder.constant(0), space);
}

export function value(variable: Variable): Lowered {
  return { kind: "value", variable };
}

/** A bool. */
export function truth(builder: IrBuilder, known: boolean): Variable {
  const one = builder.constant(1);
  const [result] = builder.emit(
    "elementwise",
    { function: "equal" },
    [one, known ? one : builder.constant(0)],
    [String(known)],
  );
  if (result === undefined) throw new Error("a comparison has a result");
  return result;
}

/** Whether a type is that of functions, maps and networks, which are inlined where they are called. */
export function isFunctionType(type: Type): boolean {
  return type.kind === "function";
}

/** A real array as a complex one where the space asks for it: R[d] <= C[d]. */
export function embedded(builder: IrBuilder, variable: Variable, space: Space): Variable {
  const own = spaceOfVariable(variable);
  const asks = space.kind === "array" && space.element === "complex";
  return asks && own.kind === "array" && own.element !== "complex"
    ? builder.elementwise("complex", [variable])
    : variable;
}
