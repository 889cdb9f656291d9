import type { Engine, Handle } from "../engine/engine.ts";
import { zeros } from "./construct.ts";
import { choose, statusOf } from "./control.ts";
import { copied } from "./layout.ts";
import { map } from "./map.ts";
import type { LoopTrace } from "./operations.ts";
import { ShapeError } from "./shapeError.ts";
import { type ArrayValue, handlesOf, spaceOf, type Value } from "./value.ts";

interface Cotangents {
  readonly carried: readonly Value[];
  readonly captured: readonly Value[];
}

/** The reverse of one round: see `Operations.loopAdjoint`. */
export type RoundAdjoint = (
  carried: readonly Value[],
  cotangents: readonly Value[],
  active: ArrayValue,
) => Cotangents;

const handlesOfCotangents = ({ carried, captured }: Cotangents): readonly Handle[] =>
  [...carried, ...captured].flatMap(handlesOf);

/**
 * The reverse of a loop over its trace. Samples that had stopped pass their cotangents through. The body sees zeros as
 * their cotangents, and values of a round that they ran as their inputs, so that nothing it computes for them is NaN
 * and contributions that it sums over the samples are those of the running ones.
 */
export function loopAdjoint(
  engine: Engine,
  trace: LoopTrace,
  cotangents: readonly Value[],
  body: RoundAdjoint,
  captured: readonly Value[],
): Cotangents {
  const { rounds } = trace;
  const [first] = rounds;
  if (first === undefined) return { carried: cotangents, captured };
  const fallback = safeStart(engine, first);
  let current: Cotangents = { carried: cotangents, captured };
  for (let round = rounds.length - 1; round >= 0; round--) {
    const before = current;
    const { carried, active } = rounds[round] ?? first;
    current = engine.scope(
      () => reversed(engine, { carried, active, fallback }, before, body),
      handlesOfCotangents,
    );
    if (round < rounds.length - 1) engine.dispose(handlesOfCotangents(before));
  }
  return current;
}

interface RoundValues {
  readonly carried: readonly Value[];
  readonly active: ArrayValue;
  readonly fallback: readonly Value[];
}

function reversed(engine: Engine, values: RoundValues, after: Cotangents, body: RoundAdjoint): Cotangents {
  const { carried, active, fallback } = values;
  const zero = (value: Value): Value => zeros(engine, spaceOf(value));
  const all = statusOf(engine, active) === "all";
  const running = (yes: Value, no: () => Value): Value => (all ? yes : choose(engine, active, yes, no()));
  const safe = carried.map((value, index) => running(value, () => at(fallback, index)));
  const zeroed = after.carried.map((value) => running(value, () => zero(value)));
  const result = body(safe, zeroed, active);
  return {
    carried: after.carried.map((value, index) =>
      copied(
        engine,
        running(at(result.carried, index), () => value),
      ),
    ),
    captured: after.captured.map((sum, index) => {
      const contribution = at(result.captured, index);
      const term = isShared(contribution) ? contribution : running(contribution, () => zero(contribution));
      return map(engine, "sum + term", { sum, term });
    }),
  };
}

function isShared(value: Value): boolean {
  return value.kind === "array" ? value.batch === null : value.parts.every(isShared);
}

function at(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined)
    throw new ShapeError("loopAdjoint", values, "the body has other numbers of results");
  return value;
}

/**
 * Values that the body can take for samples that have stopped: those they started with, if they ran at all; else those
 * of a sample that ran.
 */
function safeStart(engine: Engine, { carried, active }: LoopTrace["rounds"][number]): readonly Value[] {
  const running = engine.readNow(active.handle)?.findIndex((value) => value !== 0) ?? -1;
  if (active.batch === null || running < 0) return carried;
  return carried.map((value) => choose(engine, active, value, sampleOf(engine, value, running)));
}

/** One sample, shared by all. */
function sampleOf(engine: Engine, value: Value, index: number): Value {
  if (value.kind === "product")
    return { ...value, parts: value.parts.map((part) => sampleOf(engine, part, index)) };
  if (value.batch === null) return value;
  const handle = engine.gather(value.handle, [index], 0);
  return { ...value, batch: null, handle: engine.reshape(handle, value.handle.shape.slice(1)) };
}
