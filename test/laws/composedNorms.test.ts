import fc from "fast-check";
import { expect, test } from "vitest";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { type CompiledProgram, definitionOf } from "../../compiler/compile.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { readNumbers } from "../../runtime/operators/host.ts";
import { loadModule } from "../emit/load.ts";
import { compiledText, planOf } from "./lab/compiled.ts";
import { byDefinition } from "./lab/interpreter.ts";
import { problem, type Problem } from "./lab/problems.ts";
import { distance, ready, stepped } from "./lab/steps.ts";

const ISTA = problem("ista");
const WEIGHTS = realArray([6], Float64Array.of(0.1, 3, 0.2, 0.1, 0.4, 0.1));

/** ISTA on data that are weighted, in words that mean the same. */
const WORDINGS: readonly (readonly [string, string])[] = [
  ["a product", "diag(s)*A*x"],
  ["a chain", "diag(s)*(A*x)"],
  ["entry by entry", "s .* (A*x)"],
  ["a name", "B*x"],
];

function compiledWith(image: string): CompiledProgram {
  return compiledText(
    "ista",
    `program ista[m, n] {
  given A      : linear R[n] -> R[m]
  given s      : R[m]
  given lambda : R in (0, inf) = 0.1
  input y      : R[m]
  ${image === "B*x" ? "let B = diag(s)*A" : ""}
  fun f(x : R[n]) = 1/2*norm2sq(${image} - y)
  learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)
  state x : R[n] = 0
  step { x <- prox(t*lambda*norm1)(x - t*grad f(x)) }
  output x
  converge(max = 20)
}`,
  );
}

const WEIGHTED: Problem = {
  ...ISTA,
  givens: async (using, seed) => ({ ...(await ISTA.givens(using, seed)), s: WEIGHTS }),
};

test.each(WORDINGS)("the step over the norm of %s: interpreter, plan and module agree", async (_, image) => {
  const compiled = compiledWith(image);
  const plan = planOf(compiled, "solver");
  const definition = definitionOf(plan);
  const text = await emitModule(plan, { runtimeSpecifier: "ipc/runtime", sourceName: "ista.ipx" });
  const module = loadModule(text, "ista");
  expect(text.split("ops.composition(").length - 1).toBe(1);
  expect(/function constants\([^]*?\n\}/u.exec(text)?.[0]).toContain("ops.composition(");
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (seed) => {
      const using = operations(referenceEngine());
      const bound = await ready(WEIGHTED, definition, using, seed);
      const executed = await stepped(bound, 3);
      expect(distance(executed, byDefinition(compiled.lowered, bound, 3))).toBeLessThan(1e-6);
      expect(await stepped(await ready(WEIGHTED, module, using, seed), 3)).toEqual(executed);
    }),
    { numRuns: 2, seed: 7 },
  );
});

test("all wordings take the same step, far longer than the product of norms allows", async () => {
  const steps = await Promise.all(
    WORDINGS.map(async ([, image]) => {
      const using = operations(referenceEngine());
      const definition = definitionOf(planOf(compiledWith(image), "solver"));
      const { program } = await ready(WEIGHTED, definition, using, 3);
      const t = program.parameters.get("t")?.[0];
      const A = program.known["A"];
      if (t?.kind !== "array" || typeof A !== "object" || A.kind !== "operator") throw new Error("no step");
      const [step = 0] = readNumbers(using.engine, t.handle, "the step");
      return step * (3 * A.norm.value) ** 2;
    }),
  );
  expect(Math.min(...steps)).toBeGreaterThan(1.5);
  for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? 0, 9);
});
