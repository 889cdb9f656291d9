/** The stack of the thread that computes; kernels are linked for a stack that begins at 0 and is that large. */
export const STACK_SIZE = 1048576;

/** The most arguments of a kernel, in words. */
export const ARGUMENT_WORDS = 256;

/** The words that threads share; see runtime/engine/node/thread.ts. */
export const CONTROL_WORDS = 64;

const argumentsPlace = STACK_SIZE;
const controlPlace = argumentsPlace + 4 * ARGUMENT_WORDS;
const claimPlace = controlPlace + 4 * CONTROL_WORDS;
const LINE = 64;

/** What stands in the first bytes of every arena, and where it ends. */
export const PLACE = {
  /** the arguments of the kernel that runs, where it is not repeated */
  arguments: argumentsPlace,
  control: controlPlace,
  /** where a replay is, and how many pieces of its step are done: each changes on a line of cache of its own */
  claim: claimPlace,
  done: claimPlace + LINE,
  end: claimPlace + 2 * LINE,
} as const;
