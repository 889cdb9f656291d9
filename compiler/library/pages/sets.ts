import type { SET_NAMES } from "../names.ts";
import { example, type LibraryPage } from "./page.ts";

/** A set has no table beside its page: the definition stands here. */
export interface SetPage extends LibraryPage {
  readonly signature: string;
  readonly definition: string;
}

/** The pages of the sets. */
export const SET_PAGES: { readonly [N in (typeof SET_NAMES)[number]]: SetPage } = {
  nonnegative: {
    signature: "nonnegative",
    definition: "x_i >= 0",
    rule: "Projection: max(x, 0).",
    citation: "Goldstein, Bull. Amer. Math. Soc. 70 (1964)",
    example: example("n", "input x : R[n]", "output proj(nonnegative)(x)"),
  },
  box: {
    signature: "box(a, b)",
    definition: "a <= x_i <= b",
    rule: "Projection: clip(x, a, b).",
    citation: "Beck, First-Order Methods in Optimization, section 6.4 (2017)",
    example: example("n", "input x : R[n]", "output proj(box(0, 1))(x)"),
  },
  ball: {
    signature: "ball(r)",
    definition: "norm2(x) <= r",
    rule: "Projection: x min(1, r/norm2(x)).",
    citation: "Beck, First-Order Methods in Optimization, section 6.4 (2017)",
    example: example("n", "input x : R[n]", "output proj(ball(1))(x)"),
  },
  ball1: {
    signature: "ball1(r)",
    definition: "norm1(x) <= r",
    rule: "Projection: soft(x, tau) with the tau that brings the norm to r, 0 inside.",
    citation: "Duchi, Shalev-Shwartz, Singer, Chandra, ICML (2008); Condat, Math. Program. 158 (2016)",
    example: example("n", "input x : R[n]", "output proj(ball1(2))(x)"),
  },
  ball_inf: {
    signature: "ball_inf(r)",
    definition: "norm_inf(x) <= r",
    rule: "Projection: x/max(1, |x|/r), entry by entry.",
    citation: "Beck, First-Order Methods in Optimization, section 6.4 (2017)",
    example: example("n", "input x : C[n]", "output proj(ball_inf(1))(x)"),
  },
  simplex: {
    signature: "simplex",
    definition: "x_i >= 0 with sum 1",
    rule: "Projection: max(x - tau, 0) with the tau that makes the sum 1.",
    citation: "Michelot, J. Optim. Theory Appl. 50 (1986); Condat, Math. Program. 158 (2016)",
    example: example("n", "input x : R[n]", "output proj(simplex)(x)"),
  },
  halfspace: {
    signature: "halfspace(a, b)",
    definition: "dot(a, x) <= b",
    rule: "Projection: x - max(dot(a, x) - b, 0)/norm2sq(a)*a.",
    citation: "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, Example 29.20 (2017)",
    example: example("n", "given a : R[n]", "input x : R[n]", "output proj(halfspace(a, 1))(x)"),
  },
  affine: {
    signature: "affine(A, b; by)",
    definition: "A*x = b, for an A onto its range space",
    rule: "Projection: x - A'(A A')^-1 (A x - b), closed where A A' = c I, else by conjugate gradients.",
    citation: "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, Example 29.17 (2017)",
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input y : Y",
      "output proj(affine(A, y, by = cg(tol = 1e-8)))(A'*y)",
    ),
  },
};
