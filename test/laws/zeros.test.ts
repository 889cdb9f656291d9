import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";

const ENGINE = operations(referenceEngine());
const Y = realArray([2, 4], Float64Array.of(0.3, -1, 2, 0.5, 1, 0.1, -0.4, 3));
const A = realArray(
  [3, 4],
  Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)),
);

/** Arrays of the space of y, which they are added to; Z is a zero. */
const USES: readonly string[] = [
  "sum(exp(Z))*y",
  "norm2sq(Z .+ 1)*y",
  "dot(Z .+ 1, Z .+ 2)*y",
  "dot(Z, y)*y",
  "sum(clip(Z, 2, 3))*y",
  "sum(max(Z, 1))*y",
  "proj(simplex)(Z)",
  "proj(halfspace(y, 1))(Z)",
  "prox(0.1*norm1)(Z .+ 1)",
  "huber(delta = 0.1)(Z .+ 1)*y",
  "diag(Z .+ 1)*(Z .+ 1)",
  "A'*tanh(A*Z .+ 1)",
  "sum(A*Z .+ 1)*y",
  "(Z)[0]*y",
  "Z .+ 1",
  "stop_gradient(Z) .+ 1",
  "(Z)/2 .+ 1",
  "-(Z) .+ 1",
];

/** A zero that no rule of the compiler knows, and those that one may. */
const ZEROS = ["y - y", "0*y", "y*0", "2*(0*y)", "0*(A'*(A*y))", "A'*(0*(A*y))"] as const;

async function outputOf(expression: string): Promise<readonly number[]> {
  const text = `program p[m, n] {\n  given A : linear R[n] -> R[m]\n  input y : R[n]\n  let z = y + (${expression})\n  output z\n}\n`;
  const ready = await model(definitionFor(compiledText("p", text), "solver"), { A }, { engine: ENGINE });
  const { output } = await ready.run({ y: Y });
  ready.dispose();
  expect(output.shape).toEqual(Y.shape);
  return [...output.data];
}

test.each(USES)("a zero in %s has the space of what 0 is multiplied with", async (use) => {
  const [expected, ...found] = await Promise.all(
    ZEROS.map((zero) => outputOf(use.replaceAll("(Z)", `(${zero})`).replaceAll("Z", `(${zero})`))),
  );
  for (const numbers of found) {
    expect(numbers.every((value, at) => Math.abs(value - (expected?.[at] ?? NaN)) < 1e-12)).toBe(true);
  }
});
