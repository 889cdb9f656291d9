import type { ArrayValue } from "../arrays/value.ts";
import type { Known, Values } from "../program/definition.ts";
import { assumingStates, extremes } from "./assumptions.ts";
import type { Batch } from "./batch.ts";
import { measuredStates } from "./finish.ts";
import { change, squareOf, squares } from "./lanes.ts";
import type { Samples } from "./samples.ts";
import { pack } from "./vector.ts";

/** What is found of a state and an earlier one, a number for each sample. */
export interface TestNumbers {
  /** of their difference, of the later and of the earlier one, arrays alone */
  readonly squares: readonly [Float64Array, Float64Array, Float64Array];
  /** the square of the numbers among the states; null where all states are measured */
  readonly beside: Float64Array | null;
  readonly until: Float64Array | null;
  readonly capped: Float64Array | null;
  readonly extremes: readonly Float64Array[];
}

/** What is measured of states and of those of a test before; `tests` says whether the program's `until` is asked. */
export function testLanes(
  { operations, definition }: Batch,
  tests: boolean,
  known: Known,
  { states, reports }: { readonly states: Values; readonly reports: Values },
  before: Values,
): readonly ArrayValue[] {
  const { measured, others } = measuredStates({ definition });
  const asked = tests ? definition.until : null;
  return [
    ...squares(operations, pack(operations, measured, states), pack(operations, measured, before)),
    ...(others.length === 0 ? [] : [squareOf(operations, pack(operations, others, states))]),
    ...(asked === null ? [] : [asked(operations, known, states, before, reports)]),
    ...extremes(operations, assumingStates(definition.states), states),
  ];
}

/** The numbers of `testLanes` by what they say; `capped` are those of loops that ended at their cap, if there are any. */
export function testNumbers(
  { definition }: Pick<Batch, "definition">,
  tests: boolean,
  numbers: readonly Float64Array[],
  capped: Float64Array | null,
): TestNumbers {
  const [difference = EMPTY, next = EMPTY, previous = EMPTY, ...more] = numbers;
  const hasOthers = measuredStates({ definition }).others.length > 0;
  const rest = hasOthers ? more.slice(1) : more;
  const isAsked = tests && definition.until !== null;
  return {
    squares: [difference, next, previous],
    beside: hasOthers ? (more[0] ?? EMPTY) : null,
    until: isAsked ? (rest[0] ?? EMPTY) : null,
    capped,
    extremes: isAsked ? rest.slice(1) : rest,
  };
}

const EMPTY = new Float64Array(0);

/**
 * Notes what a test found `count` steps after the one before; the answer says whose states are finite, samples that had
 * ended among them.
 */
export function judge(
  samples: Samples,
  { squares: [difference, next, previous], beside, until, capped }: TestNumbers,
  taken: number,
  count: number,
  tests: boolean,
): readonly boolean[] {
  const finite = samples.active.map(() => true);
  samples.forEachActive((sample) => {
    const [d = Number.NaN, n = Number.NaN, p = Number.NaN] = [
      difference[sample],
      next[sample],
      previous[sample],
    ];
    if (!Number.isFinite(d) || !Number.isFinite(n) || !Number.isFinite(beside?.[sample] ?? 0)) {
      finite[sample] = false;
      samples.iterations[sample] = taken - count;
      samples.end(sample, "not_finite", false);
      return;
    }
    samples.iterations[sample] = taken;
    samples.residual[sample] = change(d, n, p);
    const hitCap = (capped?.[sample] ?? 0) !== 0;
    samples.converged[sample] = !tests && !hitCap;
    if ((until?.[sample] ?? 0) !== 0 && !hitCap) samples.end(sample, "until", true);
  });
  return finite;
}

/** Samples that took all steps of a run without a test did what was asked for. */
export function closeFixed(samples: Samples): void {
  samples.forEachActive((sample) => {
    samples.end(sample, "fixed_steps", samples.converged[sample] ?? false);
  });
}
