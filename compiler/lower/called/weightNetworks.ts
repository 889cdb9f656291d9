import type { Learn } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { entriesOf } from "../../ir/inputs.ts";
import type { IrParameter } from "../../ir/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { constant, type Dimension, multiply } from "../../types/dimension.ts";
import { arraySpace, type Space } from "../../types/space.ts";
import type { Typed } from "../../types/typing.ts";
import type { IntervalDeclaration } from "../../../runtime/program/definition.ts";
import { hintOf, type LayerContext } from "../networks/layerContext.ts";
import { Limitation } from "../limitation.ts";
import type { Arrangement } from "../networks/networks.ts";
import { movedWithin, plainInterval } from "../program/ranges.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable } from "../values.ts";
import { instanceOf } from "./context.ts";
import { trainedWeights } from "./weights.ts";

/** One of the weights that a network gives. */
interface GivenWeight {
  /** in the program's files: `D.conv1.filter` */
  readonly name: string;
  /** as the program starts it, or as it was trained */
  readonly start: Variable;
  readonly range: IntervalDeclaration | null;
}

/**
 * The last layer of `learn H : net D -> weights(P)`: for each weight of P a dense one, which begins at 0 and has an
 * output for each real number; it is added to the weight as P starts it or as it was trained, within its interval. Null
 * for a network that gives anything else.
 */
export function arrangementOf(site: Site, learn: Learn<Typed>): Arrangement | null {
  const start = site.program.weightStarts.get(symbolOf(learn.declaration));
  if (start === undefined) return null;
  if (start.kind !== "call" || start.call.kind !== "weights")
    throw new Error("weights start from `weights(P)`");
  if (symbolOf(learn.declaration).typing.facts.length > 0) {
    throw new Limitation("a property of a network that gives weights", learn.span);
  }
  const { of, arguments: given } = start.call;
  const instance = instanceOf(site, of, learn.span);
  const starts = trainedWeights(site, instance, given, learn.span);
  const learned = new Map(instance.program.learnables.map((each) => [symbolOf(each.declaration).name, each]));
  const weights = site.program.called.weightsOf(instance).map((parameter, index): GivenWeight => {
    const variable = starts[index];
    if (variable === undefined) throw new Error("the weights lack a part");
    const own = learned.get(parameter.name);
    if (own === undefined) refuseKept(parameter, learn);
    const bounds = own !== undefined && "bounds" in own.type ? own.type.bounds : null;
    return { name: parameter.name, start: variable, range: plainInterval(bounds) };
  });
  return {
    beside: starts,
    arrange: (builder, context, output, beside) =>
      arranged(
        builder,
        context,
        output,
        weights.map((weight, index) => ({ ...weight, start: beside[index] ?? weight.start })),
      ),
  };
}

/** Filters that are kept at or above 0, or below a norm. */
function refuseKept({ name, interval, spectralBound }: IrParameter, learn: Learn<Typed>): void {
  if (interval !== null || spectralBound !== null) {
    throw new Limitation(`a network that gives \`${name}\`, which is kept in a set,`, learn.span);
  }
}

function arranged(
  builder: IrBuilder,
  context: LayerContext,
  output: Variable,
  weights: readonly GivenWeight[],
): Variable {
  const features = entriesOf(spaceOfVariable(output));
  if (features === null) throw new Error("layers give arrays");
  const flat = isVector(spaceOfVariable(output))
    ? output
    : builder.reshape(output, arraySpace("real", [features]));
  const parts = weights.map(({ name, start, range }) => {
    const count = realEntries(spaceOfVariable(start));
    const matrix = context.weight(name, "matrix", [count, features], "zero");
    const bias = context.weight(name, "bias", [count], "zero");
    const image = builder.matvec(matrix, flat, false, arraySpace("real", [count]));
    const change = builder.named(builder.elementwise("add", [image, bias]), `${hintOf(name)}_change`);
    const moved = movedWithin(builder, start, shaped(builder, change, spaceOfVariable(start)), range);
    return builder.named(moved, hintOf(name));
  });
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : builder.product(parts);
}

function isVector(space: Space): boolean {
  return space.kind === "array" && space.dimensions.length === 1;
}

/** How many real numbers a space has; a complex entry is two. */
function realEntries(space: Space): Dimension {
  const entries = entriesOf(space);
  if (space.kind !== "array" || entries === null) throw new Error("weights are arrays");
  return space.element === "complex" ? multiply(constant(2), entries) : entries;
}

/** A vector of real numbers as an array of a space; of a complex one all real parts come first. */
function shaped(builder: IrBuilder, piece: Variable, space: Space): Variable {
  const half = entriesOf(space);
  if (space.kind !== "array" || half === null) throw new Error("weights are arrays");
  if (space.element !== "complex") return isVector(space) ? piece : builder.reshape(piece, space);
  const real = { ...space, element: "real" as const };
  const part = (begin: Dimension): Variable => builder.reshape(builder.channels(piece, begin, half), real);
  return builder.elementwise("add", [
    builder.elementwise("complex", [part(constant(0))]),
    builder.elementwise("imaginary", [part(half)]),
  ]);
}
