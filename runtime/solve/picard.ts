import type { Accelerator } from "./accelerator.ts";

/** The plain iteration: the next point is the image. */
export function picard(): Accelerator {
  return {
    safeguarded: false,
    // eslint-disable-next-line require-yield
    *next({ image }) {
      return image;
    },
    handles: () => [],
  };
}
