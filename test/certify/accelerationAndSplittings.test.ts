import { describe, expect, test } from "vitest";
import { answerOf } from "./lab/answers.ts";
import { NONE, open, proved, refuted } from "./lab/cases.ts";
import { admm, backtracking, fista, lasso, LEARNED_STEP, primalDual, SHORT_STEP } from "./lab/texts.ts";

describe("FISTA", () => {
  const LET_FORM = lasso({
    declarations: SHORT_STEP,
    states: "state x : X = 0\n  state z : X = x\n  state s : R in [1, inf) = 1",
    step: "let v = z - t*A'*(A*z - y)\n let xn = prox(t*g)(v)\n let sn = 1/2 + sqrt(1/4 + s^2)\n z <- xn + (s - 1)/sn*(xn - x)\n x <- xn\n s <- sn",
  });
  const LAST_X = lasso({
    declarations: SHORT_STEP,
    states: "state x : X = 0\n  state w : X = x\n  state s : R in [1, inf) = 1",
    step: "let sn = (1 + sqrt(1 + 4*s^2))/2\n let z = x + (s - 1)/sn*(x - w)\n w <- x\n x <- prox(t*g)(z - t*grad f(z))\n s <- sn",
  });
  const counted = (b: string): string =>
    lasso({
      declarations: SHORT_STEP,
      states: "state x : X = 0\n  state z : X = x",
      counter: "k",
      step: `x <- prox(t*g)(z - t*grad f(z))\n z <- x + ${b}*(x - old x)`,
    });
  proved([
    ["the usual form", fista({}), /^FISTA$/u],
    ["with other names", LET_FORM, /^FISTA$/u],
    ["with the last x in a state", LAST_X, /^FISTA$/u],
    ["with k/(k + 3)", counted("k/(k + 3)"), /^FISTA$/u],
    ["with k/(k + 4.5)", counted("k/(k + 4.5)"), /^FISTA$/u],
    ["with half the step", fista({ declarations: "let t = 0.5/norm(A)^2" }), /^FISTA$/u],
    [
      "without a prox",
      lasso({
        declarations: SHORT_STEP,
        objective: "f(x)",
        counter: "k",
        states: "state x : X = 0\n  state z : X = x",
        step: "x <- z - t*grad f(z)\n z <- x + k/(k + 3)*(x - old x)",
      }),
      /^FISTA$/u,
    ],
    ["with a step that is given", fista({ declarations: "given t : R in (0, 1/lip(grad f)]" }), /^FISTA$/u],
    ["backtracking", backtracking({}), /^FISTA with backtracking$/u],
    ["backtracking by 1.5", backtracking({ growth: "1.5*L" }), /^FISTA with backtracking$/u],
  ]);

  test("only its usual form has the constants of the theorem", () => {
    expect(answerOf(fista({})).certificate?.statement).toContain("2*L*R^2/(k + 1)^2");
    expect(answerOf(LAST_X).certificate?.statement).toContain("falls as 1/k^2");
    for (const momentum of ["k/(k + 4.5)", "(k + 0.5)/(k + 3.5)", "(k - 1)/(k + 2)", "(2*k + 1)/(2*k + 7)"])
      expect(answerOf(counted(momentum)).certificate?.statement, momentum).toContain("falls as 1/k^2");
  });

  open([
    ["old s/s", fista({ momentum: "old s/s" }), /momentum is not FISTA's/u],
    ["a constant momentum", fista({ momentum: "0.9" }), /momentum is not FISTA's/u],
    ["another sequence", fista({ sequence: "(1 + sqrt(1 + 5*s^2))/2" }), /momentum is not FISTA's/u],
    [
      "another start",
      fista({ states: "state x : X = 0\n  state z : X = x\n  state s : R in [1, inf) = 2" }),
      /momentum is not FISTA's/u,
    ],
    ["k/(k + 2)", counted("k/(k + 2)"), /momentum is not FISTA's/u],
    ["(k + 1)/(k + 3)", counted("(k + 1)/(k + 3)"), /momentum is not FISTA's/u],
    ["(k + 0.5)/(2*k + 8)", counted("(k + 0.5)/(2*k + 8)"), /momentum is not FISTA's/u],
    ["a step up to 2/L", fista({ declarations: LEARNED_STEP }), /FISTA needs t <= 1\/L/u],
    ["1.5/L", fista({ declarations: "let t = 1.5/lip(grad f)" }), /FISTA needs t <= 1\/L/u],
    [
      "the gradient at x",
      fista({ update: "prox(t*g)(z - t*grad f(x))" }),
      /not taken at the extrapolated point/u,
    ],
    [
      "the heavy ball",
      lasso({
        declarations: SHORT_STEP,
        states: "state x : X = 0\n  state w : X = x",
        step: "let v = x - t*grad f(x) + 0.3*(x - w)\n w <- x\n x <- v",
      }),
      /not taken at the extrapolated point/u,
    ],
    ["an L that starts anew", backtracking({ state: "", before: "var L = 0.1" }), /never falls/u],
    ["an L that falls behind the loop", backtracking({ after: "L <- L/2" }), /never falls/u],
    ["an L that shrinks", backtracking({ growth: "L/2" }), NONE],
    ["a weaker model", backtracking({ model: "L" }), NONE],
    ["a generous slack", backtracking({ slack: "0.1" }), NONE],
    ["a prox of another size", backtracking({ prox: "g" }), NONE],
  ]);
});

describe("splittings", () => {
  proved([
    [
      "sums in another order",
      admm({
        x: "solve(rho*I + A'*A, rho*(z - u) + A'*y, by = cg(tol = 1e-14, max = 50))",
        u: "u - (z - h)",
      }),
      /^ADMM$/u,
    ],
    ["the prox of f", admm({ x: "prox(f/rho, by = cg(tol = 1e-14, max = 50))(z - u)" }), /^ADMM$/u],
    [
      "an unscaled multiplier",
      admm({
        x: "solve(A'*A + rho*I, A'*y + rho*z - u, by = cg(tol = 1e-14, max = 50))",
        z: "prox(g/rho)(h + u/rho)",
        u: "u + rho*(h - z)",
      }),
      /^ADMM$/u,
    ],
    ["over-relaxation", admm({ relaxed: "let h = 1.6*x - 0.6*z" }), /^over-relaxed ADMM$/u],
    [
      "Douglas-Rachford",
      lasso({
        objective: null,
        output: "z",
        states: "state z : X = 0",
        step: "let p = prox(f/2, by = cg(tol = 1e-14, max = 50))(z)\n z <- z + 1.5*(prox(g/2)(2*p - z) - p)",
      }),
      /^Douglas-Rachford$/u,
    ],
    ["Chambolle-Pock", primalDual({}), /^Chambolle-Pock$/u],
    [
      "Chambolle-Pock, x first",
      primalDual({
        states: "state p : Y = 0",
        step: "x <- x - tau*K'*p\n    p <- prox(sigma*conjugate(e))(p + sigma*K*(2*x - old x))",
      }),
      /^Chambolle-Pock$/u,
    ],
    [
      "Chambolle-Pock, the dual first, which is extrapolated",
      primalDual({
        states: "state p : Y = 0",
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*x)\n    x <- x - tau*K'*(2*p - old p)",
      }),
      /^Chambolle-Pock$/u,
    ],
    [
      "Chambolle-Pock with a prox",
      primalDual({
        data: "X",
        functions: "fun e(q : Y) = norm1(q)\n  fun h(x : X) = 1/2*norm2sq(x - y)",
        objective: "h(x) + e(K*x)",
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*b)\n    x <- prox(tau*h)(x - tau*K'*p)\n    b <- 2*x - old x",
      }),
      /^Chambolle-Pock$/u,
    ],
    [
      "Condat-Vu",
      primalDual({
        data: "X",
        tau: "1/(1 + norm(K)^2)",
        sigma: "1",
        functions: "fun e(q : Y) = norm1(q)\n  fun h(x : X) = 1/2*norm2sq(x - y)",
        objective: "h(x) + e(K*x)",
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*b)\n    x <- x - tau*(grad h(x) + K'*p)\n    b <- 2*x - old x",
      }),
      /^Condat-Vu$/u,
    ],
  ]);
  open([
    ["a relaxation of 2.6", admm({ relaxed: "let h = 2.6*x - 1.6*z" }), /in \(0, 2\)/u],
    [
      "a wrong right side",
      admm({ x: "solve(A'*A + rho*I, A'*y + 2*rho*(z - u), by = cg(tol = 1e-14, max = 50))" }),
      NONE,
    ],
    ["a wrong sign", admm({ u: "u - h + z" }), NONE],
    ["the last x", admm({ relaxed: "let h = old x" }), NONE],
    [
      "a penalty that grows",
      admm({
        declarations: "",
        states: "state x : X = 0\n  state z : X = 0\n  state u : X = 0\n  state rho : R in (0, inf) = 1",
        after: "rho <- 2*rho",
      }),
      NONE,
    ],
    [
      "full reflection",
      lasso({
        objective: null,
        output: "z",
        states: "state z : X = 0",
        step: "let p = prox(f/2, by = cg(tol = 1e-14, max = 50))(z)\n z <- z + 2*(prox(g/2)(2*p - z) - p)",
      }),
      /in \(0, 2\)/u,
    ],
    [
      "no extrapolation",
      primalDual({
        states: "state p : Y = 0",
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*x)\n    x <- x - tau*K'*p",
      }),
      NONE,
    ],
    [
      "another adjoint",
      primalDual({
        functions: "fun e(q : Y) = norm1(q - y)\n  given B : linear X -> Y with norm <= 2",
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*b)\n    x <- x - tau*B'*p\n    b <- 2*x - old x",
      }),
      NONE,
    ],
    [
      "two steps in one dual",
      primalDual({
        step: "p <- prox(sigma*conjugate(e))(p + 0.9*sigma*K*b)\n    x <- x - tau*K'*p\n    b <- 2*x - old x",
      }),
      NONE,
    ],
    [
      "a wrong sign of the dual",
      primalDual({
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*b)\n    x <- x + tau*K'*p\n    b <- 2*x - old x",
      }),
      /the step of `x` adds K'\*p, which has to be subtracted/u,
    ],
    [
      "two operators with the norm of their stack",
      primalDual({
        properties: "\n  given B : linear X -> Y",
        tau: "0.99/norm(vstack(K, B))",
        sigma: "0.99/norm(vstack(K, B))",
        states: "state p : Y = 0\n  state q : Y = 0\n  state b : X = x",
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*b)\n    q <- prox(sigma*conjugate(e))(q + sigma*B*b)\n    x <- x - tau*(K'*p + B'*q)\n    b <- 2*x - old x",
        objective: "e(K*x) + e(B*x)",
      }),
      /0\.99\/sqrt\(norm\(K\)\^2 \+ norm\(B\)\^2\)/u,
    ],
    ["a product between 1 and 4/3", primalDual({ tau: "0.5", sigma: "0.6" }), /has to stay below 1/u],
    ["an undeclared norm", primalDual({ properties: "", tau: "1", sigma: "1" }), /has to stay below 1/u],
  ]);
  refuted([
    ["a product of 4", primalDual({ tau: "1", sigma: "1" }), /IPX7004/u],
    [
      "a product of 16, damped",
      primalDual({ tau: "2", sigma: "2", functions: "fun e(q : Y) = 1/2*norm2sq(q - y)" }),
      /IPX7004/u,
    ],
  ]);
});

describe("inner solves", () => {
  const solved = (by: string): string =>
    admm({ x: `solve(A'*A + rho*I, A'*y + rho*(z - u)${by})`, u: "u + x - z" });
  const reflected = (by: string): string =>
    lasso({
      objective: null,
      output: "z",
      states: "state z : X = 0",
      step: `let p = prox(f/2, by = ${by})(z)\n z <- z + prox(g/2)(2*p - z) - p`,
    });
  const exact = (rounds: string): string =>
    `the inner solves count as exact: each reaches its tolerance of ${rounds} rounds`;

  test.each([
    ["tight", solved(", by = cg(tol = 1e-7, max = 300)"), exact("1e-7 within 300")],
    ["by default", solved(""), exact("1e-6 within 100")],
    ["the prox of a square", reflected("inner(max = 50)"), exact("1e-6 within 50")],
  ])("%s: the proof rests on its tolerance", (_what, text, condition) => {
    const { certificate } = answerOf(text);
    expect(certificate?.answer).toBe("proved");
    expect(certificate?.conditions).toContain(condition);
  });

  test("a step without any rests on none", () => {
    const { certificate } = answerOf(fista({}));
    expect(certificate?.conditions.filter((each) => each.includes("inner"))).toEqual([]);
  });

  const loose = /is not exact, and its errors need not have a finite sum/u;
  open([
    ["a generous tolerance", solved(", by = cg(tol = 0.5, max = 1)"), loose],
    ["a generous tolerance with a warm start", solved(", by = cg(tol = 1e-3, max = 50), start = x"), loose],
    ["one round", solved(", by = cg(tol = 1e-6, max = 1)"), loose],
    ["the prox of a square, loosely", reflected("inner(tol = 0.1)"), loose],
    [
      "an inexact prox in a gradient step",
      lasso({
        declarations: `${SHORT_STEP}\n  given B : linear X -> Y\n  fun h(x : X) = norm2sq(B*x)`,
        objective: null,
        step: "x <- prox(t*h, by = cg(tol = 0.1, max = 2))(x - t*grad f(x))",
      }),
      loose,
    ],
    [
      "an inexact prox in FISTA",
      fista({
        declarations: `${SHORT_STEP}\n  given B : linear X -> Y\n  fun h(x : X) = norm2sq(B*x)`,
        update: "prox(t*h, by = cg(tol = 0.1, max = 2))(z - t*grad f(z))",
      }),
      loose,
    ],
    [
      "a loose projection onto an affine set",
      lasso({
        declarations: `${SHORT_STEP}\n  given B : linear X -> Y`,
        objective: null,
        step: "x <- proj(affine(B, y, by = cg(tol = 0.1, max = 2)))(x - t*grad f(x))",
      }),
      loose,
    ],
  ]);

  test("data that a loose solve has made once are data", () => {
    const text = lasso({
      declarations: `${SHORT_STEP}\n  let b = solve(A'*A + I, A'*y, by = cg(tol = 0.1, max = 2))`,
      objective: null,
      step: "x <- proj(nonnegative)(x - 0.5*(x - b))",
    });
    expect(answerOf(text).certificate?.answer).toBe("proved");
  });
});
