import { describe, expect, test } from "vitest";
import { checkText, codesOf } from "./check.ts";

const inProgram = (header: string, members: string): string => `program test[${header}] {\n${members}\n}\n`;

/** What the reference allows, one rule a case: none of these has an error or a warning. */
const allowed: Readonly<Record<string, string>> = {
  "an operator from R times a number": inProgram(
    "n",
    "input a : linear R -> R[n]\n input s : R\n output a*s",
  ),
  "real and imag read and embed": inProgram(
    "n",
    "input z : C[n]\n input x : R[n]\n output real'*x + imag'*(real*z) + z",
  ),
  "a joint gradient": inProgram(
    "n",
    `given A : linear R[n] -> R[n]
     input y : R[n]
     fun E(x : R[n], k : R[n]) = norm2sq(A*x - k .* y)
     state x : R[n] = y
     state k : R[n] = 1
     step {
       let (gx, gk) = grad E(x, k)
       x <- x - 0.1*gx
       k <- k - 0.1*gk
     }
     output x`,
  ),
  "product states and stacked operators": inProgram(
    "n, m",
    `given A : linear R[n] -> R[m]
     given B : linear R[n] -> R[n]
     input y : R[m]
     let K = vstack(A, B)
     state p : (R[m], R[n]) = 0
     state x : R[n] = A'*y
     step {
       p <- p + 0.1*(K*x)
       x <- x - 0.1*(K'*p)
     }
     output x`,
  ),
  "three image axes": inProgram(
    "h, w, d",
    "input x : R[h, w, d]\n let D : linear R[h, w, d] -> R[h, w, d, 3] = gradient(axes = 3)\n output D'*(D*x)",
  ),
  "image operators act on each further axis": inProgram(
    "h, w, t",
    "input x : C[h, w, t]\n input P : R[h, w] with binary\n output (mask(P)*fourier)'*x",
  ),
  "noise of any type": inProgram(
    "n",
    "input y : C[n]\n draw e : C[n] from normal\n draw s from uniform(1, 2)\n output y + s*e",
  ),
  "repeat, if, else if": inProgram(
    "n",
    `input y : R[n]
     state x : R[n] = y
     step {
       var c = 1
       repeat 3 { c <- c/2 }
       if c > 1 { x <- c*x } else if c > 0.5 { x <- x - c*y } else { x <- y }
     }
     output x`,
  ),
  "an interval that is assumed": inProgram(
    "n",
    `given A : linear R[n] -> R[n] with nonnegative
     input y : R[n] in (0, inf)
     state x : R[n] in (0, inf) = 1 with assumed
     step { x <- x .* (A'*(y ./ max(A*x, 1e-12))) ./ max(A'*ones, 1e-12) }
     output x`,
  ),
  "a number fills a typed array": inProgram(
    "n",
    "input y : R[n]\n let w : R[n] = 2\n learn theta : R[n] in (0, inf) per step = 0.1\n state x : R[n] = 1\n" +
      " step { x <- soft(x - w .* y, theta) }\n output x\n unroll(3)",
  ),
  "a function of the step over what is fixed in it": inProgram(
    "n",
    `input y : R[n]
     state x : R[n] = y
     step {
       let w = 1 ./ (abs(x) .+ 0.1)
       fun g(v : R[n]) = 0.1*norm1(w .* v)
       x <- prox(g)(x - 0.5*(x - y))
     }
     output x`,
  ),
  "a network with several arguments gets them one by one":
    inProgram(
      "h, w",
      "input y : R[h, w]\n input z : R[h, w]\n learn N : net (R[h, w], R[h, w]) -> R[h, w] = two(width = 4)\n output N(y, z)",
    ) +
    `net two[h, w, c, d, width](u : R[h, w, c], v : R[h, w, d]) -> R[h, w, 1] {
       return concat(u |> conv(width), v |> conv(width)) |> relu |> conv(1)
     }`,
  "numbers beside images are constant channels": inProgram(
    "h, w",
    "input y : C[h, w]\n input s : R\n learn N : net (C[h, w], R) -> C[h, w] = dncnn(depth = 3, width = 8)\n output N(y, s)",
  ),
  "a vector of numbers": inProgram(
    "n",
    "input y : R[n]\n input s : R\n learn N : net (R[n], R) -> (R, R) = dense(8) |> relu |> dense(2)\n" +
      " let (a, b) = N(y, s)\n output a + b",
  ),
  "residual and skip": inProgram(
    "h, w",
    "input y : R[h, w]\n learn N : net R[h, w] -> R[h, w] = conv(8) |> residual(conv(8) |> relu) |> skip(conv(4)) |> conv(1)\n output N(y)",
  ),
  "a gradient step that knows the level of noise":
    inProgram(
      "h, w",
      "input y : R[h, w]\n input s : R\n learn g : net (R[h, w], R) -> R = gradient_step(guided)\n" +
        " let (d, e) = grad g(y, s)\n output y - d .+ e",
    ) +
    `net guided[h, w](u : R[h, w, 2]) -> R[h, w, 1] {
       return u |> drunet(levels = 2, width = 4, blocks = 1, activation = elu)
     }`,
  "a pipe into a function": inProgram("n", "input y : R[n]\n fun f(x : R[n]) = 2*x\n output y |> f"),
  "names of other scripts": inProgram("n", "given λ : R in (0, inf) = 1\n input θ₀ : R[n]\n output λ*θ₀"),
  "solve with a definite sum": inProgram(
    "n",
    "given A : linear R[n] -> R[n]\n input v : R[n] in [0, inf)\n input y : R[n]\n" +
      " output solve(A'*diag(v)*A + mask(v) + 2*I, y, by = cg(max = 5), start = y)",
  ),
  "prox of indicator, conjugate, huber": inProgram(
    "n",
    "input y : R[n]\n output prox(indicator(box(0, 1)))(y) + prox(2*conjugate(norm1))(y) + prox(huber(delta = 1))(y)",
  ),
  "a wavelet in a prox": inProgram(
    "h, w",
    "input y : R[h, w]\n let W : linear R[h, w] -> R[h, w] = wavelet(sym4)\n fun g(x : R[h, w]) = 0.1*norm1(W*x)\n output prox(g)(y)",
  ),
  "old in until and objective": inProgram(
    "n",
    `input y : R[n]
     state x : R[n] = y
     step k { x <- x/2 }
     objective norm2(x - old x)
     output x
     converge(until = norm2(x - old x) < 1e-3 or k > 50)`,
  ),
  "a report in until": inProgram(
    "n",
    `input y : R[n]
     state x : R[n] = y
     step { report size = norm2(x); x <- x/2 }
     output x
     converge(until = size < 1e-3)`,
  ),
  "numbers of steps from the header": inProgram(
    "n, K = 8",
    "input y : R[n]\n state x : R[n] = y\n step k { x <- x*(1 - k/K) }\n output x\n unroll(K, beyond = last)\n converge(max = 2*K)",
  ),
  "an index set": inProgram(
    "n, m, b = 4",
    `given A : linear R[n] -> R[m]
     input y : R[m]
     state x : R[n] = 0
     step { draw J from batch(m, size = b); x <- x - A[J]'*(A[J]*x - y[J]) }
     output x`,
  ),
  "an import and a generic function": `import armijo from "./armijo_library.ipx"
    program test[space X in R] {
      input y : X
      fun f(x : X) = norm2sq(x - y)
      state x : X = 0
      step { let z = -grad f(x); x <- x + armijo(f, x, z, dot(-z, z))*z }
      output x
    }`,
  "a complex sum of squares of moduli is smooth": inProgram(
    "n",
    "input y : R[n]\n fun f(x : C[n]) = norm2sq(abs(x) .^ 2 - y)\n state x : C[n] = 1\n step { x <- x - 0.1*grad f(x) }\n output x",
  ),
  "choose by a comparison": inProgram("n", "input y : R[n]\n output choose(abs(y) .> 0.1, y, 0)"),
};

describe("what the reference allows", () => {
  test.each(Object.entries(allowed))("%s", (_rule, text) => {
    const result = checkText(text);
    expect(
      result.diagnostics
        .filter(({ severity }) => severity !== "note")
        .map(({ code, message }) => `${code} ${message}`),
    ).toEqual([]);
    expect(codesOf(result)).toEqual([]);
  });
});
