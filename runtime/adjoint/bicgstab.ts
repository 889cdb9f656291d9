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
}

/**
 * BiCGSTAB for (I - J')w = g, from w = 0, with scalars for each sample on the host. A sample stops at
 * |g - (I - J')w| <= tolerance |g|, or where a denominator vanishes; it stays as it is then.
 * Source: van der Vorst, SIAM J. Sci. Stat. Comput. 13, 1992.
 */
export function* bicgstab(system: AdjointSystem, settings: BicgstabSettings): Task<AdjointSolution> {
  const { operations, right, samples, batch } = system;
  const { engine } = operations;
  const holder = new Holder(engine, [...system.foreign, ...handlesOf(right)]);
  const [squares] = yield* dots(operations, samples, [[right, right]]);
  const norms = Array.from(squares ?? [], Math.sqrt);
  const lanes: Lane[] = norms.map((norm) => ({ open: norm > 0, rho: 1, alpha: 1, omega: 1 }));
  const iterations = norms.map(() => 0);
  const residual = norms.map<number>((norm) => (norm > 0 ? 1 : 0));
  let now: Vectors = engine.scope(() => {
    const zero = operations.map("0*g", { g: right });
    return { w: zero, r: right, p: zero, v: zero };
  }, vectorHandles);
  holder.hold(vectorHandles(now));
  for (let round = 0; round < settings.maximum && lanes.some(({ open }) => open); round++) {
    system.signal?.throwIfAborted();
    const scalars = (pick: (lane: Lane) => number): ArrayValue =>
      numbersFrom(
        operations,
        Float64Array.from(lanes, (lane) => (lane.open ? pick(lane) : 0)),
        batch,
      );
    const before = now;
    const [rho] = yield* dots(operations, samples, [[right, before.r]]);
    const betas = lanes.map((lane, sample) => {
      const next = rho?.[sample] ?? 0;
      const beta = (next / lane.rho) * (lane.alpha / lane.omega);
      if (!Number.isFinite(beta) || next === 0) lane.open = false;
      lane.rho = next;
      return beta;
    });
    const half = engine.scope(
      () => {
        const beta = numbersFrom(operations, openOnly(lanes, betas), batch);
        const p = operations.map("r + b*(p - o*v)", {
          r: before.r,
          b: beta,
          p: before.p,
          o: scalars(({ omega }) => omega),
          v: before.v,
        });
        return { p, v: operations.map("p - j", { p, j: system.transposed(p) }) };
      },
      ({ p, v }) => [...handlesOf(p), ...handlesOf(v)],
    );
    holder.hold([...vectorHandles(before), ...handlesOf(half.p), ...handlesOf(half.v)]);
    const [slopes] = yield* dots(operations, samples, [[right, half.v]]);
    lanes.forEach((lane, sample) => {
      lane.alpha = lane.rho / (slopes?.[sample] ?? 0);
      if (!Number.isFinite(lane.alpha)) lane.open = false;
    });
    const middle = engine.scope(
      () => {
        const s = operations.map("r - a*v", { r: before.r, a: scalars(({ alpha }) => alpha), v: half.v });
        return { s, t: operations.map("s - j", { s, j: system.transposed(s) }) };
      },
      ({ s, t }) => [...handlesOf(s), ...handlesOf(t)],
    );
    holder.hold([
      ...vectorHandles({ ...before, ...half }),
      ...handlesOf(before.p),
      ...[middle.s, middle.t].flatMap(handlesOf),
    ]);
    const [ts, tt] = yield* dots(operations, samples, [
      [middle.t, middle.s],
      [middle.t, middle.t],
    ]);
    lanes.forEach((lane, sample) => {
      const square = tt?.[sample] ?? 0;
      lane.omega = square === 0 ? 0 : (ts?.[sample] ?? 0) / square;
    });
    now = engine.scope(() => {
      const omega = scalars((lane) => lane.omega);
      const alpha = scalars((lane) => lane.alpha);
      const moved = operations.map("w + a*p + o*s", {
        w: before.w,
        a: alpha,
        p: half.p,
        o: omega,
        s: middle.s,
      });
      return { w: moved, r: operations.map("s - o*t", { s: middle.s, o: omega, t: middle.t }), ...half };
    }, vectorHandles);
    holder.hold(vectorHandles(now));
    const [left] = yield* dots(operations, samples, [[now.r, now.r]]);
    lanes.forEach((lane, sample) => {
      if (!lane.open) return;
      iterations[sample] = (iterations[sample] ?? 0) + 2;
      residual[sample] = Math.sqrt(left?.[sample] ?? Number.NaN) / (norms[sample] ?? 1);
      lane.open = (residual[sample] ?? 0) > settings.tolerance && lane.omega !== 0;
    });
  }
  return {
    w: now.w,
    iterations,
    converged: residual.map((each) => each <= settings.tolerance),
    residual,
    owned: holder.release(handlesOf(now.w)),
  };
}

function vectorHandles({ w, r, p, v }: Vectors) {
  return [w, r, p, v].flatMap(handlesOf);
}

function openOnly(lanes: readonly Lane[], numbers: readonly number[]): Float64Array {
  return Float64Array.from(numbers, (number, sample) => (lanes[sample]?.open === true ? number : 0));
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
