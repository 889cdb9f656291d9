import type { Engine, Handle } from "../engine/engine.ts";
import { asNumber, copied, sameSpace } from "./layout.ts";
import { map, mapArrays } from "./map.ts";
import type { LoopTrace, WhileResult } from "./operations.ts";
import { ShapeError } from "./shapeError.ts";
import { type ArrayValue, handlesOf, spaceOf, type Value } from "./value.ts";

/** What is known of a mask at once: unknown where the engine reads asynchronously only. */
type Status = "none" | "some" | "all" | "unknown";

/** Which samples a mask of 0 and 1 holds. */
export function statusOf(engine: Engine, mask: ArrayValue): Status {
  const values = engine.readNow(mask.handle);
  if (values === null) return "unknown";
  if (values.every((value) => value === 0)) return "none";
  return values.every((value) => value !== 0) ? "all" : "some";
}

/** The samples of `yes` where the mask is not 0, else those of `no`; never by products. */
export function choose(engine: Engine, mask: ArrayValue, yes: Value, no: Value): Value {
  return map(engine, "select(mask, yes, no)", { mask, yes, no });
}

/** Per-sample branch. Only one side is run where it is known that all samples take it. */
export function branch(
  engine: Engine,
  condition: Value,
  whenTrue: () => readonly Value[],
  whenFalse: () => readonly Value[],
): readonly Value[] {
  const mask = asNumber("branch", condition);
  const status = statusOf(engine, mask);
  if (status === "all") return whenTrue();
  if (status === "none") return whenFalse();
  const no = whenFalse();
  return whenTrue().map((yes, index) => choose(engine, mask, yes, counterpart("branch", no, index)));
}

function counterpart(operation: string, values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined)
    throw new ShapeError(operation, values, "the sides have different numbers of results");
  return value;
}

/** What a loop consists of. */
export interface Loop {
  readonly carried: readonly Value[];
  readonly condition: (carried: readonly Value[]) => Value;
  readonly body: (carried: readonly Value[]) => readonly Value[];
  readonly maximum: number;
}

interface Round {
  readonly carried: readonly Value[];
  readonly active: ArrayValue;
}

const handlesOfRound = ({ carried, active }: Round): readonly Handle[] => [
  ...carried.flatMap(handlesOf),
  active.handle,
];

/**
 * Per-sample loop: a sample stops where its condition fails, and is left as it is from then on. Ends early where it is
 * known that no sample runs; else all `maximum` rounds are computed.
 * @throws ShapeError where the body changes the space of a carried value
 */
export function loop(engine: Engine, parts: Loop): WhileResult {
  const last = run(engine, parts, (before, round) => {
    if (round > 0) engine.dispose(handlesOfRound(before));
  });
  return { carried: last.carried, capped: last.active };
}

/** `loop`, and the values carried into each round. */
export function loopSaving(engine: Engine, parts: Loop): WhileResult & { readonly trace: LoopTrace } {
  const rounds: Round[] = [];
  const last = run(engine, parts, (before) => rounds.push(before));
  return { carried: last.carried, capped: last.active, trace: { rounds } };
}

/** The handles of a trace. */
export function handlesOfTrace(trace: LoopTrace): readonly Handle[] {
  return trace.rounds.flatMap(handlesOfRound);
}

/** Runs the rounds; `passed` gets each round's values when they have been used. All but the first are the loop's own. */
function run(engine: Engine, parts: Loop, passed: (before: Round, round: number) => void): Round {
  const { carried, condition, maximum } = parts;
  const start = asNumber("loop", condition(carried));
  let current: Round = { carried, active: mapArrays(engine, "not(not(a))", { a: start }) };
  for (let round = 0; round < maximum; round++) {
    const status = statusOf(engine, current.active);
    if (status === "none") break;
    const before = current;
    current = engine.scope(() => advanced(engine, parts, before, status === "all"), handlesOfRound);
    passed(before, round);
  }
  return current;
}

function advanced(engine: Engine, { condition, body }: Loop, before: Round, all: boolean): Round {
  const proposed = body(before.carried);
  const carried = before.carried.map((old, index) => {
    const next = counterpart("loop", proposed, index);
    if (!sameSpace(spaceOf(old), spaceOf(next))) {
      throw new ShapeError("loop", [old, next], "a round changes the space of a carried value");
    }
    return all ? copied(engine, next) : choose(engine, before.active, next, old);
  });
  const still = asNumber("loop", condition(carried));
  return { carried, active: mapArrays(engine, "and(active, still)", { active: before.active, still }) };
}
