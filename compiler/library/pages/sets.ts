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
  simplex: {
    signature: "simplex",
    definition: "x_i >= 0 with sum 1",
    rule: "Projection: max(x - tau, 0) with the tau that makes the sum 1.",
    citation: "Michelot, J. Optim. Theory Appl. 50 (1986); Condat, Math. Program. 158 (2016)",
    example: example("n", "input x : R[n]", "output proj(simplex)(x)"),
  },
};
