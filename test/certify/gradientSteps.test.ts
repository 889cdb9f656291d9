import { describe, expect, test } from "vitest";
import { answerOf } from "./lab/answers.ts";
import { NONE, open, proved, refuted } from "./lab/cases.ts";
import { admm, lasso, LEARNED_STEP, plugAndPlay, primalDual, SHORT_STEP } from "./lab/texts.ts";

describe("gradient steps", () => {
  proved([
    [
      "a step in other words",
      lasso({ declarations: LEARNED_STEP, step: "x <- prox(t*g)(x + t*A'*(y - A*x))" }),
      /^prox/u,
    ],
    [
      "soft",
      lasso({ declarations: LEARNED_STEP, step: "x <- soft(x - t*(A'*A*x - A'*y), t*lambda)" }),
      /^prox/u,
    ],
    [
      "an alias",
      lasso({
        declarations: `${LEARNED_STEP}\n  let At = A'`,
        objective: null,
        step: "x <- x - t*At*(A*x - y)",
      }),
      /^gradient/u,
    ],
    [
      "dotted signs",
      lasso({ declarations: LEARNED_STEP, objective: null, step: "x <- x .- t*grad f(x)" }),
      /^gradient/u,
    ],
    [
      "max",
      lasso({ declarations: LEARNED_STEP, objective: null, step: "x <- max(x - t*grad f(x), 0)" }),
      /^projected/u,
    ],
    [
      "a box",
      lasso({ declarations: LEARNED_STEP, objective: null, step: "x <- clip(x - t*grad f(x), 0, 1)" }),
      /^projected/u,
    ],
    [
      "relaxation",
      lasso({
        declarations: LEARNED_STEP,
        step: "let p = prox(t*g)(x - t*grad f(x))\n x <- x + 0.9*(p - x)",
      }),
      /^relaxed/u,
    ],
    [
      "over-relaxation of a short step",
      lasso({ declarations: SHORT_STEP, step: "let p = prox(t*g)(x - t*grad f(x))\n x <- 1.4*p - 0.4*x" }),
      /^relaxed/u,
    ],
    [
      "a number below the declared bound",
      lasso({ properties: "with norm <= 3", step: "x <- prox(0.2*g)(x - 0.2*grad f(x))" }),
      /^prox/u,
    ],
    [
      "1/norm(A) for norm(A) <= 1",
      lasso({
        properties: "with norm <= 1",
        declarations: "let t = 1/norm(A)",
        step: "x <- prox(t*g)(x - t*grad f(x))",
      }),
      /^prox/u,
    ],
    [
      "a fixed weighted norm",
      lasso({
        declarations: `${LEARNED_STEP}\n  given v : X in (0, inf)\n  fun w(x : X) = lambda*norm1(v .* x)`,
        objective: "f(x) + w(x)",
        step: "x <- prox(t*w)(x - t*grad f(x))",
      }),
      /^prox/u,
    ],
    [
      "two operators",
      lasso({
        declarations: "given B : linear X -> X\n  let r = 1/(norm(A)^2 + norm(B)^2)",
        objective: null,
        step: "x <- x - r*(A'*(A*x - y) + B'*B*x)",
      }),
      /^gradient/u,
    ],
    [
      "a chain of operators",
      lasso({
        declarations: "given B : linear X -> X",
        objective: null,
        step: "x <- x - 1/(norm(A)*norm(B))^2*B'*(A'*(A*(B*x) - y))",
      }),
      /^gradient/u,
    ],
    [
      "a chain and its norm",
      lasso({
        declarations: "given B : linear X -> X",
        objective: null,
        step: "x <- x - 1/norm(A*B)^2*(A*B)'*(A*B*x - y)",
      }),
      /^gradient/u,
    ],
    [
      "huber behind an operator",
      lasso({
        declarations:
          "given B : linear X -> X\n  fun h(x : X) = huber(delta = 0.1)(B*x)\n  let r = 1/(lip(grad f) + lip(grad h))",
        objective: "f(x) + h(x)",
        step: "x <- x - r*(grad f(x) + grad h(x))",
      }),
      /^gradient/u,
    ],
    [
      "huber, with the chain rule by hand",
      lasso({
        declarations:
          "given B : linear X -> X\n  fun h(x : X) = huber(delta = 0.1)(x)\n  let r = 1/(lip(grad f) + norm(B)^2)",
        objective: "f(x) + h(B*x)",
        step: "x <- x - r*(grad f(x) + B'*grad h(B*x))",
      }),
      /^gradient/u,
    ],
    [
      "a loop that changes nothing of it",
      lasso({
        declarations: SHORT_STEP,
        step: "var c = 1\n while c > 0.5 max 5 { c <- c/2 }\n x <- prox(t*g)(x - t*grad f(x))\n report r = c",
      }),
      /^prox/u,
    ],
    [
      "branches that agree",
      lasso({
        declarations: SHORT_STEP,
        objective: null,
        step: "if norm2(x) > 1 { x <- x - t*grad f(x) } else { x <- x - t*A'*(A*x - y) }",
      }),
      /^gradient/u,
    ],
    [
      "a step size of the sample",
      lasso({
        properties: "with norm <= 1",
        declarations: "let t = 1/(1 + norm2sq(y))",
        objective: null,
        step: "x <- x - t*grad f(x)",
      }),
      /^gradient/u,
    ],
    ["the proximal point", lasso({ objective: null, step: "x <- prox(g)(x)" }), /^prox/u],
  ]);

  open([
    [
      "over-relaxation up to 2/L",
      lasso({
        declarations: LEARNED_STEP,
        step: "let p = prox(t*g)(x - t*grad f(x))\n x <- x + 1.4*(p - x)",
      }),
      /relaxation 1.4 has to stay/u,
    ],
    ["an undeclared norm", lasso({ objective: null, step: "x <- x - 0.25*grad f(x)" }), /not bounded/u],
    [
      "an interval up to 4/L",
      lasso({
        declarations: "learn t : R in (0, 4/norm(A)^2) = 1/norm(A)^2",
        step: "x <- prox(t*g)(x - t*grad f(x))",
      }),
      /not bounded/u,
    ],
    [
      "the bound of one of two operators",
      lasso({
        declarations: "given B : linear X -> X\n  let r = 1.5/norm(A)^2",
        objective: null,
        step: "x <- x - r*(A'*(A*x - y) + B'*B*x)",
      }),
      /not bounded/u,
    ],
    [
      "a falling step",
      lasso({
        declarations: SHORT_STEP,
        counter: "k",
        step: "let r = t/(k + 1)\n x <- prox(r*g)(x - r*grad f(x))",
      }),
      /changes from step to step/u,
    ],
    [
      "a step in a state",
      lasso({
        properties: "with norm <= 1",
        states: "state x : X = 0\n  state r : R in (0, 1] = 1",
        step: "x <- prox(r*g)(x - r*grad f(x))\n r <- r/2",
      }),
      /changes from step to step/u,
    ],
    [
      "a step from a loop",
      lasso({
        properties: "with norm <= 1",
        objective: null,
        step: "var c = 1\n while c > 0.5 max 5 { c <- c/2 }\n x <- x - c*grad f(x)",
      }),
      /changes from step to step/u,
    ],
    [
      "a step that depends on x",
      lasso({
        properties: "with norm <= 1",
        objective: null,
        step: "let r = 1/(1 + norm2sq(x))\n x <- x - r*grad f(x)",
      }),
      /changes from step to step/u,
    ],
    [
      "an offset that moves",
      lasso({
        objective: null,
        declarations: "given B : linear X -> X with norm <= 1",
        step: "x <- x - 0.1*B'*(B*x - x)",
      }),
      NONE,
    ],
    [
      "an offset that moves, by a number",
      lasso({
        objective: null,
        declarations: "given B : linear X -> X with norm <= 1",
        step: "x <- x - 0.5*B'*(B*x - 3*x)",
      }),
      NONE,
    ],
    [
      "the adjoint of another operator",
      lasso({
        properties: "with norm <= 1",
        objective: null,
        declarations: "given B : linear X -> Y with norm <= 1",
        step: "x <- x - 0.5*B'*(A*x - y)",
      }),
      NONE,
    ],
    [
      "no adjoint",
      lasso({
        objective: null,
        declarations: "given B : linear X -> X with norm <= 1",
        step: "x <- x - 0.1*B*x",
      }),
      NONE,
    ],
    [
      "a concave part",
      lasso({
        properties: "with norm <= 1",
        objective: null,
        declarations: "fun h(x : X) = f(x) - norm2sq(x)",
        step: "x <- x - 0.1*grad h(x)",
      }),
      NONE,
    ],
    [
      "a negative threshold",
      lasso({ declarations: SHORT_STEP, objective: null, step: "x <- soft(x - t*grad f(x), -0.1)" }),
      /weight of the prox/u,
    ],
    [
      "weights that follow x",
      lasso({
        declarations: SHORT_STEP,
        objective: null,
        step: "let w = 1 ./ (abs(x) .+ 1e-2)\n fun h(v : X) = lambda*norm1(w .* v)\n x <- prox(t*h)(x - t*grad f(x))",
      }),
      NONE,
    ],
    [
      "data terms that follow x",
      lasso({
        objective: null,
        step: "let w = tanh(x)\n fun h(v : X) = 1/2*norm2sq(v - w)\n x <- x - 0.5*grad h(x)",
      }),
      NONE,
    ],
    [
      "an operator that is called I",
      lasso({
        objective: null,
        declarations: "given I : linear X -> X with norm <= 1\n  input v : X",
        step: "x <- x - 1.9*(I*x - v)",
      }),
      NONE,
    ],
    [
      "rows in turn",
      lasso({
        objective: null,
        states: "state x : X = 0\n  state z : X = 0",
        step: "x <- x - 0.5*grad f(z)\n z <- x",
      }),
      NONE,
    ],
    [
      "branches that differ",
      lasso({
        declarations: SHORT_STEP,
        step: "var r = t\n if norm2(x) > 1 { r <- t/2 }\n x <- prox(r*g)(x - r*grad f(x))",
      }),
      /changes from step to step/u,
    ],
    [
      "a start from zero data",
      lasso({ objective: null, step: "x <- x - 3/norm(A)^2*(A'*A*x)" }),
      /not bounded/u,
    ],
  ]);

  refuted([
    [
      "a number above the declared bound",
      lasso({ properties: "with norm <= 3.05", step: "x <- prox(0.25*g)(x - 0.25*grad f(x))" }),
      /IPX7001/u,
    ],
    [
      "exactly 2/L",
      lasso({ properties: "with norm <= 2", objective: null, step: "x <- x - 0.5*grad f(x)" }),
      /IPX7001/u,
    ],
    [
      "1/norm(A) for norm(A) <= 3",
      lasso({
        properties: "with norm <= 3",
        declarations: "let t = 1/norm(A)",
        step: "x <- prox(t*g)(x - t*grad f(x))",
      }),
      /IPX7001/u,
    ],
    [
      "3/norm(A)^2",
      lasso({ declarations: "let t = 3/norm(A)^2", step: "x <- prox(t*g)(x - t*grad f(x))" }),
      /IPX7001/u,
    ],
    [
      "a learned step that starts at 3/L",
      lasso({
        declarations: "learn t : R in (0, inf) = 3/lip(grad f)",
        step: "x <- prox(t*g)(x - t*grad f(x))",
      }),
      /IPX7001/u,
    ],
    [
      "a given step with a long interval",
      lasso({
        properties: "with norm <= 2",
        declarations: "given t : R in (0, 1] = 0.1",
        step: "x <- prox(t*g)(x - t*grad f(x))",
      }),
      /IPX7001/u,
    ],
  ]);

  test("a long step through a network is not refuted", () => {
    const text = plugAndPlay({
      bound: "with nonexpansive",
      declarations: "let t = 3",
      step: "x <- D(x - t*grad f(x))",
    });
    expect(answerOf(text).certificate?.answer).toBe("not_found");
  });

  test("1/norm(A) is pointed at, with its repair", () => {
    const text = lasso({ declarations: "let t = 1/norm(A)", step: "x <- prox(t*g)(x - t*grad f(x))" });
    expect(answerOf(text).said).toEqual(["warning IPX7103"]);
    expect(answerOf(text.replace("1/norm(A)", "1/norm(A)^2")).said).toEqual(["note IPX7002"]);
  });
});

