import type { Operations } from "../arrays/operations.ts";
import { handlesOf, spaceOf, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { adadelta, type AdadeltaSettings } from "./optimisers/adadelta.ts";
import { adagrad, type AdagradSettings } from "./optimisers/adagrad.ts";
import { adam, type AdamSettings } from "./optimisers/adam.ts";
import { adamax, type AdamaxSettings } from "./optimisers/adamax.ts";
import { momentum, type MomentumSettings } from "./optimisers/momentum.ts";
import { rmsprop, type RmspropSettings } from "./optimisers/rmsprop.ts";
import type { OptimiserRule, Renumber } from "./optimisers/rule.ts";
import { sgd, type SgdSettings } from "./optimisers/sgd.ts";

/** The optimisers of tfjs with their settings; update rules and defaults are those of tfjs-core 4. */
export type OptimiserSettings =
  | SgdSettings
  | MomentumSettings
  | RmspropSettings
  | AdagradSettings
  | AdadeltaSettings
  | AdamSettings
  | AdamaxSettings;

/** What an optimiser remembers: the number of its updates, and its slots by variable. */
export interface OptimiserState {
  readonly step: number;
  readonly slots: ReadonlyMap<string, Readonly<Record<string, Value>>>;
}

/** The state of an optimiser that has seen nothing. */
export const FRESH: OptimiserState = { step: 0, slots: new Map() };

/** An optimiser's rule for one variable. */
function ruleOf(settings: OptimiserSettings): OptimiserRule {
  switch (settings.name) {
    case "sgd":
      return sgd();
    case "momentum":
      return momentum(settings);
    case "rmsprop":
      return rmsprop(settings);
    case "adagrad":
      return adagrad(settings);
    case "adadelta":
      return adadelta(settings);
    case "adam":
      return adam(settings);
    case "adamax":
      return adamax(settings);
  }
}

/** The learning rate of the settings, or tfjs's default. */
export function rateOf(settings: OptimiserSettings): number {
  return settings.rate ?? (settings.name === "adamax" ? 0.002 : 0.001);
}

/** A variable with its gradient at an update. */
export interface Step {
  readonly key: string;
  readonly value: Value;
  readonly gradient: Value;
  /** of the optimiser's rate */
  readonly factor: number;
}

/** Variables after an update, and the optimiser's state. */
export interface Stepped {
  readonly values: ReadonlyMap<string, Value>;
  readonly state: OptimiserState;
}

/** Whether an update can be recorded and repeated: its numbers stay the same, or engines are told new ones. */
export function isRepeatable({ name }: OptimiserSettings): boolean {
  return name !== "adamax";
}

/**
 * One update of some variables; the slots of the others stay. Where it is recorded, `recorded` takes what is to be
 * called before each replay. Call it inside a scope.
 */
export function optimise(
  operations: Operations,
  settings: OptimiserSettings,
  state: OptimiserState,
  steps: readonly Step[],
  recorded: Renumber[] | null = null,
): Stepped {
  const rule = ruleOf(settings);
  const rate = rateOf(settings);
  const values = new Map<string, Value>();
  const slots = new Map(state.slots);
  for (const { key, value, gradient, factor } of steps) {
    const remembered = state.slots.get(key) ?? startSlots(operations, rule, value);
    const updated = rule.update({
      operations,
      value,
      gradient,
      slots: remembered,
      rate: rate * factor,
      step: state.step,
      recorded,
    });
    values.set(key, updated.value);
    slots.set(key, updated.slots);
  }
  return { values, state: { step: state.step + 1, slots } };
}

function startSlots(
  operations: Operations,
  rule: OptimiserRule,
  value: Value,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(rule.slots);
  return Object.fromEntries(entries.map(([name, first]) => [name, operations.fill(first, spaceOf(value))]));
}

/** The handles of an optimiser's state. */
export function stateHandles({ slots }: OptimiserState): readonly Handle[] {
  return [...slots.values()].flatMap((named) => Object.values(named).flatMap(handlesOf));
}
