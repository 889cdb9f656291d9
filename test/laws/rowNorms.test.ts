import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";

const ENGINE = operations(referenceEngine());
const vector = (entries: readonly number[]) => realArray([entries.length], Float64Array.from(entries));

/** Rows by index, and how often the one that stands most often does. */
const SETS = [
  { J: [0, 1, 2], most: 1 },
  { J: [4, 4, 4], most: 3 },
  { J: [1, 3, 1], most: 2 },
] as const;

/** Operators between R[5] by the way in which their norm is found, with that norm. */
const OPERATORS = {
  "an operator of the run": ["2*I", 2],
  "a diagonal of the data": ["diag(y)*I", 5],
} as const;

test.each(Object.entries(OPERATORS))(
  "rows of %s that stand twice count twice in its norm",
  async (_, [A, norm]) => {
    const text = `program p[b] {
    given J : int[b] in [0, 4]
    input y : R[5]
    let A : linear R[5] -> R[5] = ${A}
    output norm(A[J])*y
  }`;
    for (const { J, most } of SETS) {
      const ready = await model(
        definitionFor(compiledText("p", text), "direct"),
        { J: vector(J) },
        { engine: ENGINE },
      );
      const { output } = await ready.run({ y: vector([1, 2, 3, 4, 5]) });
      ready.dispose();
      expect(output.data[0]).toBeCloseTo(norm * Math.sqrt(most), 10);
    }
  },
);
