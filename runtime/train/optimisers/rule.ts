import type { Operations } from "../../arrays/operations.ts";
import { type ArrayValue, type Value } from "../../arrays/value.ts";
import type { Handle } from "../../engine/engine.ts";
import type { Updated as HandlesUpdated, UpdateRule } from "../../engine/update.ts";

/** Gives a recorded update the numbers of step `step`, for the replays to come. */
export type Renumber = (step: number) => void;

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
  /** where the update is recorded, what is to be called before each replay */
  readonly recorded: Renumber[] | null;
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

/** An update that engines have, by its rule in each step; `names` are those of the rule's slots, in its order. */
export function byEngine(
  update: Update,
  ruleAt: (step: number) => UpdateRule,
  names: readonly string[],
): Updated {
  const slots = names.map((name) => slot(update, name));
  const [value = update.value, ...remembered] = moved(update, ruleAt, [
    update.value,
    update.gradient,
    ...slots,
  ]);
  return { value, slots: Object.fromEntries(remembered.map((each, index) => [names[index] ?? "", each])) };
}

/** The value and its slots after an update, of a value, its gradient and its slots; products part by part. */
function moved(
  update: Update,
  ruleAt: (step: number) => UpdateRule,
  values: readonly Value[],
): readonly Value[] {
  const [model] = values;
  if (model?.kind === "product") {
    const parts = model.parts.map((_, part) =>
      moved(
        update,
        ruleAt,
        values.map((value) => (value.kind === "product" ? (value.parts[part] ?? value) : value)),
      ),
    );
    const kept = [values[0], ...values.slice(2)];
    return kept.map((_, index) => ({
      kind: "product",
      parts: parts.flatMap((part) => part[index] ?? []),
    }));
  }
  const [value, gradient, ...slots] = values.filter((each): each is ArrayValue => each.kind === "array");
  if (value === undefined || gradient === undefined) throw new TypeError("an update without a gradient");
  const after = updated(update, ruleAt, [value.handle, gradient.handle, slots.map(({ handle }) => handle)]);
  return [after.value, ...after.slots].map((handle) => ({ ...value, handle }));
}

function updated(
  { operations, step, recorded }: Update,
  ruleAt: (step: number) => UpdateRule,
  arrays: readonly [value: Handle, gradient: Handle, slots: readonly Handle[]],
): HandlesUpdated {
  const { engine } = operations;
  if (recorded === null || engine.recorder === null) return engine.update(ruleAt(step), ...arrays);
  const { renumber, ...after } = engine.recorder.update(ruleAt(step), ...arrays);
  recorded.push((later) => {
    renumber(ruleAt(later));
  });
  return after;
}
