import type { Tensor } from "@tensorflow/tfjs-core";
import type { Instance } from "./instance.ts";

/** How many tables an operation keeps. */
const TABLES = 32;

/** Gives the table of a name, made at its first use. */
export type Tables = (name: string, make: () => Tensor) => Tensor;

/** Tables of an engine, the oldest freed where there are too many. */
export function tablesOf({ tf }: Instance): Tables {
  const known = new Map<string, Tensor>();
  return (name, make) => {
    const before = known.get(name);
    if (before !== undefined && !before.isDisposed) return before;
    const [oldest] = known;
    if (known.size >= TABLES && oldest !== undefined) {
      oldest[1].dispose();
      known.delete(oldest[0]);
    }
    const table = tf.keep(make());
    known.set(name, table);
    return table;
  };
}
