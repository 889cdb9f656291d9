import { describe, expect, test } from "vitest";
import { analyse } from "../../compiler/compile.ts";
import { printProgram } from "../../compiler/ir/print.ts";
import { lowerProgram } from "../../compiler/lower/program/program.ts";
import { optimise } from "../../compiler/passes/pipelines.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { download } from "../../runtime/program/transfer.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import type { Data } from "../../runtime/program/datum.ts";
import { run } from "../../runtime/solve/run.ts";
import { compiledText, definitionFor, programText, type Edit } from "./lab/compiled.ts";
import { problem, SAMPLES, type Problem } from "./lab/problems.ts";
import { inputSlopes } from "./lab/slopes.ts";
import { apart, numbersOf, ready, stepped } from "./lab/steps.ts";

const SEED = 5;
const SMALL: Edit = ["depth = 17, width = 64", "depth = 3, width = 3"];
const EXACT: readonly Edit[] = [
  SMALL,
  [
    "tol = 1e-5, max = 100, backward = gmres(tol = 1e-5)",
    "tol = 1e-13, max = 400, backward = gmres(tol = 1e-13)",
  ],
];
const using = operations(referenceEngine());
const images = problem("model_adaptation");

/** A program on the data of another one, in the words of `text`; what it imports is exact. */
function given(of: Problem, more: Data): Problem {
  return { ...of, givens: async (...all) => ({ ...(await of.givens(...all)), ...more }) };
}

async function outputOf(of: Problem, text: string, more: Data = {}): Promise<readonly number[]> {
  const compiled = compiledText("test", text, { de_prox: EXACT });
  const { program, inputs } = await ready(given(of, more), definitionFor(compiled, "direct"), using, SEED);
  const { output } = await run(program, inputs);
  return numbersOf(using, output, SAMPLES.length);
}

const onImages = (called: string, target: string): string => `
  import ${called} from "./${called}.ipx"
  program test[h, w, space Y] {
    given A   : linear R[h, w] -> Y with norm <= 1
    given eps : R = 0
    input y   : Y
    fun f(w : weights(${called})) = ${called}(A = A, y = y, weights = w)
    fun J(w : weights(${called})) = norm2sq(A*f(w) - y) + 0.1*sum(f(w))
    let start = weights(${called})
    let g = grad J(start)
    fun other(w : weights(${called})) = norm2sq(f(w))
    let d = grad other(start)
    output ${target}
  }`;

/** A program in the same file, by a target of its own. */
const inFile =
  (target: string) =>
  (_: string, output: string): string => `
  program test[n, space Y] {
    given A   : linear R[n] -> Y
    given eps : R = 0
    input y   : Y
    fun f(w : weights(inner)) = inner(A = A, y = y, weights = w)
    fun J(w : weights(inner)) = norm2sq(A*f(w) - y) + 0.1*sum(f(w))
    let start = weights(inner)
    let g = grad J(start)
    fun other(w : weights(inner)) = norm2sq(f(w))
    let d = grad other(start)
    output ${output}
  }
  program inner[n, space Y] {
    given A  : linear R[n] -> Y
    given mu : R in (0, inf) = 0.7
    input y  : Y
    fun f(x : R[n]) = 1/2*norm2sq(A*x - y) + 1/2*mu*norm2sq(x)
    learn t : R in (0, inf) = 1/lip(grad f)
    learn b : R[n] = 0.1
    learn K : linear R[n] -> R[n] = 0.3*I
    ${target}
  }`;

const STEP = `state x : R[n] = b
    step { x <- 0.9*x - 0.4*t*grad f(x) + 0.1*tanh(K*x) }
    output x`;

/** The same program, joined from a method and a problem that declare the space under other names. */
const joined =
  (target: string) =>
  (_: string, output: string): string => {
    const [caller] = inFile("")("", output).split("program inner");
    return `${caller ?? ""}
  program inner = relaxed for tikhonov
  program relaxed[space Z] {
    given f : Z -> R with convex, smooth
    learn t : R in (0, inf) = 0.3
    learn b : Z = 0.1
    ${target}
  }
  problem tikhonov[n, space Y] {
    given A  : linear R[n] -> Y
    given mu : R in (0, inf) = 0.7
    input y  : Y
    learn K : linear R[n] -> R[n] = 0.3*I
    fun f(x : R[n]) = 1/2*norm2sq(A*x - y) + 1/2*mu*norm2sq(K*x)
  }`;
  };

