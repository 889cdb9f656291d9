import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";

/** Steps by the gradient of a function whose loop ends at its cap where norm2(x) > 4. */
const STEPS: Readonly<Record<string, string>> = {
  "a gradient": "x <- x - 0.5*grad f(x)",
  "the gradient of a sum": "x <- x - 0.5*grad (f + 0.001*norm2sq)(x)",
  "a gradient behind a loop of the step": `var t = 1
    while t > 0.6 max 60 { t <- t/2 }
    x <- x - t*grad f(x)`,
};

test.each(Object.entries(STEPS))("a loop that hits its cap under %s is reported", async (_, step) => {
  const text = `program p {
  input y : R[2]
  fun f(x : R[2]) -> R {
    var z = x
    while norm2(z) > 1 max 2 { z <- 0.5*z }
    return norm2sq(z - 0.25*y)
  }
  state x : R[2] = y
  step {
    ${step}
  }
  output x
  converge(until = change(x) < 10, max = 3, proof = none)
}`;
  const using = operations(referenceEngine());
  const program = await bind(definitionFor(compiledText("p", text), "solver"), using, { givens: {} });
  const y = realArray([2, 2], Float64Array.from([0.1, 0.2, 500, 600]));
  const inputs = await perform(using, bindInputs(program, { y }, true));
  const { reason } = await run(program, inputs);
  expect(reason[0]).toBe("until");
  expect(reason[1]).not.toBe("until");
});
