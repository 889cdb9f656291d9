import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { Operations } from "../arrays/operations.ts";
import type { Handle } from "../engine/engine.ts";
import type { FixedPointSolver, Values } from "../program/definition.ts";
import { acceleratorOf, type Accelerator } from "./accelerator.ts";
import { change, maskOf, squareOf, squares } from "./lanes.ts";
import { Samples } from "./samples.ts";
import { readLanes, type Task } from "./task.ts";
import { handlesOfValues, Holder, select, selectValues } from "./vector.ts";

/** One evaluation of the map: the image of x, and values that go with it. */
export interface Evaluation {
  readonly image: Value;
  /** kept for the sample's last point: states that the map does not carry, reports */
  readonly extra: Values;
  /** numbers that `stops` wants, for each sample */
  readonly numbers: readonly ArrayValue[];
}

/** What a stop rule sees of one sample: |map(x) - x|, |map(x)|, |x|, and the numbers of the evaluation. */
export interface Seen {
  readonly difference: number;
  readonly image: number;
  readonly point: number;
  readonly numbers: readonly number[];
}

/** A problem x = map(x), for each sample alone. */
export interface FixedPointProblem {
  readonly operations: Operations;
  readonly batch: number | null;
  readonly samples: number;
  readonly start: Value;
  readonly startExtra: Values;
  /** called inside a scope; `evaluation` counts from 0 */
  readonly map: (x: Value, evaluation: number) => Evaluation;
  readonly stops: (seen: Seen) => boolean;
  /** the residual to report; `change` where absent */
  readonly residual?: (seen: Seen) => number;
  /** the most evaluations of the map */
  readonly maximum: number;
  /** handles that are not to be freed */
  readonly foreign: Iterable<Handle>;
  /** samples that are to be solved; all where absent */
  readonly active?: readonly boolean[];
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((samples: Samples, evaluation: number) => void) | undefined;
}

/** The last accepted point of each sample, its image, and what went with it. */
export interface FixedPointResult {
  readonly x: Value;
  readonly image: Value;
  readonly extra: Values;
  readonly samples: Samples;
  /** what the result stands on and the caller frees */
  readonly owned: readonly Handle[];
}

interface Accepted {
  readonly x: Value;
  readonly image: Value;
  readonly extra: Values;
}

/** A proposal may not enlarge the residual by more than this. */
const GROWTH = 2;
/** Accepted residuals stay below SUM_BOUND r0 (n + 1)^-(1 + e), n accepted proposals: their sum is finite. */
const SUM_BOUND = 10;
const SUM_EXPONENT = 1 + 1e-6;
/** A proposal may not go farther than so many plain steps at once. */
const REACH = 300;

/**
 * Solves x = map(x), for each sample alone. A proposal of the accelerator is refused where its residual is not finite,
 * or larger than the safeguard allows; such a sample goes on with the plain image of its last good point. A proposal
 * that lies `REACH` plain steps away or more gives way to the plain image: along directions that the map keeps (the
 * null space of A in ISTA) residuals stay small however far a proposal goes. For a nonexpansive map with a fixed point
 * this converges: the accepted residuals are summable and the proposals bounded by them, all else are plain steps
 * (after Zhang, O'Donoghue, Boyd, SIAM J. Optim. 30, 2020; Fu, Zhang, Boyd, SIAM J. Sci. Comput. 42, 2020). A sample
 * that ended stays as it is. The number of handles does not grow with the evaluations.
 */
export function* solveFixedPoint(
  problem: FixedPointProblem,
  solver: FixedPointSolver,
): Task<FixedPointResult> {
  const { operations, batch } = problem;
  const { engine } = operations;
  const accelerator = acceleratorOf(solver, problem);
  const guard = new Safeguard(problem.samples, accelerator.safeguarded);
  const samples = startSamples(problem);
  const holder = new Holder(engine, [
    ...problem.foreign,
    ...handlesOf(problem.start),
    ...handlesOfValues(problem.startExtra),
  ]);
  let best: Accepted = { x: problem.start, image: problem.start, extra: problem.startExtra };
  let x = problem.start;
  try {
    for (let evaluation = 0; samples.running && evaluation < problem.maximum; evaluation++) {
      problem.signal?.throwIfAborted();
      const at = x;
      const now = yield* evaluate(problem, at, evaluation);
      const verdict = judge(problem, samples, guard, now.seen);
      const [reached, good] = [{ x: at, image: now.image, extra: now.extra }, best];
      holder.hold([...acceptedHandles(reached), ...acceptedHandles(good), ...accelerator.handles()]);
      best = verdict.accepted.includes(false)
        ? engine.scope(
            () => merge(operations, maskOf(operations, verdict.accepted, batch), reached, good),
            acceptedHandles,
          )
        : reached;
      holder.hold([...acceptedHandles(best), ...handlesOf(at), ...accelerator.handles()]);
      problem.progress?.(samples, evaluation + 1);
      if (!samples.running) break;
      x = yield* nextPoint(problem, accelerator, best, verdict.refused, samples);
      holder.hold([...acceptedHandles(best), ...handlesOf(x), ...accelerator.handles()]);
    }
  } catch (error) {
    holder.release();
    throw error;
  }
  return { ...best, samples, owned: holder.release(acceptedHandles(best)) };
}

function startSamples({ samples: count, active }: FixedPointProblem): Samples {
  const samples = new Samples(count);
  active?.forEach((runs, sample) => {
    samples.active[sample] = runs;
  });
  return samples;
}

function acceptedHandles({ x, image, extra }: Accepted): readonly Handle[] {
  return [...handlesOf(x), ...handlesOf(image), ...handlesOfValues(extra)];
}

