import type { OperatorSignature } from "../signature.ts";

/** The real and the imaginary part, linear over the reals. */
function part(definition: string): OperatorSignature {
  return {
    definition,
    parameters: [],
    settings: {},
    domain: () => "C[d..]",
    codomain: () => "R[d..]",
    properties: () => [{ property: "norm", bound: 1 }],
  };
}

export const real = part("the real part; `real'` embeds");
export const imag = part("the imaginary part; `imag'*x` is i x");
