import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type Value } from "../arrays/value.ts";
import type { FixedPointSolver } from "../program/definition.ts";
import type { Accelerator, AcceleratorSetting, AcceleratorStep } from "./accelerator.ts";
import { maskOf } from "./lanes.ts";
import { immediately } from "./task.ts";

type BroydenSettings = Extract<FixedPointSolver, { kind: "broyden" }>;

/** The inverse Jacobian of r(x) = map(x) - x as -I plus the sum of u v'. */
interface Update {
  readonly u: Value;
  readonly v: Value;
}

/**
 * Broyden's first method with limited memory, for each sample alone: the next point is x - H r, where H starts as -I
 * (a plain step) and is updated by H <- H + (dx - H dr) (dx' H)/(dx' H dr). After `memory` updates it starts afresh.
 * An update whose denominator is lost in rounding is left out.
 * Source: Broyden, Math. Comp. 19, 1965; Bai, Kolter, Koltun, NeurIPS 2019.
 */
export function broyden({ memory }: BroydenSettings, setting: AcceleratorSetting): Accelerator {
  const { operations, batch } = setting;
  let updates: readonly Update[] = [];
  let last: { readonly x: Value; readonly residual: Value } | null = null;

  const next = ({ x, image, restart }: AcceleratorStep): Value => {
    const before = last;
    const made = operations.engine.scope(
      () => {
        const residual = operations.map("a - b", { a: image, b: x });
        const kept = updates.length === memory ? [] : forget(operations, updates, restart, batch);
        const added = before === null ? kept : [...kept, update(operations, kept, { x, residual }, before)];
        return { residual, updates: added, point: propose(operations, added, x, residual) };
      },
      (result) =>
        [result.residual, result.point, ...result.updates.flatMap(({ u, v }) => [u, v])].flatMap(handlesOf),
    );
    last = { x, residual: made.residual };
    updates = made.updates;
    return made.point;
  };
  return {
    safeguarded: true,
    next: (step) => immediately(() => next(step)),
    handles: () => [
      ...updates.flatMap(({ u, v }) => [...handlesOf(u), ...handlesOf(v)]),
      ...(last === null ? [] : [...handlesOf(last.x), ...handlesOf(last.residual)]),
    ],
  };
}

/** The updates without those of some samples. */
function forget(
  operations: Operations,
  updates: readonly Update[],
  restart: readonly boolean[],
  batch: number | null,
): readonly Update[] {
  if (!restart.includes(true)) return updates;
  const keeps = maskOf(
    operations,
    restart.map((forgets) => !forgets),
    batch,
  );
  return updates.map(({ u, v }) => ({ u: operations.map("k*u", { k: keeps, u }), v }));
}

function update(
  operations: Operations,
  updates: readonly Update[],
  now: { readonly x: Value; readonly residual: Value },
  before: { readonly x: Value; readonly residual: Value },
): Update {
  const dx = operations.map("a - b", { a: now.x, b: before.x });
  const dr = operations.map("a - b", { a: now.residual, b: before.residual });
  const image = applied(operations, updates, dr, "v", "u");
  const v = applied(operations, updates, dx, "u", "v");
  const inverse = operations.map("select(less(1e-7*sqrt(p*q), abs(d)), 1/d, 0)", {
    d: operations.dot(v, dr),
    p: operations.dot(v, v),
    q: operations.dot(dr, dr),
  });
  return { u: operations.map("w*(a - b)", { w: inverse, a: dx, b: image }), v };
}

/** H x with `from` = v and `to` = u; H' x with the two exchanged. */
function applied(
  operations: Operations,
  updates: readonly Update[],
  x: Value,
  from: keyof Update,
  to: keyof Update,
): Value {
  return updates.reduce<Value>(
    (sum, each) => operations.map("s + c*t", { s: sum, c: operations.dot(each[from], x), t: each[to] }),
    operations.map("-x", { x }),
  );
}

function propose(operations: Operations, updates: readonly Update[], x: Value, residual: Value): Value {
  const image = applied(operations, updates, residual, "v", "u");
  return operations.map("x - h", { x, h: image });
}
