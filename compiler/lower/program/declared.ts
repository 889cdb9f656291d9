import type { Expression } from "../../ast/tree.ts";
import type { Variable, VariableType } from "../../ir/block.ts";
import { isNumber } from "../../types/space.ts";
import type { Space } from "../../types/space.ts";
import type { Type } from "../../types/type.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { Limitation } from "../limitation.ts";
import { lowerValue } from "../recursion.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable } from "../values.ts";

type FunctionType = Extract<Type, { kind: "function" }>;

/** The type of the variable that stands for a declared name: its space, or the spaces of an operator or a map. */
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
  if (type.kind === "function" && symbol.origin.kind === "given") return mapType(symbol, type);
  throw new Limitation(`\`${symbol.name}\`, a map that is no given`, symbol.span);
}

function mapType(symbol: Symbol, { parameters, result }: FunctionType): VariableType {
  const [domain, ...more] = parameters;
  if (domain === undefined || more.length > 0) {
    throw new Limitation(`\`${symbol.name}\`, a given map of several arguments`, symbol.span);
  }
  const properties = symbol.typing.facts.map((fact) => fact.property);
  return { kind: "map", domain, codomain: result, properties };
}

/** The value of a declaration of `space`: a number fills it. */
export function filled(site: Site, expression: Expression<Typed>, space: Space): Variable {
  const variable = lowerValue(site, expression, space);
  const own = spaceOfVariable(variable);
  return isNumber(own) && !isNumber(space) ? site.builder.fill(variable, space) : variable;
}
