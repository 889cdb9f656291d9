import type { ElementwiseExpression } from "../arrays/expression.ts";
import { parse } from "../arrays/parse.ts";
import { type Engine, EngineError, type Handle } from "./engine.ts";
import { sameShape } from "./shape.ts";

/**
 * How an optimiser moves an array x along a gradient g, with what it remembers in slots; the numbers are those of one
 * step. Slots in order: momentum has its sum; rmsprop the mean of squares, the step before, and if it is centered
 * the mean; adam the first and the second moment. `STEPS` has the definitions.
 */
export type UpdateRule =
  | { readonly kind: "sgd"; readonly rate: number }
  | {
      readonly kind: "momentum";
      readonly rate: number;
      readonly momentum: number;
      readonly nesterov: boolean;
    }
  | {
      readonly kind: "rmsprop";
      readonly rate: number;
      readonly decay: number;
      readonly momentum: number;
      readonly epsilon: number;
      readonly centered: boolean;
    }
  | {
      readonly kind: "adam";
      readonly rate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
    };

/** An array and its slots after an update. */
export interface Updated {
  readonly value: Handle;
  readonly slots: readonly Handle[];
}

/** Assignments in order, each of which sees those before it; and the numbers that they name. */
export interface Steps {
  readonly numbers: Readonly<Record<string, number>>;
  readonly assignments: readonly (readonly [name: string, expression: string])[];
}

/** x is the array, g its gradient, s0, s1, s2 the slots. */
const STEPS: { readonly [K in UpdateRule["kind"]]: (rule: Extract<UpdateRule, { kind: K }>) => Steps } = {
  sgd: ({ rate: r }) => ({ numbers: { r }, assignments: [["x", "x - r*g"]] }),
  momentum: ({ rate: r, momentum: m, nesterov }) => ({
    numbers: { r, m },
    assignments: [
      ["s0", "m*s0 + g"],
      ["x", nesterov ? "x - r*(g + m*s0)" : "x - r*s0"],
    ],
  }),
  rmsprop: ({ rate: r, decay: d, momentum: m, epsilon: e, centered }) => ({
    numbers: { r, d, n: 1 - d, m, e },
    assignments: [
      ["s0", "d*s0 + n*(g*g)"],
      ...(centered ? ([["s2", "d*s2 + n*g"]] as const) : []),
      ["s1", centered ? "m*s1 + r*g/sqrt(s0 - (s2*s2 + e))" : "m*s1 + r*g/sqrt(s0 + e)"],
      ["x", "x - s1"],
    ],
  }),
  adam: ({ rate: r, beta1: b, beta2: c, epsilon: e }) => ({
    numbers: { r, b, n: 1 - b, c, p: 1 - c, e },
    assignments: [
      ["s0", "b*s0 + n*g"],
      ["s1", "c*s1 + p*(g*g)"],
      ["x", "x - r*s0/(sqrt(s1) + e)"],
    ],
  }),
};

/** What a rule does to an array x, its gradient g and its slots s0, s1 and s2. */
export function stepsOf<K extends UpdateRule["kind"]>(rule: Extract<UpdateRule, { kind: K }>): Steps {
  const steps: (of: Extract<UpdateRule, { kind: K }>) => Steps = STEPS[rule.kind];
  return steps(rule);
}

/** How many slots a rule has. */
export function slotsOf(rule: UpdateRule): number {
  switch (rule.kind) {
    case "sgd":
      return 0;
    case "momentum":
      return 1;
    case "rmsprop":
      return rule.centered ? 3 : 2;
    case "adam":
      return 2;
  }
}

/**
 * That an update fits: as many slots as the rule has, all of the array's shape.
 * @throws EngineError
 */
export function checkUpdate(
  engine: string,
  rule: UpdateRule,
  value: Handle,
  gradient: Handle,
  slots: readonly Handle[],
): void {
  const arrays = [value, gradient, ...slots];
  const reason =
    slots.length !== slotsOf(rule)
      ? `${rule.kind} has ${slotsOf(rule)} slots`
      : arrays.every(({ shape }) => sameShape(shape, value.shape))
        ? null
        : "the shapes differ";
  if (reason === null) return;
  throw new EngineError(
    engine,
    "update",
    arrays.map(({ shape }) => shape),
    reason,
  );
}

/** An engine's `update` by its elementwise operation, an assignment after another. */
export function updateOf(engine: string, elementwise: Engine["elementwise"]): Pick<Engine, "update"> {
  return {
    update: (rule, value, gradient, slots) => {
      checkUpdate(engine, rule, value, gradient, slots);
      const { numbers, assignments } = stepsOf(rule);
      const named = slots.map((slot, index): [string, Handle] => [`s${index}`, slot]);
      const now = new Map<string, Handle>([["x", value], ["g", gradient], ...named]);
      for (const [name, text] of assignments) {
        const expression = withNumbers(parse(text), numbers);
        now.set(name, elementwise(expression, Object.fromEntries(now)));
      }
      const of = (name: string, before: Handle): Handle => now.get(name) ?? before;
      return { value: of("x", value), slots: slots.map((slot, index) => of(`s${index}`, slot)) };
    },
  };
}

function withNumbers(
  expression: ElementwiseExpression,
  numbers: Readonly<Record<string, number>>,
): ElementwiseExpression {
  switch (expression.kind) {
    case "constant":
      return expression;
    case "input": {
      const value = numbers[expression.name];
      return value === undefined ? expression : { kind: "constant", value };
    }
    case "apply":
      return { ...expression, arguments: expression.arguments.map((each) => withNumbers(each, numbers)) };
  }
}
