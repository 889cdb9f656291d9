import type { Handle } from "../engine/engine.ts";
import type { Operations } from "./operations.ts";
import type { Space, Value } from "./value.ts";

/**
 * A map between spaces that a program is given, such as a trained denoiser. It is deterministic, and treats the samples
 * of a batch alone.
 */
export interface GivenMap {
  readonly kind: "map";
  /** what it is, for messages */
  readonly text: string;
  /** the one space on which it acts; null where it acts on several, such as images of every size */
  readonly domain: Space | null;
  /** the handles that the map stands on */
  readonly handles: readonly Handle[];
  /** the space of what it gives at values of a space; null for a space on which it does not act */
  image(space: Space): Space | null;
  /** D(x), of one value, shared or batched */
  apply(operations: Operations, x: Value): Value;
  /** the vector-Jacobian product: the cotangent of x, of a cotangent of D(x), in the real inner product Re<x, y> */
  reverse(operations: Operations, x: Value, cotangent: Value): Value;
}
