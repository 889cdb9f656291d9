import type { FunctionName } from "../functions/entry.ts";
import { FUNCTIONS } from "../functions/table.ts";
import { example, type LibraryPage } from "./page.ts";

/** The pages of the functions to R, and of their makers. */
export const FUNCTION_PAGES: { readonly [N in FunctionName]: LibraryPage } = {
  norm1: {
    rule: "prox: soft. Conjugate: the indicator of max |p| <= 1.",
    citation: FUNCTIONS.norm1.citation,
    example: example("n", "input y : R[n]", "output prox(0.1*norm1)(y)"),
  },
  norm2: {
    rule: "prox: the norm is shrunk by t, the direction kept. Conjugate: the indicator of the unit ball.",
    citation: FUNCTIONS.norm2.citation,
    example: example("n", "input y : R[n]", "output prox(0.1*norm2)(y)"),
  },
  norm_inf: {
    rule: "prox: x less its projection onto the ball of norm1 with radius t.",
    citation: FUNCTIONS.norm_inf.citation,
    example: example("n", "input y : R[n]", "output prox(0.1*norm_inf)(y)"),
  },
  norm2sq: {
    rule:
      "prox: x/(1 + 2 t); behind an operator by conjugate gradients. Weighted least squares are " +
      "norm2sq(w .* (A*x - y)); an elastic net is a norm1(x) + b norm2sq(x), whose prox is known.",
    citation: FUNCTIONS.norm2sq.citation,
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input y : Y",
      "fun f(x : X) = 1/2*norm2sq(A*x - y)",
      "state x : X = 0",
      "step { x <- x - 1/lip(grad f)*grad f(x) }",
      "output x",
    ),
  },
  norm21: {
    rule: "prox: each group's norm is shrunk by t. Conjugate: the indicator of groups of norm 1 at most.",
    citation: FUNCTIONS.norm21.citation,
    example: example("h, w", "input p : R[h, w, 2]", "output prox(0.1*norm21)(p)"),
  },
  tv: {
    rule:
      "Isotropic; the anisotropic one is norm1(gradient*x). Its prox is found by inner iterations on the " +
      "dual variable, prox(t*tv, by = inner(max = 100)); or the dual variable is a state, as in programs/tv_chambolle_pock.ipx.",
    citation: "Rudin, Osher, Fatemi, Physica D 60 (1992)",
    example: example("h, w", "input x : R[h, w]", "output prox(0.1*tv, by = inner(max = 100))(x)"),
  },
  huber: {
    rule: "prox: x - t x/max(|x|/d, 1 + t), entry by entry.",
    citation: FUNCTIONS.huber.citation,
    example: example(
      "n",
      "input y : R[n]",
      "fun h(x : R[n]) = huber(delta = 0.1)(x)",
      "output y - 0.5*grad h(y)",
    ),
  },
  huber21: {
    rule: "prox: each group p becomes (1 - t/max(|p|/d, 1 + t)) p.",
    citation: FUNCTIONS.huber21.citation,
    example: example(
      "h, w",
      "input x : R[h, w]",
      "fun s(x : R[h, w]) = huber21(delta = 0.1)(gradient*x)",
      "output x - 0.1*grad s(x)",
    ),
  },
  group_norm: {
    rule:
      "prox: each group's norm is shrunk by t. Conjugate: the indicator of groups of norm 1 at most. Groups that " +
      "overlap have no such rule: copy the entries by an operator M and dualise group_norm(M*x).",
    citation: FUNCTIONS.group_norm.citation,
    example: example("h, w, c", "input p : R[h, w, c]", "output prox(0.1*group_norm(axes = (0, 1)))(p)"),
  },
  nuclear_norm: {
    rule:
      "prox: the singular values are shrunk by t (soft). The gradient of its Moreau envelope at x is " +
      "(x - prox(t*nuclear_norm)(x))/t.",
    citation: FUNCTIONS.nuclear_norm.citation,
    example: example("m, n", "input y : C[m, n]", "output prox(0.5*nuclear_norm)(y)"),
  },
  entropy: {
    rule: "prox: t w, where w + log w = x/t - 1 - log t (Lambert's function), entry by entry.",
    citation: FUNCTIONS.entropy.citation,
    example: example("n", "input y : R[n]", "output prox(0.5*entropy)(y)"),
  },
  kullback_leibler: {
    rule:
      "The negative log-likelihood of Poisson data y, up to a constant. prox: the nonnegative root of " +
      "z^2 - (x - t) z - t y = 0, entry by entry.",
    citation: FUNCTIONS.kullback_leibler.citation,
    example: example(
      "n",
      "input y : R[n] in [0, inf)",
      "input x : R[n]",
      "output prox(0.5*kullback_leibler(y))(x)",
    ),
  },
  indicator: {
    rule: "prox: the projection onto C, for every t.",
    citation: "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, Example 12.25 (2017)",
    example: example("n", "input y : R[n]", "output prox(indicator(box(0, 1)))(y)"),
  },
  conjugate: {
    rule:
      "prox: Moreau's identity, prox of s f* at p = p - s prox of f/s at p/s; f must be convex. Value: of norms the " +
      "indicator of the ball of the dual norm, of norm2sq |p|^2/4, of Huber functions |p|^2/2 where no entry or group " +
      "is above delta, of entropy the sum of e^(p - 1), of kullback_leibler(y) the sum of -y log(1 - p), of indicators " +
      "the support function of the set; of c f it is c f*(p/c), of f(x + b) it is f*(p) - <b, p>.",
    citation:
      "Moreau, Bull. Soc. Math. France 93 (1965); Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, chapter 13 (2017)",
    example: example("h, w", "input p : R[h, w, 2]", "output prox(0.5*conjugate(norm21))(p)"),
  },
};
