import type { ArrayName } from "../arrays/table.ts";
import { example, type LibraryPage, SOURCES } from "./page.ts";

/** A page whose example is one output of an array x, and of an array y where it is read. */
function of(output: string, citation: string, x = "R[n]"): LibraryPage {
  const y = /\by\b/u.test(output) ? ["input y : R[n]"] : [];
  return { citation, example: example("n", `input x : ${x}`, ...y, `output ${output}`) };
}

/** A page whose example draws from a distribution. */
function drawn(from: string, citation: string): LibraryPage {
  return {
    citation,
    example: example("n", "input x : R[n]", `draw e : R[n] from ${from}`, "output x + 0.1*e"),
  };
}

/** A page of a set of indices. */
function indexSet(name: "interleaved" | "consecutive", citation: string): LibraryPage {
  return {
    citation,
    example: example("n", "input y : R[4*n]", `output y[${name}(4*n, parts = 4, part = 1)]`),
  };
}

/** A page whose example is an expression for `--bind`. */
function bound(expression: string, citation: string): LibraryPage {
  return { citation, example: expression, binding: true };
}

/** The pages of the names for numbers and arrays, draws among them. */
export const ARRAY_PAGES: { readonly [N in ArrayName]: LibraryPage } = {
  dot: of("dot(x, y)", SOURCES.matrices),
  sum: of("sum(x)", SOURCES.arrays),
  mean: of("mean(x)", SOURCES.arrays),
  maximum: of("maximum(x)", SOURCES.arrays),
  minimum: of("minimum(x)", SOURCES.arrays),
  norm: {
    rule: "An upper bound with its provenance; docs/language.md, section 4, says which.",
    citation: "Kuczynski and Wozniakowski, SIAM J. Matrix Anal. Appl. 13 (1992)",
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input y : Y",
      "let t = 1/norm(A)^2",
      "output t*A'*y",
    ),
  },
  lip: {
    rule: "Sums, products and compositions by the rules of calculus; norms of operators as `norm` finds them.",
    citation: "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory (2017)",
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input y : Y",
      "fun f(x : X) = 1/2*norm2sq(A*x - y)",
      "output 1/lip(grad f)*A'*y",
    ),
  },
  row_norms: {
    citation: "Strohmer and Vershynin, J. Fourier Anal. Appl. 15 (2009)",
    example: example("n, m", "given A : linear R[n] -> R[m]", "input y : R[m]", "output y ./ row_norms(A)"),
  },
  abs: of("abs(x)", SOURCES.complex, "C[n]"),
  conj: of("conj(x)", SOURCES.complex, "C[n]"),
  phase: of("phase(x)", "Gerchberg and Saxton, Optik 35 (1972)", "C[n]"),
  exp: of("exp(x)", SOURCES.functions),
  log: of("log(x)", SOURCES.functions, "R[n] in (0, inf)"),
  sqrt: of("sqrt(x)", SOURCES.arithmetic, "R[n] in [0, inf)"),
  sign: of("sign(x)", SOURCES.functions),
  relu: of("relu(x)", "Nair and Hinton, ICML (2010)"),
  tanh: of("tanh(x)", SOURCES.functions),
  sigmoid: of("sigmoid(x)", "Rumelhart, Hinton, Williams, Nature 323 (1986)"),
  max: of("max(x, y)", SOURCES.arithmetic),
  min: of("min(x, 1)", SOURCES.arithmetic),
  clip: of("clip(x, 0, 1)", "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory (2017)"),
  soft: {
    ...of("soft(x, 0.1)", "Donoho, IEEE Trans. Inf. Theory 41 (1995)"),
    rule: "The prox of theta*norm1: firmly nonexpansive.",
  },
  hard: of("hard(x, 0.1)", "Blumensath and Davies, J. Fourier Anal. Appl. 14 (2008)"),
  soft_select: of("soft_select(x, 0.1, keep = 0.05)", "Chen, Liu, Wang, Yin, NeurIPS (2018)"),
  choose: of("choose(x .> 0, x, y)", SOURCES.arrays),
  stop_gradient: of("x - stop_gradient(x)", "Abadi et al., TensorFlow, OSDI (2016)"),
  ones: of("x + ones", SOURCES.arrays),
  concat: {
    citation: SOURCES.arrays,
    example: example("h, w, c", "input u : R[h, w, c]", "input v : R[h, w]", "output concat(u, v)"),
  },
  channel: {
    citation: SOURCES.arrays,
    example: example("h, w", "input u : R[h, w, 3]", "output channel(u, 0)"),
  },
  mod: {
    citation: "Knuth, The Art of Computer Programming, volume 1, section 1.2.4 (1997)",
    example: example(
      "n",
      "input y : R[n]",
      "state x : R[n] = 0",
      "step k { x <- x + 0.5/(mod(k, 4) + 1)*(y - x) }",
      "output x",
    ),
  },
  pi: of("pi*x", SOURCES.functions),
  gaussian_kernel: {
    citation: SOURCES.deblurring,
    example: example("h, w", "input x : R[h, w]", "output blur(gaussian_kernel(9, sigma = 1.5))*x"),
  },
  motion_kernel: {
    citation: SOURCES.deblurring,
    example: example(
      "h, w",
      "input x : R[h, w]",
      "output blur(motion_kernel(15, length = 9, angle = pi/4))*x",
    ),
  },
  disk_kernel: {
    citation: SOURCES.deblurring,
    example: example("h, w", "input x : R[h, w]", "output blur(disk_kernel(9, radius = 3))*x"),
  },
  index: {
    citation: "Strohmer and Vershynin, J. Fourier Anal. Appl. 15 (2009)",
    example: example(
      "n, m",
      "given A : linear R[n] -> R[m]",
      "input y : R[m]",
      "state x : R[n] = 0",
      "step {",
      "  draw i from index(m)",
      "  x <- x - 0.1*A[i]'*(A[i]*x - y[i])",
      "}",
      "output x",
    ),
  },
  batch: {
    citation: "Robbins and Monro, Ann. Math. Statist. 22 (1951)",
    example: example(
      "n, m",
      "given A : linear R[n] -> R[8*m]",
      "input y : R[8*m]",
      "state x : R[n] = 0",
      "step {",
      "  draw J from batch(8*m, size = 8)",
      "  x <- x - 0.1*A[J]'*(A[J]*x - y[J])",
      "}",
      "output x",
    ),
  },
  normal: drawn("normal", "Salmon, Moraes, Dror, Shaw, SC (2011): the generator is counter-based"),
  uniform: drawn("uniform(-1, 1)", "Salmon, Moraes, Dror, Shaw, SC (2011): the generator is counter-based"),
  rademacher: drawn("rademacher", "Hutchinson, Commun. Statist. Simul. Comput. 19 (1990)"),
  array: bound('mask(array("mask.npy"))', SOURCES.arrays),
  image: bound('blur(image("kernel.png"))', "Portable Network Graphics, ISO/IEC 15948 (2004)"),
  matrix: bound('matrix("A.npy")', SOURCES.matrices),
  sparse: bound('sparse("A.npz")', "Saad, Iterative Methods for Sparse Linear Systems, section 3.4 (2003)"),
  prox: {
    rule: "Closed forms by the tables and the rules of docs/language.md, section 4; firmly nonexpansive.",
    citation: "Moreau, Bull. Soc. Math. France 93 (1965); Parikh and Boyd, Proximal Algorithms (2014)",
    example: example("n", "input y : R[n]", "fun g(x : R[n]) = 0.1*norm1(x)", "output prox(g)(y)"),
  },
  proj: {
    rule: "Firmly nonexpansive, as every projection onto a convex set.",
    citation: "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, section 4.1 (2017)",
    example: example("n", "input x : R[n]", "output proj(nonnegative)(x)"),
  },
  solve: {
    rule: "A closed form where one is known, else the method `by`.",
    citation: "Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49 (1952)",
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input y : Y",
      "output solve(A'*A + 0.1*I, A'*y, by = cg(tol = 1e-6, max = 50))",
    ),
  },
  change: {
    citation: "Barrett et al., Templates for the Solution of Linear Systems, section 4.2 (1994)",
    example: example(
      "n",
      "input y : R[n]",
      "state x : R[n] = 0",
      "step { x <- x + 0.5*(y - x) }",
      "output x",
      "converge(until = change(x) < 1e-6, max = 100)",
    ),
  },
  derivative: {
    rule: "Reverse mode twice; the adjoint of the derivative is one pass of it. Each entry is exact, none is a difference.",
    citation: "Griewank and Walther, Evaluating Derivatives (2008)",
    example: example(
      "n",
      "input x : R[n]",
      "fun h(x : R[n]) = huber(delta = 0.1)(x)",
      "output derivative(grad h)(x)*x",
    ),
  },
  each: {
    rule:
      "Slices become samples, so that f is computed on all of them at once. What is declared of f holds of `each(f)`, with " +
      "the same constants: the norm and the Lipschitz constant, too.",
    citation: "Bradbury et al., JAX: composable transformations of Python and NumPy programs (2018)",
    example: example(
      "h, w",
      "input x : R[h, w]",
      "let P = patches(8, 4)",
      "fun shrink(p : R[8, 8]) = 1/(1 + norm2sq(p))*p",
      "output P'*each(shrink)(P*x)",
    ),
  },
  interleaved: indexSet("interleaved", "Hudson and Larkin, IEEE Trans. Med. Imaging 13 (1994)"),
  consecutive: indexSet("consecutive", "Hudson and Larkin, IEEE Trans. Med. Imaging 13 (1994)"),
};
