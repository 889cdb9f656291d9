import type { Expression } from "../ast/tree.ts";
import type { Variable, VariableType } from "../ir/block.ts";
import { isNumber } from "../types/space.ts";
import type { Space } from "../types/space.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { Limitation } from "./limitation.ts";
import { lowerValue } from "./recursion.ts";
import type { Site } from "./site.ts";
import { spaceOfVariable } from "./values.ts";

/** The type of the variable that stands for a declared name: its space, or the spaces of an operator. */
export function variableType(symbol: Symbol): VariableType {
  const { type } = symbol.typing;
  if (type.kind === "value") return { kind: "value", space: type.space };
  if (type.kind === "operator") {
    return {
      kind: "operator",
      domain: type.domain,
      codomain: type.codomain,
      properties: symbol.typing.facts.map((fact) => fact.property),
    };
  }
  throw new Limitation(`\`${symbol.name}\`, a map that is given`, symbol.span);
}

/** The value of a declaration of `space`: a number fills it. */
export function filled(site: Site, expression: Expression<Typed>, space: Space): Variable {
  const variable = lowerValue(site, expression, space);
  const own = spaceOfVariable(variable);
  return isNumber(own) && !isNumber(space) ? site.builder.fill(variable, space) : variable;
}