function merge(operations: Operations, mask: ArrayValue, reached: Accepted, good: Accepted): Accepted {
  return {
    x: select(operations, mask, reached.x, good.x),
    image: select(operations, mask, reached.image, good.image),
    extra: selectValues(operations, mask, reached.extra, good.extra),
  };
}

function* evaluate(
  problem: FixedPointProblem,
  x: Value,
  evaluation: number,
): Task<{ readonly image: Value; readonly extra: Values; readonly seen: readonly Seen[] }> {
  const { operations, samples } = problem;
  const made = operations.engine.scope(
    () => {
      const { image, extra, numbers } = problem.map(x, evaluation);
      return { image, extra, numbers: [...squares(operations, image, x), ...numbers] };
    },
    ({ image, extra, numbers }) => [
      ...handlesOf(image),
      ...handlesOfValues(extra),
      ...numbers.map(({ handle }) => handle),
    ],
  );
  const numbers = yield* readLanes(made.numbers, samples);
  const used = new Set([...handlesOf(made.image), ...handlesOfValues(made.extra), ...handlesOf(x)]);
  operations.engine.dispose(made.numbers.map(({ handle }) => handle).filter((handle) => !used.has(handle)));
  const root = (index: number, sample: number): number => Math.sqrt(numbers[index]?.[sample] ?? Number.NaN);
  const seen = Array.from({ length: samples }, (_, sample) => ({
    difference: root(0, sample),
    image: root(1, sample),
    point: root(2, sample),
    numbers: numbers.slice(3).map((lane) => lane[sample] ?? Number.NaN),
  }));
  return { image: made.image, extra: made.extra, seen };
}

interface Verdict {
  readonly accepted: readonly boolean[];
  readonly refused: readonly boolean[];
}

function judge(
  problem: FixedPointProblem,
  samples: Samples,
  guard: Safeguard,
  seen: readonly Seen[],
): Verdict {
  const accepted = new Array<boolean>(samples.count).fill(false);
  const refused = new Array<boolean>(samples.count).fill(false);
  samples.forEachActive((sample) => {
    const now = seen[sample];
    if (now === undefined) return;
    samples.iterations[sample] = (samples.iterations[sample] ?? 0) + 1;
    const finite = Number.isFinite(now.difference) && Number.isFinite(now.image);
    if (!finite && guard.isPlain(sample)) return samples.end(sample, "not_finite", false);
    if (!finite || !guard.admits(sample, now.difference)) {
      refused[sample] = true;
      guard.refuse(sample);
      return;
    }
    accepted[sample] = true;
    guard.accept(sample, now.difference);
    samples.residual[sample] =
      problem.residual?.(now) ?? change(now.difference ** 2, now.image ** 2, now.point ** 2);
    if (problem.stops(now)) samples.end(sample, "until", true);
  });
  return { accepted, refused };
}

function* nextPoint(
  { operations, batch }: FixedPointProblem,
  accelerator: Accelerator,
  best: Accepted,
  refused: readonly boolean[],
  samples: Samples,
): Task<Value> {
  const { x, image } = best;
  const proposal = yield* accelerator.next({ x, image, restart: refused, active: samples.active });
  if (!accelerator.safeguarded) return proposal;
  const follows = samples.active.map((runs, sample) => runs && refused[sample] !== true);
  const point = operations.engine.scope(() => {
    const mask = maskOf(operations, follows, batch);
    const jump = squareOf(operations, operations.map("a - b", { a: proposal, b: x }));
    const step = squareOf(operations, operations.map("a - b", { a: image, b: x }));
    const inputs = { mask, jump, step, proposal, image };
    return operations.map(`select(and(mask, jump <= ${REACH ** 2}*step), proposal, image)`, inputs);
  }, handlesOf);
  const held = new Set([...acceptedHandles(best), ...accelerator.handles()]);
  operations.engine.dispose(handlesOf(proposal).filter((handle) => !held.has(handle)));
  return point;
}

/** The residuals of each sample that the next proposal is measured against. */
class Safeguard {
  private readonly checks: boolean;
  private readonly plain: boolean[];
  private readonly first: number[];
  private readonly last: number[];
  private readonly proposals: number[];

  constructor(samples: number, checks: boolean) {
    this.checks = checks;
    this.plain = new Array<boolean>(samples).fill(true);
    this.first = new Array<number>(samples).fill(Number.NaN);
    this.last = new Array<number>(samples).fill(Number.POSITIVE_INFINITY);
    this.proposals = new Array<number>(samples).fill(0);
  }

  /** Whether the sample stands at a plain image, or at its start. */
  isPlain(sample: number): boolean {
    return !this.checks || this.plain[sample] === true;
  }

  /** Whether a residual may be accepted. */
  admits(sample: number, residual: number): boolean {
    if (this.isPlain(sample)) return true;
    const decay = ((this.proposals[sample] ?? 0) + 1) ** -SUM_EXPONENT;
    const bound = SUM_BOUND * (this.first[sample] ?? Number.POSITIVE_INFINITY) * decay;
    return residual <= Math.min(GROWTH * (this.last[sample] ?? Number.POSITIVE_INFINITY), bound);
  }

  /** Notes an accepted residual; the next point will be a proposal. */
  accept(sample: number, residual: number): void {
    if (Number.isNaN(this.first[sample])) this.first[sample] = residual;
    if (!this.isPlain(sample)) this.proposals[sample] = (this.proposals[sample] ?? 0) + 1;
    this.last[sample] = residual;
    this.plain[sample] = false;
  }

  /** The next point will be a plain image. */
  refuse(sample: number): void {
    this.plain[sample] = true;
  }
}
