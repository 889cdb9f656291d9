import type { Dimension } from "../types/dimension.ts";
import { add, constant, equal, multiply, text } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import { ShapeFault } from "./align.ts";
import type { Block, Variable, VariableType } from "./block.ts";
import { sameSpace, sameType, spaceText, typeText } from "./spaces.ts";

/* What rules of shapes ask of an operation's inputs and blocks; each function throws a ShapeFault where it is not so. */

export function spaceAt(inputs: readonly VariableType[], index: number): Space {
  const type = inputs[index];
  if (type?.kind !== "value") throw new ShapeFault(`input ${index} is not a value`);
  return type.space;
}

export function mapAt(
  inputs: readonly VariableType[],
  index: number,
): Extract<VariableType, { kind: "map" }> {
  const type = inputs[index];
  if (type?.kind !== "map") throw new ShapeFault(`input ${index} is not a map`);
  return type;
}

export function operatorAt(
  inputs: readonly VariableType[],
  index: number,
): Extract<VariableType, { kind: "operator" }> {
  const type = inputs[index];
  if (type?.kind !== "operator") throw new ShapeFault(`input ${index} is not an operator`);
  return type;
}

/** The axes that indices leave of the first one: none for one index, one for a list of them. */
export function indicesAt(inputs: readonly VariableType[], index: number): readonly Dimension[] {
  const dimensions = dimensionsAt(inputs, index, 0);
  demand(dimensions.length <= 1, "rows are chosen by one index or a list of them");
  return dimensions;
}

export function dimensionsAt(
  inputs: readonly VariableType[],
  index: number,
  least: number,
): readonly Dimension[] {
  const space = spaceAt(inputs, index);
  if (space.kind !== "array" || space.dimensions.length < least) {
    throw new ShapeFault(`${spaceText(space)} has fewer than ${least} axes`);
  }
  return space.dimensions;
}

export function imageAt(
  inputs: readonly VariableType[],
  index: number,
): readonly [Dimension, Dimension, Dimension] {
  const [height, width, channels] = dimensionsAt(inputs, index, 3);
  if (height === undefined || width === undefined || channels === undefined) {
    throw new ShapeFault("an image has three axes");
  }
  return [height, width, channels];
}

export function matrixAt(
  inputs: readonly VariableType[],
  index: number,
): readonly [Dimension | null, Dimension | null] {
  const space = spaceAt(inputs, index);
  if (space.kind === "named") return [null, null];
  const [rows, columns] = dimensionsAt(inputs, index, 2);
  return [rows ?? null, columns ?? null];
}

export function demandEntries(space: Space, wanted: Dimension | null): void {
  const entries = entriesOf(space);
  if (entries === null || wanted === null) return;
  demand(equal(entries, wanted), `${spaceText(space)} has not ${text(wanted)} entries`);
}

export function demandSame(a: Space, b: Space): void {
  demand(sameSpace(a, b), `${spaceText(a)} is not ${spaceText(b)}`);
}

export function demandParameters(block: Block, types: readonly VariableType[]): void {
  demandTypes(block.parameters, types, "parameters");
}

export function demandResults(block: Block, types: readonly VariableType[]): void {
  demandTypes(block.results, types, "results");
}

function demandTypes(variables: readonly Variable[], types: readonly VariableType[], role: string): void {
  const fits =
    variables.length === types.length &&
    variables.every((variable, i) => {
      const type = types[i];
      return type !== undefined && sameType(variable.type, type);
    });
  const has = variables.map((variable) => typeText(variable.type)).join(", ");
  demand(fits, `${role} (${has}) of a block, where (${types.map(typeText).join(", ")}) is wanted`);
}

export function demand(holds: boolean, message: string): void {
  if (!holds) throw new ShapeFault(message);
}

/** The number of entries of a space, or null for a named one. */
export function entriesOf(space: Space): Dimension | null {
  switch (space.kind) {
    case "array":
      return space.dimensions.reduce(multiply, constant(1));
    case "named":
      return null;
    case "product":
      return space.parts.reduce<Dimension | null>((total, part) => {
        const entries = entriesOf(part);
        return total === null || entries === null ? null : add(total, entries);
      }, constant(0));
  }
}
