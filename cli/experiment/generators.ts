import type { Argument, CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import { deadLeaves } from "../../runtime/data/deadLeaves.ts";
import { randomEllipses } from "../../runtime/data/ellipses.ts";
import type { SampleGenerator } from "../../runtime/data/sample.ts";
import { sheppLogan } from "../../runtime/data/sheppLogan.ts";
import { sparse } from "../../runtime/data/sparse.ts";
import { fault } from "../binding/faults.ts";

/** How a generator of samples is called: what stands by position, and settings with their defaults. */
interface GeneratorRule {
  readonly positions: readonly string[];
  readonly settings: Readonly<Record<string, number>>;
  readonly make: (given: (name: string) => number) => SampleGenerator;
}

/** The generators by the names that experiment files use. */
const GENERATORS: Readonly<Record<string, GeneratorRule>> = {
  sparse: {
    positions: ["n"],
    settings: { rate: 0.1 },
    make: (given) => sparse(given("n"), given("rate")),
  },
  dead_leaves: {
    positions: ["h", "w"],
    settings: { smallest: 1, oversampling: 1 },
    make: (given) =>
      deadLeaves(given("h"), given("w"), {
        smallest: given("smallest"),
        oversampling: given("oversampling"),
      }),
  },
  ellipses: { positions: ["size"], settings: {}, make: (given) => randomEllipses(given("size")) },
  shepp_logan: {
    positions: ["size"],
    settings: {},
    make: (given) => {
      const phantom = sheppLogan(given("size"));
      return () => phantom;
    },
  },
};

/**
 * The generator that an expression such as `sparse(500, rate = 0.1)` names.
 * @throws Failure that points into the expression
 */
export function generatorOf(expression: Expression): SampleGenerator {
  const names = Object.keys(GENERATORS);
  const call = expression.kind === "call" && expression.callee.kind === "name" ? expression : null;
  const name = call?.callee.kind === "name" ? call.callee.name : "";
  const rule = GENERATORS[name];
  if (call === null || rule === undefined || !Object.hasOwn(GENERATORS, name)) {
    const meant = nearest(name, names);
    const hint = meant === null ? `There are ${names.join(", ")}.` : `Did you mean \`${meant}\`?`;
    throw fault(expression.span, "This names no generator of data", hint);
  }
  const values = argumentsOf(call, name, rule);
  return rule.make((key) => {
    const value = values.get(key);
    if (value === undefined) throw fault(call.span, `\`${name}\` needs \`${key}\``);
    return value;
  });
}

function argumentsOf(
  call: CallExpression<Parsed>,
  name: string,
  { positions, settings }: GeneratorRule,
): ReadonlyMap<string, number> {
  const values = new Map(Object.entries(settings));
  let position = 0;
  for (const argument of call.arguments) {
    const key = argument.name?.name ?? positions[position++];
    if (key === undefined || (!positions.includes(key) && !values.has(key))) {
      const known = [...positions, ...Object.keys(settings)].join(", ");
      throw fault(argument.span, `\`${name}\` takes ${known}`);
    }
    values.set(key, numberOf(argument));
  }
  return values;
}

/** The number that an argument is. */
function numberOf({ value, span }: Argument): number {
  if (value.kind === "number") return value.value;
  if (value.kind === "negate" && value.operand.kind === "number") return -value.operand.value;
  throw fault(span, "A number is wanted here");
}

/**
 * The values of a grid such as `logspace(-3, -0.5, 12)` or `linspace(0, 1, 11)`: powers of ten, or equal distances.
 * @throws Failure that points into the expression
 */
export function gridOf(expression: Expression): readonly number[] {
  const name =
    expression.kind === "call" && expression.callee.kind === "name" ? expression.callee.name : null;
  if (expression.kind !== "call" || (name !== "logspace" && name !== "linspace")) {
    throw fault(
      expression.span,
      "This names no grid",
      "Write `logspace(-3, -0.5, 12)`, `linspace(0, 1, 11)` or a list.",
    );
  }
  const [first, last, count, ...more] = expression.arguments.map(numberOf);
  if (first === undefined || last === undefined || count === undefined || more.length > 0 || !(count >= 1)) {
    throw fault(expression.span, `\`${name}\` takes a first value, a last value and a count`);
  }
  const at = (index: number): number => first + (count === 1 ? 0 : (index * (last - first)) / (count - 1));
  return Array.from({ length: Math.floor(count) }, (_, index) =>
    name === "logspace" ? 10 ** at(index) : at(index),
  );
}
