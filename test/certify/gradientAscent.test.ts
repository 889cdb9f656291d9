import { describe } from "vitest";
import { NONE, open, refuted } from "./lab/cases.ts";
import { lasso, LEARNED_STEP, SHORT_STEP } from "./lab/texts.ts";

describe("steps along the gradient", () => {
  refuted([
    [
      "ascent",
      lasso({ declarations: LEARNED_STEP, objective: null, step: "x <- x + t*grad f(x)" }),
      /IPX7005/u,
    ],
    [
      "ascent with dots",
      lasso({ declarations: LEARNED_STEP, objective: null, step: "x <- x .+ t*grad f(x)" }),
      /IPX7005/u,
    ],
    [
      "ascent by the norm",
      lasso({ declarations: SHORT_STEP, objective: null, step: "x <- x - t*A'*(y - A*x)" }),
      /IPX7005/u,
    ],
    [
      "ascent by a negative number",
      lasso({ objective: null, step: "x <- x - (-0.1)*grad f(x)" }),
      /IPX7005/u,
    ],
    [
      "ascent inside a threshold",
      lasso({ declarations: SHORT_STEP, step: "x <- prox(t*g)(x + t*grad f(x))" }),
      /IPX7005/u,
    ],
    [
      "projected ascent",
      lasso({ declarations: SHORT_STEP, objective: null, step: "x <- max(x + t*grad f(x), 0)" }),
      /IPX7005/u,
    ],
  ]);

  open([
    [
      "ascent by a number of either sign",
      lasso({ declarations: "given r : R", objective: null, step: "x <- x + r*grad f(x)" }),
      NONE,
    ],
    [
      "ascent that a strongly convex prox damps",
      lasso({
        properties: "with norm <= 1",
        declarations: "fun h(x : X) = norm2sq(x)",
        objective: null,
        step: "x <- prox(h)(x + 0.1*grad f(x))",
      }),
      NONE,
    ],
    ["ascent from zero data", lasso({ objective: null, step: "x <- x + 0.1*(A'*A*x)" }), NONE],
  ]);
});
