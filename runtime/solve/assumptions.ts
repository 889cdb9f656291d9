import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import { inInterval } from "../program/checks.ts";
import type { StateDeclaration, Values } from "../program/definition.ts";

/** The states with an assumed interval, which is checked while running. */
export function assumingStates(states: readonly StateDeclaration[]): readonly StateDeclaration[] {
  return states.filter(({ assumedInterval }) => assumedInterval !== null);
}

/** The smallest and the largest entry of each such state, for each sample. */
export function extremes(
  operations: Operations,
  states: readonly StateDeclaration[],
  values: Values,
): readonly ArrayValue[] {
  return states.flatMap(({ name }) => {
    const value = values[name];
    return value === undefined ? [] : [operations.minimum(value), operations.maximum(value)];
  });
}

/** Which samples have left which interval, collected over a run. */
export class Assumptions {
  private readonly states: readonly StateDeclaration[];
  private readonly left: ReadonlyMap<string, Set<number>>;

  constructor(states: readonly StateDeclaration[]) {
    this.states = states;
    this.left = new Map(states.map(({ name }) => [name, new Set<number>()]));
  }

  /** Takes the numbers of `extremes`, of the samples that run. */
  observe(numbers: readonly Float64Array[], active: readonly boolean[]): void {
    this.states.forEach(({ name, assumedInterval }, index) => {
      if (assumedInterval === null) return;
      const [low, high] = [numbers[2 * index], numbers[2 * index + 1]];
      active.forEach((runs, sample) => {
        const inside =
          inInterval(low?.[sample] ?? Number.NaN, assumedInterval) &&
          inInterval(high?.[sample] ?? Number.NaN, assumedInterval);
        if (runs && !inside) this.left.get(name)?.add(sample);
      });
    });
  }

  /** The states whose interval was left. */
  broken(): readonly { readonly state: string; readonly samples: readonly number[] }[] {
    return [...this.left]
      .filter(([, samples]) => samples.size > 0)
      .map(([state, samples]) => ({ state, samples: [...samples].sort((a, b) => a - b) }));
  }
}
