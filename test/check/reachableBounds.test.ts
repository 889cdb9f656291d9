import { describe, expect, test } from "vitest";
import { compileProgram } from "../../compiler/compile.ts";
import { parseFile } from "../../compiler/ast/parse.ts";
import { checkText, codesOf, soundProgram } from "./check.ts";

const text = (network: string, bound: string): string => `program p[n] {
  input y : R[n]
  learn D : net R[n] -> R[n] = ${network} with ${bound}
  output D(y)
}
`;
const LAYERS = "dense(n) |> relu |> dense(n)";

describe("the bound of a learned network", () => {
  test.each([
    [LAYERS, "residual_lipschitz <= 0.5"],
    [LAYERS, "residual_lipschitz <= 0.99"],
    [`residual(${LAYERS})`, "lipschitz <= 0.9"],
    [`residual(residual(${LAYERS}))`, "residual_lipschitz <= 0.5"],
    [`residual(${LAYERS}) |> dense(n)`, "residual_lipschitz <= 0.5"],
  ])("of %s is not reached by any weights: %s", (network, bound) => {
    expect(codesOf(checkText(text(network, bound)))).toEqual(["IPX3310"]);
  });

  test.each([
    [LAYERS, "residual_lipschitz <= 1.5"],
    [LAYERS, "lipschitz <= 0.1"],
    [LAYERS, "nonexpansive"],
    [`residual(${LAYERS})`, "residual_lipschitz <= 0.5"],
    [`residual(${LAYERS})`, "lipschitz <= 1.5"],
  ])("of %s is kept, and compiles: %s", (network, bound) => {
    const written = text(network, bound);
    const program = soundProgram(written);
    expect(codesOf(checkText(written))).toEqual([]);
    expect(compileProgram(parseFile({ path: "test.ipx", text: written }).file, program).kind).toBe("done");
  });
});
