import type { Expression } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import type { FunctionName, FunctionParameters } from "../../library/functions/entry.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { lowerValue } from "../recursion.ts";
import type { Site } from "../site.ts";

/** The variables that a function of the library takes besides its point. */
export function parametersOf(
  site: Site,
  name: FunctionName,
  settings: Readonly<Record<string, SettingValue>>,
  makers: readonly Expression<Typed>[],
): FunctionParameters {
  const values: Record<string, Variable> = {};
  const axes = settings["axes"]?.kind === "list" ? settings["axes"].values : [];
  const [first] = makers;
  if (name === "kullback_leibler" && first !== undefined) values["y"] = lowerValue(site, first);
  for (const [key, setting] of Object.entries(settings)) {
    if (setting.kind === "number") values[key] = site.builder.constant(setting.value);
    if (setting.kind === "expression") values[key] = lowerValue(site, setting.value);
  }
  return { values, axes };
}
