/** The first bytes of every arena, in order. */

/** The stack of the thread that computes; kernels are linked for a stack that begins at 0 and is that large. */
export const STACK = 1048576;

/** The arguments of the kernel that runs. */
export const ARGUMENTS = STACK;
export const ARGUMENT_WORDS = 256;

/** What threads share; see runtime/engine/node/thread.ts. */
export const CONTROL = ARGUMENTS + 4 * ARGUMENT_WORDS;
const CONTROL_WORDS = 64;

export const RESERVED = CONTROL + 4 * CONTROL_WORDS;
