import type { MethodName } from "../signature.ts";
import { example, type LibraryPage } from "./page.ts";

/** A method has a table of settings only: what it does stands here. */
export interface MethodPage extends LibraryPage {
  readonly definition: string;
}

/** An equilibrium with the given settings. */
function equilibrium(settings: string): string {
  return example(
    "space X, space Y",
    "given A : linear X -> Y",
    "input y : Y",
    "learn t : R in (0, 2/norm(A)^2) = 1/norm(A)^2",
    "state x : X = 0",
    "step { x <- soft(x - t*A'*(A*x - y), 0.1*t) }",
    "output x",
    `equilibrium(${settings})`,
  );
}

/** A system solved by the given method. */
function solved(by: string): string {
  return example(
    "space X, space Y",
    "given A : linear X -> Y",
    "input y : Y",
    `output solve(A'*A + 0.1*I, A'*y, by = ${by})`,
  );
}

/** The pages of the solvers and methods that stand as settings. */
export const METHOD_PAGES: { readonly [M in MethodName]: MethodPage } = {
  picard: {
    definition: "z <- step(z)",
    citation: "Picard, J. Math. Pures Appl. 6 (1890)",
    example: equilibrium("solver = picard"),
  },
  anderson: {
    definition: "the combination of the last steps with the least residual",
    citation: "Anderson, J. ACM 12 (1965); Walker and Ni, SIAM J. Numer. Anal. 49 (2011)",
    example: equilibrium("solver = anderson(memory = 8)"),
  },
  broyden: {
    definition: "Newton's method with a Jacobian that is updated by rank one",
    citation: "Broyden, Math. Comp. 19 (1965)",
    example: equilibrium("solver = broyden(memory = 20)"),
  },
  gmres: {
    definition: "the least residual on a Krylov space, restarted",
    citation: "Saad and Schultz, SIAM J. Sci. Stat. Comput. 7 (1986)",
    example: equilibrium("backward = gmres(tol = 1e-6)"),
  },
  bicgstab: {
    definition: "stabilised biconjugate gradients",
    citation: "van der Vorst, SIAM J. Sci. Stat. Comput. 13 (1992)",
    example: equilibrium("backward = bicgstab(max = 50)"),
  },
  cg: {
    definition: "conjugate gradients, for definite operators",
    citation: "Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49 (1952)",
    example: solved("cg(tol = 1e-6, max = 50)"),
  },
  inner: {
    definition: "conjugate gradients inside a prox",
    citation: "Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49 (1952)",
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input y : Y",
      "fun f(x : X) = 1/2*norm2sq(A*x - y)",
      "output prox(f, by = inner(max = 50))(A'*y)",
    ),
  },
  neumann: {
    definition: "w = g + J'g + J'^2 g + ... with `terms` terms",
    citation: "Gilton, Ongie, Willett, IEEE Trans. Comput. Imaging 7 (2021)",
    example: equilibrium("backward = neumann(5)"),
  },
  jacobian_free: {
    definition: "w = g: one term of the Neumann series",
    citation: "Fung, Heaton, Li, McKenzie, Osher, Yin, AAAI (2022)",
    example: equilibrium("backward = jacobian_free"),
  },
};
