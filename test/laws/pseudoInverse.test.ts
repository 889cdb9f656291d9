import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";
import { parameterSlopes } from "./lab/slopes.ts";

const [SAMPLES, N] = [2, 5];

/** What is learned weighs the rows of a matrix: the pseudo-inverse is one for all samples, or one for each. */
const WEIGHTS = { shared: "diag(v)", "of each sample": "diag(v .* (2 .+ tanh(y)))" } as const;

test.each(Object.entries(WEIGHTS))(
  "a pseudo-inverse %s is trained through, by what it is of",
  async (_, weight) => {
    const text = `program p[n] {
    input y : R[n]
    learn v : R[n] = 1.5
    let G = gaussian(n, 3, seed = 1)
    let P = pinv(${weight}*G)
    state x : R[3] = 0
    step { x <- x - 0.5*(x - P*y) + 0.1*G'*(P'*x) }
    output x
    unroll(3)
  }`;
    const using = operations(referenceEngine());
    const program = await bind(definitionFor(compiledText("p", text), "unrolled"), using, {
      sizes: { n: N },
    });
    const y = realArray(
      [SAMPLES, N],
      Float64Array.from({ length: SAMPLES * N }, (__, i) => Math.sin(3 * i + 1)),
    );
    const inputs = await perform(using, bindInputs(program, { y }, true));
    const [slope] = await parameterSlopes({ program, inputs });
    expect(Math.abs(slope?.gradient ?? 0)).toBeGreaterThan(1e-3);
    expect(slope?.gradient).toBeCloseTo(slope?.difference ?? NaN, 6);
  },
);
