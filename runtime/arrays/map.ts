import { arrayOf } from "../engine/differences.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { broadcastShape, sameShape } from "../engine/shape.ts";
import { actsOnPairs, fieldOf, split } from "./complex.ts";
import type { Layout } from "./endings.ts";
import type { ElementwiseExpression } from "./expression.ts";
import { commonBatch } from "./layout.ts";
import { parse } from "./parse.ts";
import { print } from "./print.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, ProductValue, Value } from "./value.ts";

/** Values by the names that expressions have for them. */
export type Inputs = Readonly<Record<string, Value>>;
type Arrays = Readonly<Record<string, ArrayValue>>;

/**
 * An elementwise expression of named inputs. Shapes align from the last axis, numbers repeat, shared inputs serve all
 * samples, reals are promoted. A product is mapped part by part; the other inputs are products of as many parts, or
 * numbers.
 * @throws ShapeError, FieldError, ExpressionError
 */
export function map(engine: Engine, text: string, inputs: Inputs): Value {
  return mapped(engine, text, parse(text), inputs);
}

/** `map` whose inputs are arrays, so that the result is. */
export function mapArrays(engine: Engine, text: string, inputs: Arrays): ArrayValue {
  return arraysMapped(engine, text, parse(text), inputs);
}

/** An expression of values, or of products part by part; `text` is what errors say. */
export function mapped(
  engine: Engine,
  text: string,
  expression: ElementwiseExpression,
  inputs: Inputs,
): Value {
  const values = Object.entries(inputs);
  const product = values.find((entry): entry is [string, ProductValue] => entry[1].kind === "product")?.[1];
  if (product === undefined) return arraysMapped(engine, text, expression, onlyArrays(inputs));
  const fits = values.every(([, value]) =>
    value.kind === "product" ? value.parts.length === product.parts.length : value.shape.length === 0,
  );
  if (!fits) {
    throw new ShapeError(
      text,
      Object.values(inputs),
      "a product goes with products of as many parts, and numbers",
    );
  }
  const parts = product.parts.map((_, index) =>
    mapped(
      engine,
      text,
      expression,
      Object.fromEntries(
        values.map(([name, value]) => [
          name,
          value.kind === "product" ? (value.parts[index] ?? value) : value,
        ]),
      ),
    ),
  );
  return { kind: "product", parts };
}

/** The inputs that are arrays. */
export function onlyArrays(inputs: Inputs): Arrays {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, value]) =>
      value.kind === "array" ? [[name, value] as const] : [],
    ),
  );
}

function arraysMapped(
  engine: Engine,
  text: string,
  expression: ElementwiseExpression,
  inputs: Arrays,
): ArrayValue {
  const { expression: plain, inputs: all } = withoutPhases(engine, text, expression, inputs);
  const fields = new Map(Object.entries(all).map(([name, { field }]) => [name, field]));
  const field = fieldOf(plain, fields);
  const layout = layoutOf(text, all);
  const value = (handle: Handle): ArrayValue => ({ kind: "array", field, ...layout, handle });
  if (![...fields.values()].includes("complex") && field === "real") {
    return value(engine.elementwise(plain, handlesFor(engine, all, layout, false)));
  }
  if (field === "complex" && actsOnPairs(plain, fields)) {
    return value(engine.elementwise(plain, handlesFor(engine, all, layout, true)));
  }
  const handles = handlesFor(engine, all, layout, false);
  const only = (wanted: "real" | "complex"): Record<string, Handle> =>
    Object.fromEntries(
      Object.entries(handles).flatMap(([name, handle]) =>
        fields.get(name) === wanted ? [[name, arrayOf(engine, handle)] as const] : [],
      ),
    );
  return value(
    engine.elementwisePairs(split(plain, fields), { pairs: only("complex"), reals: only("real") }),
  );
}

/** How what is made of some arrays is laid out. @throws ShapeError */
export function layoutOf(text: string, inputs: Arrays): Layout {
  const values = Object.values(inputs);
  const shape = values.reduce<readonly number[]>((left, { shape: right }) => {
    const joint = left.length === 0 || sameShape(left, right) ? right : broadcastShape(left, right);
    if (joint === null) throw new ShapeError(text, values, "the shapes do not align");
    return joint;
  }, []);
  return { batch: commonBatch(text, values), shape };
}

/** The inputs' handles, ready for numpy's rule; with `onPairs` real ones have a last axis of 1. */
export function handlesFor(
  engine: Engine,
  inputs: Arrays,
  layout: Layout,
  onPairs: boolean,
): Record<string, Handle> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      const missing = layout.shape.length - input.shape.length;
      const ones = input.batch === null ? [] : [input.batch, ...new Array<number>(missing).fill(1)];
      const pair = input.field === "complex" ? [2] : onPairs ? [1] : [];
      const shape = [...ones, ...input.shape, ...pair];
      const { handle } = input;
      return [name, sameShape(shape, handle.shape) ? handle : engine.reshape(arrayOf(engine, handle), shape)];
    }),
  );
}

interface WithoutPhases {
  readonly expression: ElementwiseExpression;
  readonly inputs: Arrays;
}

/** Engines have the argument of pairs as an operation of its own: what it is taken of is computed before. */
function withoutPhases(
  engine: Engine,
  text: string,
  expression: ElementwiseExpression,
  inputs: Arrays,
): WithoutPhases {
  const fields = new Map(Object.entries(inputs).map(([name, { field }]) => [name, field]));
  if (![...fields.values()].includes("complex")) return { expression, inputs };
  const found: Record<string, ArrayValue> = {};
  const visit = (node: ElementwiseExpression): ElementwiseExpression => {
    if (node.kind !== "apply") return node;
    const [argument] = node.arguments;
    if (node.function !== "phase" || argument === undefined || fieldOf(argument, fields) === "real") {
      const parts = node.arguments.map(visit);
      return parts.every((part, index) => part === node.arguments[index])
        ? node
        : { ...node, arguments: parts };
    }
    const name = print(node);
    const value = arraysMapped(engine, text, argument, inputs);
    found[name] = { ...value, field: "real", handle: engine.phase(value.handle) };
    return { kind: "input", name };
  };
  const plain = visit(expression);
  return { expression: plain, inputs: { ...inputs, ...found } };
}
