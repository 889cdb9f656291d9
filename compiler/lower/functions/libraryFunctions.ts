import type { Expression } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import { isFunctionName } from "../../library/functions/entry.ts";
import { FUNCTIONS } from "../../library/functions/table.ts";
import type { LibraryName } from "../../library/names.ts";
import type { Span } from "../../source/span.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { conjugateValue } from "./conjugateValue.ts";
import { parametersOf } from "./functionParameters.ts";
import { Limitation } from "../limitation.ts";
import { gradientOperator } from "../operators/libraryOperators.ts";
import { applyForm } from "../operators/operators.ts";
import { membership } from "./sets.ts";
import type { Site } from "../site.ts";

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
