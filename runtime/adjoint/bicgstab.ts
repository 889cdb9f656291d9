import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { AdjointSolver } from "../program/definition.ts";
import { numbersFrom } from "../program/transfer.ts";
import { readLanes, type Task } from "../solve/task.ts";
import { Holder } from "../solve/vector.ts";
import type { AdjointSolution, AdjointSystem } from "./adjointSystem.ts";

type BicgstabSettings = Extract<AdjointSolver, { kind: "bicgstab" }>;

/** The vectors of the method between two rounds. */
interface Vectors {
  readonly w: Value;
  readonly r: Value;
  readonly p: Value;
  readonly v: Value;
}

/** The scalars of one sample, and whether it still runs. */
interface Lane {
  open: boolean;
  rho: number;
  alpha: number;
  omega: number;
  readonly norm: number;
  residual: number;
  iterations: number;
}

/** What the rounds of one solve share. */
interface Solve {
  readonly system: AdjointSystem;
  readonly lanes: readonly Lane[];
  readonly holder: Holder;
}

/**
 * BiCGSTAB for (I - J')w = g, from w = 0, with scalars for each sample on the host. A sample stops at
 * |g - (I - J')w| <= tolerance |g|, or where a denominator vanishes; it stays as it is then.
 * Source: van der Vorst, SIAM J. Sci. Stat. Comput. 13, 1992.
 */
export function* bicgstab(system: AdjointSystem, settings: BicgstabSettings): Task<AdjointSolution> {
  const { operations, right, samples } = system;
  const holder = new Holder(operations.engine, [...system.foreign, ...handlesOf(right)]);
  const [squares] = yield* dots(operations, samples, [[right, right]]);
  const lanes = Array.from(squares ?? [], (square): Lane => {
    const norm = Math.sqrt(square);
    const residual = norm > 0 ? 1 : 0;
    return { open: norm > 0, rho: 1, alpha: 1, omega: 1, norm, residual, iterations: 0 };
  });
  const solve: Solve = { system, lanes, holder };
  let now: Vectors = operations.engine.scope(() => {
    const zero = operations.map("0*g", { g: right });
    return { w: zero, r: right, p: zero, v: zero };
  }, vectorHandles);
  holder.hold(vectorHandles(now));
  for (let round = 0; round < settings.maximum && lanes.some(({ open }) => open); round++) {
    system.signal?.throwIfAborted();
    now = yield* secondHalf(solve, now, yield* firstHalf(solve, now));
    const [left] = yield* dots(operations, samples, [[now.r, now.r]]);
    openLanes(lanes, (lane, sample) => {
      lane.iterations += 2;
      lane.residual = Math.sqrt(left?.[sample] ?? Number.NaN) / lane.norm;
      lane.open = lane.residual > settings.tolerance && lane.omega !== 0;
    });
  }
  return {
    w: now.w,
    iterations: lanes.map(({ iterations }) => iterations),
    converged: lanes.map(({ residual }) => residual <= settings.tolerance),
    residual: lanes.map(({ residual }) => residual),
    owned: holder.release(handlesOf(now.w)),
  };
}

/** The new direction p, and v = (I - J')p. */
function* firstHalf({ system, lanes, holder }: Solve, now: Vectors): Task<Pick<Vectors, "p" | "v">> {
  const { operations, samples, right, transposed } = system;
  const [rho] = yield* dots(operations, samples, [[right, now.r]]);
  const beta = new Float64Array(lanes.length);
  openLanes(lanes, (lane, sample) => {
    const next = rho?.[sample] ?? 0;
    const value = (next / lane.rho) * (lane.alpha / lane.omega);
    lane.open = Number.isFinite(value) && next !== 0;
    lane.rho = next;
    if (lane.open) beta[sample] = value;
  });
  const half = operations.engine.scope(
    () => {
      const p = operations.map("r + b*(p - o*v)", {
        r: now.r,
        b: numbersFrom(operations, beta, system.batch),
        p: now.p,
        o: scalars(system, lanes, ({ omega }) => omega),
        v: now.v,
      });
      return { p, v: operations.map("p - j", { p, j: transposed(p) }) };
    },
    ({ p, v }) => [...handlesOf(p), ...handlesOf(v)],
  );
  holder.hold([...vectorHandles(now), ...handlesOf(half.p), ...handlesOf(half.v)]);
  const [slopes] = yield* dots(operations, samples, [[right, half.v]]);
  openLanes(lanes, (lane, sample) => {
    lane.alpha = lane.rho / (slopes?.[sample] ?? 0);
    lane.open = Number.isFinite(lane.alpha);
  });
  return half;
}

/** s = r - a v, t = (I - J')s, and the new w and r. */
function* secondHalf(
  { system, lanes, holder }: Solve,
  now: Vectors,
  half: Pick<Vectors, "p" | "v">,
): Task<Vectors> {
  const { operations, samples, transposed } = system;
  const middle = operations.engine.scope(
    () => {
      const a = scalars(system, lanes, ({ alpha }) => alpha);
      const s = operations.map("r - a*v", { r: now.r, a, v: half.v });
      return { s, t: operations.map("s - j", { s, j: transposed(s) }) };
    },
    ({ s, t }) => [...handlesOf(s), ...handlesOf(t)],
  );
  const { s, t } = middle;
  holder.hold([...vectorHandles(now), ...[half.p, half.v, s, t].flatMap(handlesOf)]);
  const [ts, tt] = yield* dots(operations, samples, [
    [t, s],
    [t, t],
  ]);
  openLanes(lanes, (lane, sample) => {
    const square = tt?.[sample] ?? 0;
    lane.omega = square === 0 ? 0 : (ts?.[sample] ?? 0) / square;
  });
  const next = operations.engine.scope(() => {
    const o = scalars(system, lanes, ({ omega }) => omega);
    const a = scalars(system, lanes, ({ alpha }) => alpha);
    const w = operations.map("w + a*p + o*s", { w: now.w, a, p: half.p, o, s });
    return { w, r: operations.map("s - o*t", { s, o, t }), ...half };
  }, vectorHandles);
  holder.hold(vectorHandles(next));
  return next;
}

function openLanes(lanes: readonly Lane[], visit: (lane: Lane, sample: number) => void): void {
  lanes.forEach((lane, sample) => {
    if (lane.open) visit(lane, sample);
  });
}

/** A scalar of each sample; 0 for those that have stopped, so that they stay as they are. */
function scalars(
  { operations, batch }: AdjointSystem,
  lanes: readonly Lane[],
  pick: (lane: Lane) => number,
): ArrayValue {
  const numbers = Float64Array.from(lanes, (lane) => (lane.open ? pick(lane) : 0));
  return numbersFrom(operations, numbers, batch);
}

function vectorHandles({ w, r, p, v }: Vectors) {
  return [w, r, p, v].flatMap(handlesOf);
}

function* dots(
  operations: Operations,
  samples: number,
  pairs: readonly (readonly [Value, Value])[],
): Task<readonly Float64Array[]> {
  const values = operations.engine.scope(
    () => pairs.map(([a, b]) => operations.dot(a, b)),
    (made) => made.map(({ handle }) => handle),
  );
  const numbers = yield* readLanes(values, samples);
  operations.engine.dispose(values.map(({ handle }) => handle));
  return numbers;
}