const JOINED_STEP = `state x : Z = b
    step { x <- 0.9*x - 0.4*t*grad f(x) }
    output x`;

const CALLED: readonly (readonly [string, Problem, (called: string, output: string) => string])[] = [
  ["an equilibrium with a network", images, onImages],
  ["an unrolled program", problem("refined_ista"), inFile(`${STEP}\n    unroll(4)`)],
  ["many unrolled steps, as a loop", problem("refined_ista"), inFile(`${STEP}\n    unroll(40)`)],
  [
    "a solver with a test",
    problem("refined_ista"),
    inFile(`${STEP}\n    converge(until = norm2(x) < 0, max = 24, every = 2)`),
  ],
  ["a solver without a test", problem("refined_ista"), inFile(`${STEP}\n    converge(max = 5)`)],
  [
    "an equilibrium of two states",
    problem("refined_ista"),
    inFile(`state x : R[n] = b
    state p : R[n] = 0
    step {
      x <- x - 0.4*t*grad f(x) + 0.1*tanh(K*p)
      p <- 0.5*p + 0.2*x
    }
    output x + p
    equilibrium(solver = anderson(memory = 2), tol = 1e-12, max = 400, backward = gmres(tol = 1e-12))`),
  ],
  ["an unrolled joined program", problem("refined_ista"), joined(`${JOINED_STEP}\n    unroll(3)`)],
  ["a joined solver", problem("refined_ista"), joined(`${JOINED_STEP}\n    converge(max = 5)`)],
  [
    "a joined equilibrium",
    problem("refined_ista"),
    joined(`${JOINED_STEP}
    equilibrium(solver = anderson(memory = 3), tol = 1e-12, max = 400, backward = gmres(tol = 1e-12))`),
  ],
  ["a program without a step", problem("refined_ista"), inFile("output b + t*A'*(y - A*tanh(K*b))")],
];

describe.each(CALLED)("a call of %s", (_, of, text) => {
  const data: Problem = { ...of, edits: [], givens: async (...all) => onlyA(await of.givens(...all)) };
  const output = (expression: string, more: Data = {}): Promise<readonly number[]> =>
    outputOf(data, text("de_prox", expression), more);

  test("has the gradient of finite differences, in two directions, for each sample", async () => {
    for (const direction of ["g", "d"]) {
      const slope = await output(`dot(g, ${direction})`);
      const size = (await output(`norm2(${direction})`))[0] ?? 1;
      const eps = 1e-5 / size;
      const up = await output(`J(start + eps*${direction})`, { eps });
      const down = await output(`J(start + eps*${direction})`, { eps: -eps });
      const difference = up.map((each, sample) => (each - (down[sample] ?? 0)) / (2 * eps));
      expect(Math.min(...slope.map(Math.abs))).toBeGreaterThan(1e-6);
      expect(apart(difference, slope)).toBeLessThan(2e-6);
    }
  });
});

test.each(["ista(A = A, y = y)", "grad F(y)"])(
  "where a call's equilibrium is not found, all of %s is infinite",
  async (expression) => {
    const text = `
  program test[n, space Y] {
    given A : linear R[n] -> Y
    input y : Y
    fun F(u : Y) = sum(ista(A = A, y = u))
    output ${expression}
  }
  program ista[n, space Y] {
    given A : linear R[n] -> Y
    input y : Y
    fun f(x : R[n]) = 1/2*norm2sq(A*x - y)
    state x : R[n] = 0
    step { x <- soft(x - 0.1*grad f(x), 0.01) }
    output x
    equilibrium(solver = anderson(memory = 2), tol = 1e-12, max = 3, backward = gmres(tol = 1e-12))
  }`;
    const of = problem("refined_ista");
    const data: Problem = { ...of, edits: [], givens: async (...all) => onlyA(await of.givens(...all)) };
    const compiled = compiledText("test", text);
    const { program, inputs } = await ready(data, definitionFor(compiled, "direct"), using, SEED);
    const { output } = await run(program, inputs);
    if (output?.kind !== "array") throw new Error("one array");
    expect((await download(using, output)).data.filter(Number.isFinite)).toEqual(new Float64Array(0));
  },
);

function onlyA({ A }: Data): Data {
  return A === undefined ? {} : { A };
}

