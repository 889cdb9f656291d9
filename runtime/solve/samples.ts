import type { Reason } from "./result.ts";

/** What is known on the host of each sample of a running batch. */
export class Samples {
  readonly count: number;
  readonly active: boolean[];
  readonly iterations: number[];
  readonly residual: number[];
  readonly reason: Reason[];
  readonly converged: boolean[];

  constructor(count: number) {
    this.count = count;
    this.active = new Array<boolean>(count).fill(true);
    this.iterations = new Array<number>(count).fill(0);
    this.residual = new Array<number>(count).fill(Number.NaN);
    this.reason = new Array<Reason>(count).fill("cap");
    this.converged = new Array<boolean>(count).fill(false);
  }

  /** Whether some sample still runs. */
  get running(): boolean {
    return this.active.includes(true);
  }

  /** Whether all samples still run. */
  get complete(): boolean {
    return !this.active.includes(false);
  }

  /** The samples that run, in order. */
  forEachActive(visit: (sample: number) => void): void {
    this.active.forEach((active, sample) => {
      if (active) visit(sample);
    });
  }

  /** Ends a sample. */
  end(sample: number, reason: Reason, converged: boolean): void {
    this.active[sample] = false;
    this.reason[sample] = reason;
    this.converged[sample] = converged;
  }
}
