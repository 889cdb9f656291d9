import { type Loss, type Model, realArray, train, type TrainingBatch } from "ipc/runtime";
import type { Opened } from "./case.ts";

/** What a training step is made of. */
export interface TrainingCase {
  readonly batch: TrainingBatch;
  readonly samples: number;
  readonly loss: Loss;
  readonly rate: number;
}

/** Steps whose losses are compared. */
const CHECKED_STEPS = 5;

/**
 * Steps of one training that goes on for as long as it is asked for steps: the batch is held back until then, so that
 * the time between the asking and the step's report is that of steps alone.
 */
export function training(model: Model, { batch, samples, loss, rate }: TrainingCase): Opened {
  const gate = new Gate();
  const stop = new AbortController();
  const losses: number[] = [];
  const trained = train(model.program, {
    data: async () => {
      await gate.passed();
      return batch;
    },
    loss,
    optimiser: { name: "adam", rate, epsilon: 1e-8 },
    batch: samples,
    steps: Number.MAX_SAFE_INTEGER,
    signal: stop.signal,
    progress: (step) => {
      losses.push(step.loss);
      gate.done();
    },
  });
  const failed = trained.then(() => {
    throw new Error("the training ended");
  });
  const steps = (count: number): Promise<void> => Promise.race([gate.open(count), failed]);
  return {
    check: async () => {
      await steps(CHECKED_STEPS);
      return { result: realArray([CHECKED_STEPS], Float64Array.from(losses.slice(0, CHECKED_STEPS))) };
    },
    time: async (repeats) => {
      const start = performance.now();
      await steps(repeats);
      return (performance.now() - start) / 1000;
    },
    close: async () => {
      stop.abort();
      failed.catch(() => undefined);
      await Promise.race([gate.open(1), trained]);
      const { parameters } = await trained;
      const handles = [...parameters.values()].flat();
      const { engine } = model.program.operations;
      engine.dispose(handles.flatMap((value) => (value.kind === "array" ? [value.handle] : [])));
      model.dispose();
    },
  };
}

/** Lets as many steps pass as it was opened for. */
class Gate {
  private left = 0;
  private wake: (() => void) | null = null;
  private finished: (() => void) | null = null;
  private running = 0;

  /** Lets `count` steps pass; ends when all of them are done. */
  open(count: number): Promise<void> {
    this.left += count;
    this.running += count;
    this.wake?.();
    this.wake = null;
    return new Promise((resolve) => {
      this.finished = resolve;
    });
  }

  /** Waits for leave to take a step. */
  async passed(): Promise<void> {
    while (this.left === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.left -= 1;
  }

  done(): void {
    this.running -= 1;
    if (this.running === 0) this.finished?.();
  }
}
