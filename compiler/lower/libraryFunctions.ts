import type { Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import { type FunctionName, type FunctionParameters, isFunctionName } from "../library/functions/entry.ts";
import { FUNCTIONS } from "../library/functions/table.ts";
import type { LibraryName } from "../library/names.ts";
import type { Span } from "../source/span.ts";
import type { SettingValue, Typed } from "../types/typing.ts";
import { conjugateValue } from "./conjugateValue.ts";
import { lowerValue } from "./recursion.ts";
import { Limitation } from "./limitation.ts";
import { gradientOperator } from "./libraryOperators.ts";
import { applyForm } from "./operators.ts";
import { membership } from "./sets.ts";
import type { Site } from "./site.ts";

/** A function of the library at a point; `makers` are the arguments that made it: the y of kullback_leibler(y). */
export function evaluateLibraryFunction(
  site: Site,
  name: LibraryName,
  settings: Readonly<Record<string, SettingValue>>,
  x: Variable,
  makers: readonly Expression<Typed>[],
  span: Span,
): Variable {
  const { builder } = site;
  if (!isFunctionName(name)) throw new Limitation(`\`${name}\` as a function`, span);
  switch (name) {
    case "tv": {
      const differences = applyForm(builder, gradientOperator(site, x), x);
      return FUNCTIONS.norm21.evaluate(builder, differences, { values: {}, axes: [] });
    }
    case "indicator": {
      const [set] = makers;
      if (set === undefined) throw new Limitation("an indicator without a set", span);
      return membership(site, set, x, span);
    }
    case "conjugate": {
      const [of] = makers;
      if (of === undefined) throw new Limitation("a conjugate of no function", span);
      return conjugateValue(site, of, x, span);
    }
    default:
      return FUNCTIONS[name].evaluate(builder, x, parametersOf(site, name, settings, makers));
  }
}

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
