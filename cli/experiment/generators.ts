import type { Argument, CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import { birdcageMaps } from "../../runtime/data/coilMaps.ts";
import { deadLeaves } from "../../runtime/data/deadLeaves.ts";
import { ELLIPSE_DISTRIBUTIONS, randomEllipses } from "../../runtime/data/ellipses.ts";
import {
  CARTESIAN_LINES,
  cartesianMask,
  ORIGINS,
  radialMask,
  variableDensityMask,
} from "../../runtime/data/samplingMasks.ts";
import type { SampleGenerator } from "../../runtime/data/sample.ts";
import { sheppLogan, SHEPP_LOGAN_VARIANTS } from "../../runtime/data/sheppLogan.ts";
import { sparse } from "../../runtime/data/sparse.ts";
import { fault } from "../binding/faults.ts";
import { requireMemory } from "./memory.ts";

/** A number that a generator takes: its default, and which values it may have; or one of some words, by its index. */
interface ParameterRule {
  readonly initial: number | null;
  readonly accepts: (value: number) => boolean;
  readonly words: string;
  readonly choices?: readonly string[];
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
const COUNT: ParameterRule = { initial: null, accepts: isCount, words: "a whole number from 1" };
const ONE: ParameterRule = { ...COUNT, initial: 1 };
const POSITIVE: ParameterRule = {
  initial: 1,
  accepts: (value) => value > 0 && Number.isFinite(value),
  words: "a positive number",
};
const RATE: ParameterRule = {
  initial: 0.1,
  accepts: (value) => value > 0 && value <= 1,
  words: "a number above 0 and at most 1",
};

const SHARE: ParameterRule = {
  initial: null,
  accepts: (value) => value >= 0 && value <= 1,
  words: "a number from 0 to 1",
};

function oneOf(choices: readonly string[], initial: string): ParameterRule {
  return {
    initial: choices.indexOf(initial),
    accepts: (value) => choices[value] !== undefined,
    words: `one of ${choices.join(", ")}`,
    choices,
  };
}

/** How a generator of samples is called; `numbers` is how many numbers it holds at once for a sample. */
interface GeneratorRule {
  readonly positions: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterRule>>;
  readonly numbers: (given: (name: string) => number) => number;
  readonly make: (given: (name: string) => number) => SampleGenerator;
}

/** The generators by the names that experiment files use. */
export const GENERATORS: Readonly<Record<string, GeneratorRule>> = {
  sparse: {
    positions: ["n"],
    parameters: { n: COUNT, rate: RATE },
    numbers: (given) => given("n"),
    make: (given) => sparse(given("n"), given("rate")),
  },
  dead_leaves: {
    positions: ["h", "w"],
    parameters: { h: COUNT, w: COUNT, smallest: POSITIVE, oversampling: ONE },
    numbers: (given) => given("h") * given("w") * given("oversampling") ** 2,
    make: (given) =>
      deadLeaves(given("h"), given("w"), {
        smallest: given("smallest"),
        oversampling: given("oversampling"),
      }),
  },
  ellipses: {
    positions: ["size"],
    parameters: {
      size: COUNT,
      distribution: oneOf(ELLIPSE_DISTRIBUTIONS, "learned_gradient"),
      oversampling: ONE,
    },
    numbers: (given) => given("size") ** 2,
    make: (given) =>
      randomEllipses(given("size"), ELLIPSE_DISTRIBUTIONS[given("distribution")], given("oversampling")),
  },
  coil_maps: {
    positions: ["h", "w"],
    parameters: {
      h: COUNT,
      w: COUNT,
      coils: { ...COUNT, initial: 8 },
      radius: {
        initial: 1.5,
        accepts: (value) => value > Math.SQRT2 && Number.isFinite(value),
        words: "a number above 1.4143, outside of the image",
      },
    },
    numbers: (given) => 2 * given("h") * given("w") * given("coils"),
    make: (given) => {
      const maps = birdcageMaps(given("h"), given("w"), { coils: given("coils"), radius: given("radius") });
      return () => maps;
    },
  },
  cartesian_mask: {
    positions: ["h", "w"],
    parameters: {
      h: COUNT,
      w: COUNT,
      acceleration: {
        initial: 4,
        accepts: (value) => value >= 1 && Number.isFinite(value),
        words: "a number from 1",
      },
      centre: { ...SHARE, initial: 0.08 },
      lines: oneOf(CARTESIAN_LINES, "random"),
      origin: oneOf(ORIGINS, "corner"),
    },
    numbers: (given) => given("h") * given("w"),
    make: (given) =>
      cartesianMask(given("h"), given("w"), {
        acceleration: given("acceleration"),
        centre: given("centre"),
        lines: CARTESIAN_LINES[given("lines")] ?? "random",
        origin: ORIGINS[given("origin")] ?? "corner",
      }),
  },
  radial_mask: {
    positions: ["h", "w"],
    parameters: { h: COUNT, w: COUNT, spokes: { ...COUNT, initial: 30 }, origin: oneOf(ORIGINS, "corner") },
    numbers: (given) => given("h") * given("w"),
    make: (given) =>
      radialMask(given("h"), given("w"), given("spokes"), ORIGINS[given("origin")] ?? "corner"),
  },
  variable_density_mask: {
    positions: ["h", "w"],
    parameters: {
      h: COUNT,
      w: COUNT,
      rate: { ...RATE, initial: 0.25 },
      power: { ...POSITIVE, initial: 3 },
      centre: { ...SHARE, initial: 0.04 },
      origin: oneOf(ORIGINS, "corner"),
    },
    numbers: (given) => given("h") * given("w"),
    make: (given) =>
      variableDensityMask(given("h"), given("w"), {
        rate: given("rate"),
        power: given("power"),
        centre: given("centre"),
        origin: ORIGINS[given("origin")] ?? "corner",
      }),
  },
  shepp_logan: {
    positions: ["size"],
    parameters: { size: COUNT, variant: oneOf(SHEPP_LOGAN_VARIANTS, "modified"), oversampling: ONE },
    numbers: (given) => given("size") ** 2,
    make: (given) => {
      const variant = SHEPP_LOGAN_VARIANTS[given("variant")];
      const phantom = sheppLogan(given("size"), variant, given("oversampling"));
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
  const given = (key: string): number => {
    const value = values.get(key);
    if (value === undefined) throw fault(call.span, `\`${name}\` needs \`${key}\``);
    return value;
  };
  requireMemory(call.span, `A sample of \`${name}\``, rule.numbers(given));
  return rule.make(given);
}

function argumentsOf(
  call: CallExpression<Parsed>,
  name: string,
  { positions, parameters }: GeneratorRule,
): ReadonlyMap<string, number> {
  const values = new Map(
    Object.entries(parameters).flatMap(([key, { initial }]) =>
      initial === null ? [] : [[key, initial] as const],
    ),
  );
  let position = 0;
  for (const argument of call.arguments) {
    const key = argument.name?.name ?? positions[position++];
    const parameter = key === undefined ? undefined : parameters[key];
    if (key === undefined || parameter === undefined || !Object.hasOwn(parameters, key)) {
      throw fault(argument.span, `\`${name}\` takes ${Object.keys(parameters).join(", ")}`);
    }
    const value =
      parameter.choices === undefined ? numberOf(argument) : choiceOf(argument, parameter.choices);
    if (!parameter.accepts(value)) {
      const given = parameter.choices === undefined ? `, not ${value}` : "";
      throw fault(argument.span, `\`${key}\` of \`${name}\` is ${parameter.words}${given}`);
    }
    values.set(key, value);
  }
  return values;
}

/** The index of the word that an argument is, or -1. */
function choiceOf({ value }: Argument, choices: readonly string[]): number {
  return value.kind === "name" ? choices.indexOf(value.name) : -1;
}

/** The number that an argument is. */
function numberOf({ value, span }: Argument): number {
  if (value.kind === "number") return value.value;
  if (value.kind === "negate" && value.operand.kind === "number") return -value.operand.value;
  throw fault(span, "A number is wanted here");
}

/** The most points of a grid: every one is a run on the whole validation set. */
const MOST_POINTS = 10_000;

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
  if (first === undefined || last === undefined || count === undefined || more.length > 0) {
    throw fault(expression.span, `\`${name}\` takes a first value, a last value and a count`);
  }
  if (!isCount(count) || count > MOST_POINTS) {
    throw fault(
      expression.span,
      `The count of \`${name}\` is a whole number from 1 to ${MOST_POINTS}, not ${count}`,
    );
  }
  const at = (index: number): number => first + (count === 1 ? 0 : (index * (last - first)) / (count - 1));
  return Array.from({ length: count }, (_, index) => (name === "logspace" ? 10 ** at(index) : at(index)));
}
