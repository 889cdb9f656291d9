import fc from "fast-check";
import { expect, test } from "vitest";
import { parameter } from "../../compiler/ir/build.ts";
import type { IrFunction } from "../../compiler/ir/block.ts";
import { NUMBER } from "../../compiler/ir/spaces.ts";
import type { PlanFunction, Result } from "../../compiler/plan/call.ts";
import { identifier, uniqueIdentifier } from "../../compiler/plan/names.ts";
import { planTarget } from "../../compiler/plan/planTarget.ts";
import type { Target } from "../../runtime/program/definition.ts";
import { array, at, block, data, e, fused, learned, operator, program, start, X, Y } from "./build.ts";
import { denoiser, denoiserDerivative } from "./programs/denoiser.ts";
import { ista, istaDerivative } from "./programs/ista.ts";

const solver: Target = { kind: "solver", maximum: 100, every: 1, accelerate: null };
const unrolled: Target = { kind: "unrolled", steps: 3, beyond: "error" };
const equilibrium: Target = {
  kind: "equilibrium",
  solver: { kind: "picard" },
  tolerance: 1e-4,
  maximum: 100,
  backward: { kind: "jacobian_free" },
  otherwise: { kind: "error" },
};

/** The methods and functions that a function calls, in order, those of its closures within. */
function calls(of: PlanFunction | null | undefined): readonly string[] {
  return (of?.statements ?? []).flatMap(({ call }) => {
    const inner = call.arguments.flatMap((each) => (each.kind === "closure" ? calls(each.function) : []));
    return [call.kind === "method" ? call.method : call.name, ...inner];
  });
}

/** The names that a function takes from what it is handed in one role. */
function reads(of: PlanFunction | null | undefined, role: string): readonly string[] {
  const pattern = of?.parameters.find((each) => each.role === role)?.pattern;
  return pattern?.kind === "record" ? pattern.entries.map((entry) => entry.name) : [];
}

function keys(result: Result | undefined, ...path: readonly string[]): readonly string[] {
  if (result?.kind !== "record") return [];
  const [first, ...rest] = path;
  if (first === undefined) return result.entries.map((entry) => entry.name);
  return keys(result.entries.find((entry) => entry.name === first)?.result, ...rest);
}

test("a solver has no reverses, an unrolled network no test, an equilibrium the adjoint of its state", () => {
  const solved = planTarget(ista, solver, istaDerivative);
  expect(solved.step?.reverse).toBeNull();
  expect(solved.until).not.toBeNull();
  const network = planTarget(ista, unrolled, istaDerivative);
  expect(network.until).toBeNull();
  expect(network.step?.reverse?.stateAdjoint).toBeNull();
  expect(keys(network.step?.reverse?.adjoint?.result, "known")).toEqual(["t"]);
  const model = planTarget(ista, equilibrium, istaDerivative);
  expect(keys(model.step?.reverse?.stateAdjoint?.result)).toEqual(["x"]);
  expect(model.step?.reverse?.save.result).toEqual(network.step?.reverse?.save.result);
});

test("functions take what they read, and save what the adjoint reads", () => {
  const { step, constants, hoisted, prepared } = planTarget(ista, unrolled, istaDerivative);
  expect(reads(step?.run, "known")).toEqual(["A", "At_y", "t", "lambda"]);
  expect(reads(step?.run, "state")).toEqual(["x"]);
  expect(keys(step?.reverse?.save.result, "saved", "values")).toEqual(["g", "v"]);
  expect(hoisted.map((each) => each.name)).toEqual(["L"]);
  expect(prepared.map((each) => each.name)).toEqual(["At_y"]);
  expect(calls(constants)).toEqual(["norm", "map"]);
});

