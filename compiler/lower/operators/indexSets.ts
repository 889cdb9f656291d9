import type { Expression } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import { constant } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { Limitation } from "../limitation.ts";
import { lowerValue } from "../recursion.ts";
import type { Site } from "../site.ts";

/** part + parts*k (`interleaved`) or part*(m/parts) + k (`consecutive`), for k below m/parts. */
export function lowerIndexSet(
  site: Site,
  name: "interleaved" | "consecutive",
  expression: Expression<Typed>,
  settings: Readonly<Record<string, SettingValue>>,
): Variable {
  const { builder: b } = site;
  const { type } = expression.note;
  const [count] = type.kind === "value" && type.space.kind === "array" ? type.space.dimensions : [];
  const { part, parts } = settings;
  if (count === undefined || part?.kind !== "expression") {
    throw new Limitation(`\`${name}\` of this form`, expression.span);
  }
  const among =
    parts?.kind === "dimension" ? parts.value : constant(parts?.kind === "number" ? parts.value : 1);
  const below = b.elementwise("sub", [b.size(count), b.constant(1)]);
  const middle = b.elementwise("div", [below, b.constant(2)]);
  const k = b.elementwise("add", [b.coordinate(arraySpace("real", [count]), 0), middle]);
  const i = lowerValue(site, part.value);
  return name === "interleaved"
    ? b.elementwise("add", [i, b.elementwise("mul", [b.size(among), k])])
    : b.elementwise("add", [b.elementwise("mul", [i, b.size(count)]), k]);
}
