import type { Operations } from "../../arrays/operations.ts";
import type { Value } from "../../arrays/value.ts";

/** One variable at an update. */
export interface Update {
  readonly operations: Operations;
  readonly value: Value;
  readonly gradient: Value;
  readonly slots: Readonly<Record<string, Value>>;
  /** the optimiser's rate times the variable's factor */
  readonly rate: number;
  /** the number of updates before this one */
  readonly step: number;
}

/** A variable after its update, and the optimiser's memory of it. */
export interface Updated {
  readonly value: Value;
  readonly slots: Readonly<Record<string, Value>>;
}

/** An optimiser for one variable. `slots` names what it remembers, with the number that fills it at first. */
export interface OptimiserRule {
  readonly slots: Readonly<Record<string, number>>;
  update(update: Update): Updated;
}

/** What the optimiser remembers of a variable under a name. */
export function slot({ slots }: Update, name: string): Value {
  const value = slots[name];
  if (value === undefined) throw new TypeError(`The optimiser remembers no \`${name}\`.`);
  return value;
}

/** tfjs's epsilon for single precision, its default in all optimisers. */
export const EPSILON = 1e-7;

/** An elementwise expression of values and numbers. */
export function compute(
  operations: Operations,
  expression: string,
  values: Readonly<Record<string, Value>>,
  numbers: Readonly<Record<string, number>> = {},
): Value {
  const entries = Object.entries(numbers).map(([name, value]) => [name, operations.number(value)] as const);
  return operations.map(expression, { ...values, ...Object.fromEntries(entries) });
}
