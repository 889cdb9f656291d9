/** What can go wrong while a gradient is computed; each code has one meaning. */
export const GRADIENT_ERROR_CODES = {
  IPX8301: "a program that was compiled without its reverse",
  IPX8302: "samples without an equilibrium",
  IPX8303: "samples whose adjoint equation was not solved",
  IPX8304: "a loss that is not finite",
} as const;

/** A code of `GRADIENT_ERROR_CODES`. */
export type GradientErrorCode = keyof typeof GRADIENT_ERROR_CODES;

/** A gradient that does not exist, or was not found. `samples` are those at fault. */
export class GradientError extends Error {
  override readonly name = "GradientError";
  readonly code: GradientErrorCode;
  readonly samples: readonly number[];

  constructor(code: GradientErrorCode, message: string, samples: readonly number[] = []) {
    super(message);
    this.code = code;
    this.samples = samples;
  }
}

/** The error for a program without reverse. */
export function noReverse(program: string, target: string): GradientError {
  return new GradientError(
    "IPX8301",
    `${program} was compiled as ${target} without its reverse, so it cannot be trained: either nothing in it is ` +
      "learned (a `learn` says what is), or its target is neither an unrolled network nor an equilibrium.",
  );
}

/** The error for a program whose reverse leaves its inputs out. */
export function noInputGradients(program: string): GradientError {
  return new GradientError(
    "IPX8301",
    `${program} was compiled without gradients by its inputs, which a function of tfjs must give.`,
  );
}
