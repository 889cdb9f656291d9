import { describe, expect, test } from "vitest";
import { answerOf } from "./lab/answers.ts";
import { NONE, open, proved } from "./lab/cases.ts";
import { lasso, SHORT_STEP } from "./lab/texts.ts";

describe("states that feed nothing", () => {
  const ISTA = "x <- prox(t*g)(x - t*grad f(x))";
  const watched = (state: string, update: string, output = "x"): string =>
    lasso({
      declarations: SHORT_STEP,
      states: `state x : X = 0\n  ${state}`,
      step: `${ISTA}\n    ${update}`,
      objective: "f(x) + g(x)",
      output,
    });
  proved([
    ["the residual", watched("state r : Y = 0", "r <- A*x - y", "r"), /^proximal gradient$/u],
    [
      "an image of an image",
      watched("state r : Y = 0\n  state v : X = 0", "v <- A'*r\n    r <- A*old x - y", "v"),
      /^proximal gradient$/u,
    ],
    [
      "the primal point of Douglas-Rachford",
      lasso({
        objective: null,
        states: "state z : X = 0\n  state x : X = 0",
        step: "x <- prox(g)(z)\n    z <- z + prox(g/2)(2*x - z) - x",
      }),
      /^Douglas-Rachford$/u,
    ],
  ]);
  open([
    ["a sum of all iterates", watched("state r : Y = 0", "r <- r + A*x - y", "r"), NONE],
    [
      "an image that grows",
      watched("state r : Y = 0", "r <- k*(A*x - y)", "r").replace("step ", "step k "),
      NONE,
    ],
    ["an image that jumps", watched("state r : X = 0", "r <- hard(x, 0.1)", "r"), NONE],
    [
      "a state that is read",
      lasso({
        declarations: SHORT_STEP,
        states: "state x : X = 0\n  state r : Y = 0",
        step: "x <- prox(t*g)(x - t*A'*r)\n    r <- A*x - y",
      }),
      NONE,
    ],
  ]);
  test("the residual's proof speaks of the objective", () => {
    const { certificate } = answerOf(watched("state r : Y = 0", "r <- A*x - y", "r"));
    expect(certificate?.statement).toContain("a minimiser of the objective");
  });
});
