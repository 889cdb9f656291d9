import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue } from "../../arrays/value.ts";
import type { Handle } from "../../engine/engine.ts";

/** A way to compute a blur and its adjoint. */
export interface BlurMethod {
  readonly handles: readonly Handle[];
  readonly apply: (operations: Operations, x: ArrayValue) => ArrayValue;
  readonly adjoint: (operations: Operations, y: ArrayValue) => ArrayValue;
  /** A'A x where that costs less than A and then A' */
  readonly gram: ((operations: Operations, x: ArrayValue) => ArrayValue) | null;
}

/** Points beyond both ends of an axis that a kernel reads. */
export interface Reach {
  readonly before: number;
  readonly after: number;
}

/** The index of the middle of a kernel's axis: floor(size / 2). */
export function centreOf(size: number): number {
  return Math.floor(size / 2);
}

/** What a centred kernel of the given sizes reads beyond the ends of each axis. */
export function reachOf(sizes: readonly number[]): readonly Reach[] {
  return sizes.map((size) => ({ before: size - 1 - centreOf(size), after: centreOf(size) }));
}
