import type { HostArray } from "./hostArray.ts";

/** What a file says of its array before any of its numbers is decoded. */
export interface ArrayHeader extends Pick<HostArray, "field" | "shape"> {
  /** the most bytes of memory that reading it takes at once: the file, what its decoder holds, and the numbers */
  readonly peak: number;
}
