import { describe, expect, test } from "vitest";
import { analyse, compileProgram } from "../../compiler/compile.ts";
import { evaluateBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import type { LaneValue, Setting } from "../../compiler/ir/evaluate/lanes.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { Dice, lanesOf, randomLanes, realsOf, shifted } from "../ir/lab.ts";

const SETTING: Setting = { functions: new Map(), sizes: { n: 4 }, spaces: {} };

function compiled(members: string): IrProgram {
  const text = `program p[n] {\n input x : R[n]\n input v : R[n]\n input w : R[n]\n${members}\n}`;
  const { file, checked, diagnostics } = analyse({ path: "p.ipx", text }, () => null);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const outcome = compileProgram(file, checked.programs[0]!);
  if (outcome.kind === "refused") throw new Error(outcome.diagnostic.message);
  return outcome.value.lowered;
}

/** The output of a program at points for its inputs. */
function output(program: IrProgram, inputs: readonly LaneValue[]): readonly number[] {
  const block = {
    parameters: program.inputs.map(({ variable }) => variable),
    equations: [...program.constants.equations, ...program.prepare.equations, ...program.finish.equations],
    results: program.finish.results,
  };
  const [found] = evaluateBlock(block, inputs, lanesOf(1, new Map()), SETTING);
  return realsOf(found!);
}

/** D of full rank that depends on x, G of rank n - 1, S of half of the rows. */
const PARTS = [
  "let D = diag(exp(0.3*x))",
  "let R1 : linear R[n, 1] -> R[n] = reshape",
  "let G = R1*gradient(axes = 1, boundary = periodic)",
  "let S = (I + G)[interleaved(n, parts = 2, part = 0)]",
].join("\n");

/** Matrices that depend on x, and sums of products with their pseudo-inverses P. */
const INVERTED = {
  "a tall matrix": ["D*S'", "S'*(P*tanh(x)) + P'*(S*x)"],
  "a wide matrix": ["S*D", "P*(S*tanh(x)) + S'*(P'*x)"],
  "a singular matrix": ["D*G*D", "P*tanh(x) + P'*x"],
};

const MAPS = {
  "a map of entries": "fun F(x : R[n]) = exp(0.3*x) .* sigmoid(x) + 0.5*norm2sq(x)*x",
  "a map with a loop written out":
    "fun F(x : R[n]) -> R[n] { var z = x\n repeat 3 { z <- tanh(z) + 0.1*x }\n return z }",
  "a map on slices":
    "let S : linear R[n] -> R[2, 2] = reshape\n fun g(p : R[2], t : R) = t*tanh(p) + norm2sq(p)*p\n fun F(x : R[n]) = S'*each(g)(S*x, each(norm2sq)(S*x)) + 0.1*S'*each(tanh)(S*x)",
  "a solve": "fun F(x : R[n]) = solve(diag(exp(x)) + 2*I, x, by = cg(tol = 1e-12, max = 20))",
  ...Object.fromEntries(
    Object.entries(INVERTED).map(([name, [A = "", value = ""]]) => [
      `a pseudo-inverse of ${name}`,
      `fun F(x : R[n]) -> R[n] {\n ${PARTS}\n let P = pinv(${A})\n return ${value}\n }`,
    ]),
  ),
};

describe.each(Object.entries(MAPS))("the derivative of %s", (_, definition) => {
  const value = compiled(`${definition}\n output F(x) + 0*(v + w)`);
  const along = compiled(`${definition}\n output derivative(F)(x)*v + 0*w`);
  const pairs = compiled(
    `${definition}\n let J = derivative(F)(x)\n output (dot(J*v, w) - dot(v, J'*w))*ones + 0*x`,
  );
  const dice = new Dice(3);
  const [x, v, w] = value.inputs.map(({ variable }) => randomLanes(variable, 1, dice, SETTING));

  test("is the limit of differences", () => {
    const h = 1e-5;
    const at = (by: number): readonly number[] => output(value, [shifted(x!, v!, by), v!, w!]);
    const [after, before] = [at(h), at(-h)];
    output(along, [x!, v!, w!]).forEach((entry, i) => {
      expect(entry).toBeCloseTo((after[i]! - before[i]!) / (2 * h), 7);
    });
  });

  test("has its adjoint", () => {
    for (const entry of output(pairs, [x!, v!, w!])) expect(Math.abs(entry)).toBeLessThan(1e-9);
  });
});

test("a Hessian is the derivative of the gradient, and self-adjoint", () => {
  const f = "fun f(x : R[n]) = norm2sq(tanh(x)) + dot(x, x)^2";
  const gradient = compiled(`${f}\n output grad f(x) + 0*(v + w)`);
  const along = compiled(`${f}\n output derivative(grad f)(x)*v + 0*w`);
  const back = compiled(`${f}\n output derivative(grad f)(x)'*v + 0*w`);
  const dice = new Dice(5);
  const [x, v, w] = gradient.inputs.map(({ variable }) => randomLanes(variable, 1, dice, SETTING));
  const h = 1e-5;
  const at = (by: number): readonly number[] => output(gradient, [shifted(x!, v!, by), v!, w!]);
  const [after, before] = [at(h), at(-h)];
  const found = output(along, [x!, v!, w!]);
  found.forEach((entry, i) => {
    expect(entry).toBeCloseTo((after[i]! - before[i]!) / (2 * h), 6);
  });
  expect(output(back, [x!, v!, w!])).toEqual(found);
});

test("a function of several arguments has a derivative on their product", () => {
  const definition = "fun F(x : R[n], v : R[n]) = x .* v";
  const along = compiled(`${definition}\n output derivative(F)(x, v)*(w, x)`);
  const dice = new Dice(6);
  const [x, v, w] = along.inputs.map(({ variable }) => randomLanes(variable, 1, dice, SETTING));
  const [a, b, c] = [realsOf(x!), realsOf(v!), realsOf(w!)];
  expect(output(along, [x!, v!, w!])).toEqual(a.map((entry, i) => c[i]! * b[i]! + entry * entry));
});
