import type { Engine } from "../engine/engine.ts";
import { fieldOf } from "./complex.ts";
import { endedValue, endingOf, layoutAtEnd } from "./endings.ts";
import type { ElementwiseResults, ResultEndings } from "./expression.ts";
import { handlesFor, type Inputs, layoutOf, mapped, onlyArrays } from "./map.ts";
import { parseAll } from "./parse.ts";
import type { ArrayValue, Value } from "./value.ts";

/**
 * Several expressions of the same inputs, by the names of their results, of which one may name those before it; as `map`
 * of all inputs each, in one pass where all is real; those that `endings` names are reduced in it.
 * @throws ShapeError, FieldError, ExpressionError
 */
export function mapAll<K extends string>(
  engine: Engine,
  texts: Readonly<Record<K, string>>,
  inputs: Inputs,
  endings: ResultEndings = {},
): Readonly<Record<K, Value>> {
  const results = parseAll(texts);
  const together = realTogether(engine, texts, results, inputs, endings);
  const known: Record<string, Value> = { ...inputs };
  const values = Object.entries(results).map(([name, expression], at) => {
    const found = together?.[at];
    if (found !== undefined) return [name, found] as const;
    const value = mapped(engine, name, expression, known);
    known[name] = value;
    const ending = endings[name];
    return [name, ending === undefined ? value : endedValue(engine, ending, value)] as const;
  });
  return Object.fromEntries(values) as Record<K, Value>;
}

/** The results where they are real and made of real arrays; null where they are not. */
function realTogether(
  engine: Engine,
  texts: Readonly<Record<string, string>>,
  results: ElementwiseResults,
  inputs: Inputs,
  endings: ResultEndings,
): readonly ArrayValue[] | null {
  const arrays = onlyArrays(inputs);
  const fields = new Map(Object.entries(arrays).map(([name, { field }]) => [name, field]));
  const areReal =
    Object.keys(arrays).length === Object.keys(inputs).length && ![...fields.values()].includes("complex");
  if (!areReal) return null;
  for (const [name, expression] of Object.entries(results)) {
    if (fieldOf(expression, fields) !== "real") return null;
    fields.set(name, "real");
  }
  const layout = layoutOf(Object.values(texts).join("; "), arrays);
  const handles = handlesFor(engine, arrays, layout, false);
  const reduced = Object.entries(endings).flatMap(([name, word]) => {
    const ending = endingOf(word, layout);
    return ending === null ? [] : [[name, ending] as const];
  });
  const made =
    reduced.length === 0
      ? engine.elementwiseAll(results, handles)
      : engine.elementwiseReduced(results, Object.fromEntries(reduced), handles);
  return Object.keys(results).map((name, at) => {
    const handle = made[at];
    if (handle === undefined) throw new TypeError(`no result ${name}`);
    const word = endings[name];
    const shaped = word === undefined ? layout : layoutAtEnd(word, layout);
    return { kind: "array", field: "real", ...shaped, handle };
  });
}