describe("the objective", () => {
  test.each([
    [
      "a prox without the step size",
      lasso({ declarations: LEARNED_STEP, step: "x <- prox(g)(x - t*grad f(x))" }),
    ],
    [
      "a gradient scaled by 2",
      lasso({ declarations: SHORT_STEP, step: "x <- prox(t*g)(x - t*2*A'*(A*x - y)*0.5 - 0.1*t*grad f(x))" }),
    ],
    [
      "a forgotten part",
      lasso({ declarations: SHORT_STEP, objective: "f(x)", step: "x <- prox(t*g)(x - t*grad f(x))" }),
    ],
    ["two penalties", admm({ z: "prox(g/(2*rho))(h + u)" })],
    [
      "half of a primal part",
      primalDual({
        data: "X",
        tau: "1/(1 + norm(K)^2)",
        sigma: "1",
        functions: "fun e(q : Y) = norm1(q)\n  fun h(x : X) = 1/2*norm2sq(x - y)",
        objective: "h(x) + e(K*x)",
        step: "p <- prox(sigma*conjugate(e))(p + sigma*K*b)\n    x <- x - tau*(0.5*grad h(x) + K'*p)\n    b <- 2*x - old x",
      }),
    ],
  ])("differs: %s", (_what, text) => {
    const { certificate, said } = answerOf(text);
    expect(certificate?.answer).toBe("proved");
    expect(certificate?.statement).not.toContain("objective");
    expect(said).toContain("warning IPX7102");
  });

  test("at the initial values of what is learned, it agrees", () => {
    const learned = (initial: string): string =>
      lasso({
        declarations: `let t = 1/lip(grad f)\n  learn theta : R in (0, inf) per step = ${initial}`,
        target: "converge(max = 100)\n  unroll(5)",
        step: "x <- soft(x - t*grad f(x), theta)",
      });
    const right = answerOf(learned("lambda/lip(grad f)"));
    expect(right.said).not.toContain("warning IPX7102");
    expect(right.certificate?.statement).toContain(
      "with the initial values of what is learned, a minimiser of the objective",
    );
    expect(answerOf(learned("lambda")).said).toContain("warning IPX7102");
  });

  test("counts as an error where a proof is required", () => {
    const target = "converge(max = 100, proof = required)";
    const text = lasso({ declarations: LEARNED_STEP, target, step: "x <- prox(g)(x - t*grad f(x))" });
    expect(answerOf(text).said).toContain("error IPX7102");
  });
});
