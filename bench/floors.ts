import type { CaseResult } from "./measure.ts";
import type { Results } from "./results.ts";

/** The machine's arithmetic and memory, as the best participant of the run gets them. */
export interface Floors {
  /** operations in a second; null where nobody measured a product */
  readonly flops: number | null;
  /** bytes in a second; null where nobody measured memory */
  readonly bytes: number | null;
}

/** What the cases `sgemm` and `triad` of a run say of the machine. */
export function floorsOf({ cases }: Pick<Results, "cases">): Floors {
  const best = (name: string): { readonly work: CaseResult["work"]; readonly seconds: number } | null => {
    const found = cases.find((each) => each.name === name);
    const times = found?.participants.flatMap(({ statistics }) =>
      statistics === null ? [] : [statistics.median],
    );
    return found === undefined || times === undefined || times.length === 0
      ? null
      : { work: found.work, seconds: Math.min(...times) };
  };
  const [product, memory] = [best("sgemm"), best("triad")];
  return {
    flops: product === null ? null : product.work.flops / product.seconds,
    bytes: memory === null ? null : memory.work.bytes / memory.seconds,
  };
}

/** The seconds that a case takes at least: its operations, or its bytes, whichever is more, or the time of its floor. */
export function floorOf({ work, floor, participants }: CaseResult, floors: Floors): number | null {
  if (floor !== null)
    return participants.find(({ participant }) => participant === floor)?.statistics?.median ?? null;
  const parts = [
    work.flops > 0 && floors.flops !== null ? work.flops / floors.flops : 0,
    work.bytes > 0 && floors.bytes !== null ? work.bytes / floors.bytes : 0,
  ];
  return Math.max(...parts) > 0 ? Math.max(...parts) : null;
}