test("a call with the weights of a file is the program with them", async () => {
  const alone = compiledText("de_prox", programText("de_prox", EXACT));
  const { program, inputs } = await ready(
    { ...images, givens: async (...all) => onlyA(await images.givens(...all)) },
    definitionFor(alone, "equilibrium"),
    using,
    SEED,
  );
  const weights = await saveParameters(using, program.definition, program.parameters);
  const { output } = await run(program, inputs);
  const expected = await numbersOf(using, output, SAMPLES.length);
  const caller = compiledText("test", onImages("de_prox", "f(start)"), { de_prox: EXACT });
  const bound = await ready(
    { ...images, givens: async (...all) => onlyA(await images.givens(...all)) },
    definitionFor(caller, "direct"),
    using,
    SEED,
    { weights },
  );
  const found = await run(bound.program, bound.inputs);
  expect(apart(await numbersOf(using, found.output, SAMPLES.length), expected)).toBeLessThan(1e-10);
});

test.each(["model_adaptation", "refined_ista"])("%s descends, for each sample", async (name) => {
  const compiled = compiledText(name, programText(name));
  const bound = await ready(problem(name), definitionFor(compiled, "solver"), using, SEED);
  const objectives: (readonly number[])[] = [];
  for (const steps of [1, 4, 8]) objectives.push((await stepped(bound, steps)).get("objective") ?? []);
  for (const sample of SAMPLES) {
    const [first = 0, second = 0, third = 0] = objectives.map((each) => each[sample]);
    expect(second).toBeLessThan(first);
    expect(third).toBeLessThan(second);
  }
});

test("an adaptation can be differentiated by the data, through the gradients in its steps", async () => {
  const compiled = compiledText("model_adaptation", programText("model_adaptation"), { de_prox: EXACT });
  const definition = definitionFor(compiled, "unrolled", { steps: 2 });
  const slopes = await inputSlopes(await ready(images, definition, using, SEED), "y");
  expect(Math.abs(slopes.gradient - slopes.difference) / slopes.scale).toBeLessThan(2e-6);
});

test("a joined program that is called is the one that one writes by hand, for a space of the caller", () => {
  const members = (space: string): string => `  learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)
    state x : ${space} = 0
    step { x <- prox(t*g)(x - t*grad f(x)) }
    output x
    unroll(3)`;
  const asked = "given f : Z -> R with convex, smooth\n given g : Z -> R with convex, proximable";
  const own = `given A : linear X -> Y\n given lambda : R in (0, inf) = 0.1\n input y : Y
    fun f(x : X) = 1/2*norm2sq(A*x - y)\n fun g(x : X) = lambda*norm1(x)`;
  const caller = `program p[h, w] {
    given P : R[h, w]
    input y : C[h, w]
    learn factor : R in (0, inf) = 0.2
    let A : linear R[h, w] -> C[h, w] = mask(P)*fourier
    output norm2sq(called(A = A, y = y, lambda = factor))
  }`;
  const joinedText = `${caller}
    program called = method for lasso
    program method[space Z] {\n ${asked}\n ${members("Z")} }
    problem lasso[space X, space Y] {\n ${own} }`;
  const byHand = `${caller}\nprogram called[space X, space Y] {\n ${own}\n ${members("X")} }`;
  expect(printedProgram(joinedText)).toBe(printedProgram(byHand));
});

function printedProgram(text: string): string {
  const { checked, diagnostics } = analyse({ path: "p.ipx", text }, () => null);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const program = checked.programs.find(({ tree }) => tree.name.name === "p");
  if (program === undefined) throw new Error("no program");
  return printProgram(optimise(lowerProgram(program, "", null)));
}

const CALLEE = `program scaled[n] {
  given c : R in (0, inf) = 2
  input y : R[n]
  learn w : R[n] = 1
  output c*w.*y
}`;

test.each([
  ["scaled(y = ones)", []],
  ["scaled(y = y, c = -1)", ["IPX3206"]],
  ["scaled(y = y, weights = 1)", ["IPX2008"]],
  ["scaled(c = 1)", ["IPX1009"]],
  ["scaled(y = y, d = 1)", ["IPX1008"]],
  ["scaled(y = y, y = y)", ["IPX1018"]],
] as const)("%s is checked", (call, codes) => {
  const text = `program p[n] {\n input y : R[n]\n learn q : R[n] = 0\n output y + q + ${call}\n}\n${CALLEE}`;
  const { diagnostics } = analyse({ path: "p.ipx", text }, () => null);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code)).toEqual(codes);
});