test("what no function reads is neither computed nor returned", () => {
  const x = parameter("x", X, false);
  const y = parameter("y", Y, false);
  const A = operator("A", X, Y);
  const prepare = block([], (inner) => [inner.apply(A, y, true)]);
  const constants = block([], (inner) => [inner.norm(A)]);
  const plan = planTarget(
    program({
      name: "idle",
      spaces: [{ name: "X", field: "any" }],
      givens: [data(A)],
      inputs: [data(y)],
      states: [{ name: "x", space: X, doc: "", assumedInterval: null, carried: true }],
      constants,
      prepare,
      initial: block([], (inner) => [inner.fill(inner.constant(0), X)]),
      step: block([x], (inner) => {
        fused(inner, "unused", e("square", "x"), { x });
        return [fused(inner, "x", e("mul", 0.5, "x"), { x })];
      }),
      finish: block([x], () => [x]),
    }),
    solver,
    null,
  );
  expect(plan.constants).toBeNull();
  expect(plan.prepare).toBeNull();
  expect(calls(plan.step?.run)).toEqual(["map"]);
});

test("numbers stand in expressions, and are made where they are read as values", () => {
  const c = block([], (inner) => [inner.constant(0.25)]);
  const share = at(c.results, 0);
  const x = parameter("x", array("n"), false);
  const plan = planTarget(
    program({
      name: "numbers",
      sizes: [{ name: "n", initial: null }],
      states: [{ name: "x", space: array("n"), doc: "", assumedInterval: null, carried: true }],
      constants: c,
      initial: block([], (inner) => [inner.fill(share, array("n"))]),
      step: block([x], (inner) => {
        const scaled = inner.elementwise("mul", [share, x]);
        return [inner.elementwise("mul", [scaled, at(inner.emit("largest", {}, [x, share]), 0)])];
      }),
      finish: block([x], () => [x]),
    }),
    solver,
    null,
  );
  expect(plan.constants).toBeNull();
  expect(calls(plan.initial.run)).toEqual(["fill"]);
  expect(calls(plan.step?.run)).toEqual(["number", "map", "largest", "map"]);
});

test("a network reads its weights from what is known; one that serves two learnables takes them", () => {
  const plan = planTarget(denoiser, unrolled, denoiserDerivative);
  const [D] = plan.networks;
  expect(D?.function.parameters.map((each) => each.role)).toEqual(["value", "known"]);
  expect(reads(D?.function, "known").filter((name) => name.startsWith("D."))).toHaveLength(4);
  expect(planTarget(denoiser, solver, null).networks.map((each) => each.name)).toEqual(["D"]);

  const u = parameter("u", NUMBER, false);
  const w = parameter("w", NUMBER, true);
  const scale: IrFunction = {
    name: "scale",
    doc: "",
    body: block([u, w], (inner) => [inner.elementwise("mul", [u, w])]),
  };
  const weights = ["a.w", "b.w"].map((name) => parameter(name, NUMBER, true));
  const x = parameter("x", NUMBER, false);
  const shared = planTarget(
    program({
      name: "twice",
      parameters: weights.map((each) =>
        learned(
          each,
          start((inner) => inner.constant(1)),
        ),
      ),
      states: [{ name: "x", space: NUMBER, doc: "", assumedInterval: null, carried: true }],
      functions: [scale],
      initial: block([], (inner) => [inner.constant(1)]),
      step: block([x], (inner) => {
        const once = at(inner.call(scale, [x, at(weights, 0)]), 0);
        return [at(inner.call(scale, [once, at(weights, 1)]), 0)];
      }),
      finish: block([x], () => [x]),
    }),
    solver,
    null,
  );
  expect(shared.networks[0]?.function.parameters.map((each) => each.role)).toEqual(["value", "value"]);
  expect(reads(shared.step?.run, "known")).toEqual(["a.w", "b.w"]);
});

