import type { MakerName } from "../functions/table.ts";
import type { SpecialOperatorName } from "../operators/table.ts";

/** What the tables of signatures do not hold, since these have rules of their own. */
export const OPERATOR_DEFINITIONS: {
  readonly [N in SpecialOperatorName]: { readonly signature: string; readonly definition: string };
} = {
  vstack: {
    signature: "vstack(A, B, ...) : linear T -> (U, V, ...)",
    definition: "(A*x, B*x, ...); nested freely",
  },
  blockdiag: {
    signature: "blockdiag(A, B, ...) : linear (T, U, ...) -> (V, W, ...)",
    definition: "(A*x, B*y, ...) of the product (x, y, ...); nested freely",
  },
  hstack: {
    signature: "hstack(A, B, ...) : linear (T, U, ...) -> V",
    definition: "A*x + B*y + ... of the product (x, y, ...); nested freely",
  },
};

/** The definitions of functions that are made of others. */
export const FUNCTION_DEFINITIONS: { readonly [N in MakerName]: string } = {
  tv: "norm21(gradient*x)",
  indicator: "0 on C, inf elsewhere",
  conjugate: "sup over z of dot(z, x) - f(z)",
};
