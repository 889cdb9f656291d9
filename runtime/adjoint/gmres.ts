import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { AdjointSolver } from "../program/definition.ts";
import { numbersFrom } from "../program/transfer.ts";
import { readLanes, type Task } from "../solve/task.ts";
import { Holder } from "../solve/vector.ts";
import type { AdjointSolution, AdjointSystem } from "./adjointSystem.ts";
import { LeastSquares } from "./leastSquares.ts";

type GmresSettings = Extract<AdjointSolver, { kind: "gmres" }>;

/**
 * Restarted GMRES for (I - J')w = g. The Krylov vectors of all samples are built together; each sample has its own
 * Hessenberg matrix, stops at |g - (I - J')w| <= tolerance |g|, and takes only the vectors up to there.
 * Source: Saad and Schultz, SIAM J. Sci. Stat. Comput. 7, 1986, with modified Gram-Schmidt.
 */
export function* gmres(system: AdjointSystem, settings: GmresSettings): Task<AdjointSolution> {
  const { operations, right, samples } = system;
  const { engine } = operations;
  const holder = new Holder(engine, [...system.foreign, ...handlesOf(right)]);
  const goals = yield* normOf(system, right, settings.tolerance);
  const iterations = new Array<number>(samples).fill(0);
  const residual = goals.map(({ norm }) => (norm === 0 ? 0 : 1));
  let w: Value | null = null;
  for (let taken = 0; taken < settings.maximum && residual.some((r) => !(r <= settings.tolerance));) {
    system.signal?.throwIfAborted();
    const depth = Math.min(settings.restart, settings.maximum - taken);
    const cycle: Cycle = { system, settings, depth, goals, iterations, residual, holder };
    w = yield* runCycle(cycle, w);
    taken += depth;
  }
  const solution = w ?? engine.scope(() => operations.map("0*g", { g: right }), handlesOf);
  return {
    w: solution,
    iterations,
    converged: residual.map((r) => r <= settings.tolerance),
    residual,
    owned: holder.release(handlesOf(solution)),
  };
}

interface Cycle {
  readonly system: AdjointSystem;
  readonly settings: GmresSettings;
  readonly depth: number;
  readonly goals: readonly { readonly norm: number; readonly goal: number }[];
  readonly iterations: number[];
  readonly residual: number[];
  readonly holder: Holder;
}

function* normOf(
  { operations, samples }: AdjointSystem,
  right: Value,
  tolerance: number,
): Task<readonly { readonly norm: number; readonly goal: number }[]> {
  const norm = operations.engine.scope(
    () => operations.norm2(right),
    ({ handle }) => [handle],
  );
  const [norms] = yield* readLanes([norm], samples);
  operations.engine.dispose([norm.handle]);
  return [...norms].map((each) => ({ norm: each, goal: tolerance * each }));
}

function* runCycle(cycle: Cycle, start: Value | null): Task<Value> {
  const { system, settings, depth, goals, iterations, residual, holder } = cycle;
  const { operations, samples, right } = system;
  const { engine } = operations;
  const first = engine.scope(
    () => normalised(operations, start === null ? right : residualOf(system, start)),
    ({ vector, norm }) => [...handlesOf(vector), norm.handle],
  );
  const basis: Value[] = [first.vector];
  const held = () => [...basis.flatMap(handlesOf), ...(start === null ? [] : handlesOf(start))];
  holder.hold([...held(), first.norm.handle]);
  const [norms] = yield* readLanes([first.norm], samples);
  holder.hold(held());
  const open = residual.map((r) => !(r <= settings.tolerance));
  const problems = Array.from(norms, (norm) => new LeastSquares(norm, depth));
  for (let column = 0; column < depth && open.includes(true); column++) {
    const made = engine.scope(
      () => extend(system, basis),
      ({ vector, entries }) => [...handlesOf(vector), ...entries.map(({ handle }) => handle)],
    );
    basis.push(made.vector);
    holder.hold([...held(), ...made.entries.map(({ handle }) => handle)]);
    const entries = yield* readLanes(made.entries, samples);
    holder.hold(held());
    open.forEach((isOpen, sample) => {
      if (!isOpen) return;
      const left = problems[sample]?.add(entries.map((lane) => lane[sample] ?? Number.NaN)) ?? Number.NaN;
      const { norm = 0, goal = 0 } = goals[sample] ?? {};
      iterations[sample] = (iterations[sample] ?? 0) + 1;
      residual[sample] = left / norm;
      open[sample] = left > goal;
    });
  }
  const coefficients = problems.map((problem) => problem.solve());
  const next = engine.scope(() => {
    const terms = basis.slice(0, -1).map((vector, index) => {
      const numbers = Float64Array.from(coefficients, (each) => each[index] ?? 0);
      return { vector, weight: numbersFrom(operations, numbers, system.batch) };
    });
    return combined(operations, start, right, terms);
  }, handlesOf);
  holder.hold(handlesOf(next));
  return next;
}

/** g - (w - J'w) */
function residualOf({ operations, right, transposed }: AdjointSystem, w: Value): Value {
  return operations.map("g - w + j", { g: right, w, j: transposed(w) });
}

/** v/|v|, 0 for 0, and |v|. */
function normalised(operations: Operations, v: Value): { readonly vector: Value; readonly norm: ArrayValue } {
  const norm = operations.norm2(v);
  const inverse = operations.map("select(less(0, n), 1/n, 0)", { n: norm });
  return { vector: operations.map("i*v", { i: inverse, v }), norm };
}

/** The next Krylov vector, and its column of the Hessenberg matrix. */
function extend(
  { operations, transposed }: AdjointSystem,
  basis: readonly Value[],
): { readonly vector: Value; readonly entries: readonly ArrayValue[] } {
  const last = basis.at(-1);
  if (last === undefined) throw new RangeError("a Krylov space without a first vector");
  const entries: ArrayValue[] = [];
  let rest: Value = operations.map("v - j", { v: last, j: transposed(last) });
  for (const vector of basis) {
    const entry = operations.dot(rest, vector);
    entries.push(entry);
    rest = operations.map("r - h*v", { r: rest, h: entry, v: vector });
  }
  const { vector, norm } = normalised(operations, rest);
  return { vector, entries: [...entries, norm] };
}

function combined(
  operations: Operations,
  start: Value | null,
  right: Value,
  terms: readonly { readonly vector: Value; readonly weight: ArrayValue }[],
): Value {
  return terms.reduce<Value>(
    (sum, { vector, weight }) => operations.map("s + c*v", { s: sum, c: weight, v: vector }),
    start ?? operations.map("0*g", { g: right }),
  );
}
