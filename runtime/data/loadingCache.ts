/** Things that are loaded by their number, some of which are kept. */
export interface LoadingCache<T> {
  /** the thing of a number: kept, under way, or loaded now */
  readonly get: (index: number) => Promise<T>;
  /** begins to load things that will be asked for, as far as they find room; their faults wait for `get` */
  readonly prefetch: (indices: readonly number[]) => void;
}

/**
 * Keeps what was asked for last, up to `limit` bytes in all. What is larger than that is loaded again whenever it is
 * asked for; a number that failed is tried again.
 */
export function loadingCache<T>(
  load: (index: number) => Promise<T>,
  bytesOf: (thing: T) => number,
  limit: number,
): LoadingCache<T> {
  // a Map keeps the order of insertion: the first key was used longest ago
  const kept = new Map<number, { readonly thing: Promise<T>; bytes: number }>();
  let total = 0;
  const drop = (index: number): void => {
    total -= kept.get(index)?.bytes ?? 0;
    kept.delete(index);
  };
  const settle = (index: number, thing: Promise<T>): void => {
    thing.then(
      (loaded) => {
        const entry = kept.get(index);
        if (entry?.thing !== thing) return;
        entry.bytes = bytesOf(loaded);
        total += entry.bytes;
        for (const oldest of kept.keys()) {
          if (total <= limit) break;
          drop(oldest);
        }
      },
      () => {
        if (kept.get(index)?.thing === thing) drop(index);
      },
    );
  };
  const get = (index: number): Promise<T> => {
    const known = kept.get(index);
    if (known !== undefined) {
      kept.delete(index);
      kept.set(index, known);
      return known.thing;
    }
    const thing = load(index);
    kept.set(index, { thing, bytes: 0 });
    settle(index, thing);
    return thing;
  };
  return {
    get,
    prefetch: (indices) => {
      for (const index of indices) {
        if (total >= limit) return;
        get(index).catch(() => undefined);
      }
    },
  };
}
