import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import { EngineError } from "../engine/engine.ts";
import { readNumbers } from "../program/transfer.ts";

/** Numbers that a computation wants on the host: one for each sample of each value. */
export interface Reading {
  readonly values: readonly ArrayValue[];
  readonly samples: number;
}

/**
 * A computation that pauses wherever it needs numbers on the host. So one text serves engines that read at once and
 * engines that read later: `perform` drives it asynchronously, `performNow` synchronously.
 */
export type Task<T> = Generator<Reading, T, readonly Float64Array[]>;

/** Reads one number for each sample of each value; a shared number is repeated. */
export function* readLanes<const V extends readonly ArrayValue[]>(
  values: V,
  samples: number,
): Task<{ readonly [K in keyof V]: Float64Array }> {
  const numbers = yield { values, samples };
  return numbers as { readonly [K in keyof V]: Float64Array };
}

/** A task that reads nothing. */
export function* immediately<T>(compute: () => T): Task<T> {
  yield* [];
  return compute();
}

/** Lets `perform` serve timers and interrupts between two parts of a long task; ends it where it was interrupted. */
export function* pause(signal?: AbortSignal): Task<void> {
  yield { values: [], samples: 0 };
  signal?.throwIfAborted();
}

/** How long a task may hold the event loop, in milliseconds: timers and interrupts are served after it. */
const PATIENCE = 50;

/** When other work of the process last had its turn. */
let lastTurn = Date.now();

/** Lets timers and interrupts be served, if they have waited for long. */
async function giveTurn(): Promise<void> {
  if (Date.now() - lastTurn < PATIENCE) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  lastTurn = Date.now();
}

/** Runs a task to its end; other work of the process gets its turn about every 50 ms, also between short tasks. */
export async function perform<T>(operations: Operations, task: Task<T>): Promise<T> {
  let next = task.next();
  while (next.done !== true) {
    const { values, samples } = next.value;
    const numbers = await Promise.all(values.map((value) => readNumbers(operations, value, samples)));
    await giveTurn();
    next = task.next(numbers);
  }
  await giveTurn();
  return next.value;
}

/**
 * Runs a task to its end at once.
 * @throws EngineError where the engine can only read asynchronously.
 */
export function performNow<T>(operations: Operations, task: Task<T>): T {
  const { engine } = operations;
  let next = task.next();
  while (next.done !== true) {
    const { values, samples } = next.value;
    const numbers = values.map((value) => {
      const data = engine.readNow(value.handle);
      if (data === null) {
        throw new EngineError(engine.name, "a synchronous read", [value.handle.shape], "it reads later");
      }
      return value.batch === null
        ? new Float64Array(samples).fill(data[0] ?? Number.NaN)
        : Float64Array.from(data);
    });
    next = task.next(numbers);
  }
  return next.value;
}
