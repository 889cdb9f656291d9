import type { ElementwiseExpression, ElementwiseResults } from "../arrays/expression.ts";
import { isDifferenced } from "./differences.ts";
import type { Ending, Engine, Handle } from "./engine.ts";
import { broadcastShape, sameShape } from "./shape.ts";

/** What `elementwiseReduced` is made of where it is not one pass. */
export type Passes = Pick<Engine, "elementwiseAll" | "reduce" | "dot" | "dispose">;

/**
 * `elementwiseReduced` as elementwise results and their reductions; what is reduced and an input or another result, or
 * the product of two of them, is reduced from there.
 */
export function reducedInTurn(engine: Passes): Pick<Engine, "elementwiseReduced"> {
  return { elementwiseReduced: (results, endings, inputs) => inTurn(engine, results, endings, inputs) };
}

function inTurn(
  engine: Passes,
  results: ElementwiseResults,
  endings: Readonly<Record<string, Ending>>,
  inputs: Readonly<Record<string, Handle>>,
): readonly Handle[] {
  const whole = wholeOf(results, endings, inputs);
  const entries = Object.entries(results);
  const computed = entries.filter(([name, expression]) => {
    const ending = endings[name];
    return ending === undefined || operandsOf(expression, ending, whole) === null;
  });
  const arrays = engine.elementwiseAll(Object.fromEntries(computed), inputs);
  const made = new Map(computed.map(([name], at) => [name, arrays[at]]));
  const named = (name: string): Handle => {
    const found = made.get(name) ?? inputs[name];
    if (found === undefined) throw new TypeError(`no input ${name}`);
    return found;
  };
  const reduced = entries.map(([name, expression]) => {
    const ending = endings[name];
    if (ending === undefined) return named(name);
    const [a = name, b] = operandsOf(expression, ending, whole) ?? [];
    return b !== undefined
      ? engine.dot(named(a), named(b), ending.axes)
      : engine.reduce(ending.by, named(a), ending.axes);
  });
  engine.dispose(
    [...made].flatMap(([name, array]) => (name in endings && array !== undefined ? [array] : [])),
  );
  return reduced;
}

/** The names of arrays of the shape that all inputs share: inputs, and results that are not reduced. */
function wholeOf(
  results: ElementwiseResults,
  endings: Readonly<Record<string, Ending>>,
  inputs: Readonly<Record<string, Handle>>,
): ReadonlySet<string> {
  const shape = Object.values(inputs).reduce<readonly number[]>(
    (left, right) => broadcastShape(left, right.shape) ?? left,
    [],
  );
  const arrays = Object.entries(inputs).filter(
    ([, input]) => !isDifferenced(input) && sameShape(input.shape, shape),
  );
  return new Set([
    ...arrays.map(([name]) => name),
    ...Object.keys(results).filter((name) => !(name in endings)),
  ]);
}

/** The whole array that an expression names, or the two whose product is summed; null for others. */
function operandsOf(
  expression: ElementwiseExpression,
  { by }: Ending,
  whole: ReadonlySet<string>,
): readonly string[] | null {
  const isProduct = expression.kind === "apply" && expression.function === "mul" && by === "sum";
  const parts = isProduct ? expression.arguments : [expression];
  const names = parts.flatMap((part) => (part.kind === "input" && whole.has(part.name) ? [part.name] : []));
  return names.length === parts.length ? names : null;
}
