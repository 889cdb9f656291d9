import type { Variable } from "../ir/block.ts";
import type { PlanFunction } from "./call.ts";
import { usesOfStatement, variablesOfPattern, variablesOfResult } from "./uses.ts";

/**
 * For each statement of a function the variables that nobody reads after it, among those that the function's
 * statements bind and that it does not return: what they stand on may be used again.
 */
export function lastReads(of: PlanFunction): readonly (readonly Variable[])[] {
  const bound = new Set(of.statements.flatMap(({ outputs }) => variablesOfPattern(outputs)));
  const later = new Set(variablesOfResult(of.result));
  const ended = of.statements.map((): readonly Variable[] => []);
  for (let at = of.statements.length - 1; at >= 0; at -= 1) {
    const statement = of.statements[at];
    if (statement === undefined) continue;
    const touched = [...variablesOfPattern(statement.outputs), ...usesOfStatement(statement).variables];
    ended[at] = [...new Set(touched)].filter((variable) => bound.has(variable) && !later.has(variable));
    touched.forEach((variable) => later.add(variable));
  }
  return ended;
}