test("an adjoint makes operators once more, and gives zeros to states that it does not reach", () => {
  const n = array("n");
  const d = parameter("d", n, true);
  const x = parameter("x", n, false);
  const s = parameter("s", NUMBER, false);
  const save = block([x, s], (inner) => {
    const scaling = inner.library("diag", {}, n, n, [fused(inner, "e", e("exp", "d"), { d })]);
    return [inner.apply(scaling, x, false), s];
  });
  const scaling = at(save.equations[1]?.outputs ?? [], 0);
  const bar = parameter("x_bar", n, false);
  const adjoint = block([bar, parameter("s_bar", NUMBER, false)], (inner) => [
    inner.apply(scaling, bar, true),
  ]);
  const plan = planTarget(
    program({
      name: "scaled",
      sizes: [{ name: "n", initial: null }],
      givens: [data(d)],
      states: [
        { name: "x", space: n, doc: "", assumedInterval: null, carried: true },
        { name: "s", space: NUMBER, doc: "", assumedInterval: null, carried: true },
      ],
      initial: block([], (inner) => [inner.fill(inner.constant(1), n), inner.constant(1)]),
      step: save,
      finish: block([x, s], () => [x]),
    }),
    unrolled,
    {
      prepare: null,
      initial: null,
      step: { save, adjoint: { block: adjoint, of: [x] }, stateAdjoint: null },
      finish: null,
      functions: [],
    },
  );
  const reverse = plan.step?.reverse;
  expect(keys(reverse?.save.result, "saved", "values")).toEqual(["e"]);
  expect(calls(reverse?.adjoint)).toEqual(["library", "applyAdjoint", "fill"]);
  expect(keys(reverse?.adjoint?.result, "state")).toEqual(["x", "s"]);
});

test("what is prepared has its reverse", () => {
  const c = parameter("c", NUMBER, true);
  const x = parameter("x", NUMBER, false);
  const prepare = block([], (inner) => [fused(inner, "square", e("square", "c"), { c })]);
  const squared = at(prepare.results, 0);
  const squareBar = parameter("square_bar", NUMBER, true);
  const stepBar = parameter("x_bar", NUMBER, false);
  const step = block([x], (inner) => [fused(inner, "x", e("mul", "q", "x"), { q: squared, x })]);
  const plan = planTarget(
    program({
      name: "prepared",
      parameters: [
        learned(
          c,
          start((inner) => inner.constant(1)),
        ),
      ],
      states: [{ name: "x", space: NUMBER, doc: "", assumedInterval: null, carried: true }],
      prepare,
      initial: block([], (inner) => [inner.constant(1)]),
      step,
      finish: block([x], () => [x]),
    }),
    unrolled,
    {
      prepare: {
        save: prepare,
        adjoint: {
          block: block([squareBar], (inner) => [
            fused(inner, "c_bar", e("mul", e("mul", 2, "c"), "b"), { c, b: squareBar }),
          ]),
          of: [c],
        },
        stateAdjoint: null,
      },
      initial: null,
      step: {
        save: step,
        adjoint: {
          block: block([stepBar], (inner) => [
            fused(inner, "x_bar", e("mul", "q", "b"), { q: squared, b: stepBar }),
            inner.sumSamples(fused(inner, "q_bar", e("mul", "x", "b"), { x, b: stepBar })),
          ]),
          of: [x, squared],
        },
        stateAdjoint: null,
      },
      finish: null,
      functions: [],
    },
  );
  expect(keys(plan.prepare?.run.result, "values")).toEqual(["square"]);
  expect(reads(plan.prepare?.reverse?.adjoint, "cotangents")).toEqual(["square"]);
  expect(keys(plan.prepare?.reverse?.adjoint?.result, "known")).toEqual(["c"]);
  expect(keys(plan.step?.reverse?.adjoint?.result, "known")).toEqual(["square"]);
});

test("names become distinct identifiers of TypeScript that keep their letters", () => {
  expect(["θ₀", "D.conv1.filter", "x_next", "0.5", "λ"].map(identifier)).toEqual([
    "θ0",
    "D_conv1_filter",
    "x_next",
    "v0_5",
    "λ",
  ]);
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 8 }), (hints) => {
      const taken = new Set<string>();
      for (const hint of hints) {
        const name = uniqueIdentifier(hint, (candidate) => taken.has(candidate));
        expect(taken.has(name)).toBe(false);
        expect(name).toMatch(/^[\p{ID_Start}][\p{ID_Continue}]*$/u);
        taken.add(name);
      }
    }),
  );
});
