import { describe, expect, test } from "vitest";
import { analyse } from "../../compiler/compile.ts";
import { printProgram } from "../../compiler/ir/print.ts";
import { lowerProgram } from "../../compiler/lower/program/program.ts";
import { optimise } from "../../compiler/passes/pipelines.ts";
import { programs } from "../programs.ts";

function textOf(path: string): string {
  return programs.find((program) => program.path === path)?.text ?? "";
}

/** The optimised IR of the last program of a text, under a neutral name. */
function irOf(text: string): string {
  const { checked, diagnostics } = analyse({ path: "p.ipx", text }, (path) =>
    path === "./methods.ipx" ? { path, text: textOf("lasso_methods.ipx") } : null,
  );
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const program = checked.programs.at(-1);
  if (program === undefined) throw new Error("no program");
  return printProgram(optimise({ ...lowerProgram(program, "", null), name: "p", doc: "" }));
}

const METHOD = `program proximal_gradient[space Z] {
  given f : Z -> R with convex, smooth
  given g : Z -> R with convex, proximable
  learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)
  state x : Z = 0
  step { x <- prox(t*g)(x - t*grad f(x)) }
  objective f(x) + g(x)
  output x
  converge(until = change(x) < 1e-6, max = 5000)
  unroll(20)
}
`;

const IMAGES = `
  given A      : linear R[h, w] -> Y
  given lambda : R in (0, inf) = 0.1
  input y      : Y
  fun f(x : R[h, w]) = 1/2*norm2sq(A*x - y)
  fun g(x : R[h, w]) = lambda*norm1(x)
`;

describe("a method for a problem is the program that one writes by hand", () => {
  const byHand = irOf(textOf("ista.ipx").replace(/^ {2}equilibrium.*$/mu, ""));

  test("ISTA", () => {
    const joined = textOf("lasso_methods.ipx").replace(/^program projected_tikhonov.*$/mu, "");
    expect(irOf(joined)).toBe(byHand);
  });

  test("from imported parts", () => {
    expect(
      irOf(`import proximal_gradient, lasso from "./methods.ipx"\nprogram p = proximal_gradient for lasso`),
    ).toBe(byHand);
  });

  test("the space of the method is the one of the problem's functions, whatever its name", () => {
    const joined = `${METHOD}problem images[h, w, space Y] {${IMAGES}}\nprogram p = proximal_gradient for images`;
    const [, members] = METHOD.split("proximable\n");
    const written = `program p[h, w, space Y] {${IMAGES}${(members ?? "").replaceAll("Z", "R[h, w]")}`;
    expect(irOf(joined)).toBe(irOf(written));
  });
});
