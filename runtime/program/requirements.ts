import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue } from "../arrays/value.ts";
import { readLanes, type Task } from "../solve/task.ts";
import { BindingError } from "./bindingError.ts";
import { inInterval, intervalText } from "./checks.ts";
import type { IntervalDeclaration, Known, Requirement } from "./definition.ts";
import { guarded, OpenName } from "./openNames.ts";

/**
 * Tests what a program requires of bound numbers, sample by sample; gives the requirements that wait for names which
 * are not known yet.
 * @throws BindingError IPX8007
 */
export function* requireBound(
  operations: Operations,
  requirements: readonly Requirement[],
  known: Known,
  samples: number,
): Task<readonly Requirement[]> {
  if (!operations.engine.computes) return [];
  const waiting: Requirement[] = [];
  for (const requirement of requirements) {
    const measured = measure(operations, requirement, known);
    if (measured === null) {
      waiting.push(requirement);
      continue;
    }
    const lanes = yield* readLanes(measured, samples);
    operations.engine.dispose(measured.flatMap(handlesOf));
    const [smallest, largest, lows, highs] = lanes;
    for (let sample = 0; sample < samples; sample++) {
      const interval = {
        low: lows[sample] ?? Number.NaN,
        high: highs[sample] ?? Number.NaN,
        lowOpen: requirement.lowOpen,
        highOpen: requirement.highOpen,
      };
      const values = [smallest[sample] ?? Number.NaN, largest[sample] ?? Number.NaN];
      const stray = values.find((value) => !lies(operations, value, interval));
      if (stray !== undefined) throw outside(requirement, stray, interval, samples > 1 ? sample : null);
    }
  }
  return waiting;
}

/** Smallest and largest entry, lower and upper end; null where a name is open. */
function measure(
  operations: Operations,
  { evaluate }: Requirement,
  known: Known,
): readonly [ArrayValue, ArrayValue, ArrayValue, ArrayValue] | null {
  try {
    return operations.engine.scope(
      () => {
        const { value, low, high } = evaluate(operations, guarded(known));
        return [
          operations.minimum(value),
          operations.maximum(value),
          // numbers of their own, since an end may be an array that is known, and these are freed
          low === null ? operations.number(Number.NEGATIVE_INFINITY) : operations.minimum(low),
          high === null ? operations.number(Number.POSITIVE_INFINITY) : operations.maximum(high),
        ] as const;
      },
      (numbers) => numbers.flatMap(handlesOf),
    );
  } catch (error) {
    if (error instanceof OpenName) return null;
    throw error;
  }
}

/** Whether a number lies in an interval whose closed ends are known up to rounding. */
function lies({ engine }: Operations, value: number, interval: IntervalDeclaration): boolean {
  const room = engine.significand === 53 ? 1e-12 : 1e-6;
  const { low, high, lowOpen, highOpen } = interval;
  return inInterval(value, {
    ...interval,
    low: lowOpen ? low : low - room * Math.abs(low),
    high: highOpen ? high : high + room * Math.abs(high),
  });
}

function outside(
  { name, of, written, computed }: Requirement,
  value: number,
  { low, high, lowOpen, highOpen }: IntervalDeclaration,
  sample: number | null,
): BindingError {
  const short = (end: number): number => (Number.isFinite(end) ? Number(end.toPrecision(6)) : end);
  const now = intervalText({ low: short(low), high: short(high), lowOpen, highOpen });
  const where = sample === null ? "" : ` in sample ${sample}`;
  return new BindingError("IPX8007", name, {
    what: `${of} is ${short(value)}${where}, outside ${written}${computed ? `, which is ${now}` : ""}.`,
    why: "The program is meant for values inside; its steps and proofs rest on it.",
    hint: `Bind other data, so that it lies in ${computed ? now : written}.`,
  });
}
