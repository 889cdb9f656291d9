import type { AdjointSolver, FixedPointSolver, Target } from "../../../runtime/program/definition.ts";
import type { CheckedProgram } from "../../check/program.ts";
import type { Block, Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { type FixedPointOptions, solveFixedPoint } from "../../ir/fixedPoint.ts";
import { freeVariables, substitute } from "../../ir/variables.ts";
import { evaluate } from "../../types/dimension.ts";
import { Limitation } from "../limitation.ts";
import type { Sections } from "../program/sections.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable, truth } from "../values.ts";
import { defaultTarget, stepsOf } from "./defaultTarget.ts";

/** What is learned in each step: a value that stands for that of the step, and all of them on a leading axis. */
export interface StepValues {
  readonly value: Variable;
  readonly all: Variable;
}

/** A program that is called, at the place of the call. */
interface Called {
  readonly site: Site;
  readonly program: CheckedProgram;
  readonly sections: Sections;
  readonly perStep: readonly StepValues[];
}

type Values = readonly Variable[];

/** The output of a program by its first declared target; one without a step is evaluated once. */
export function runTarget(
  site: Site,
  program: CheckedProgram,
  sections: Sections,
  perStep: readonly StepValues[],
): Variable {
  const called: Called = { site, program, sections, perStep };
  const start = site.builder.inline(sections.initial, []);
  const states = sections.step === null ? start : afterSteps(called, sections.step, start);
  const [output] = site.builder.inlineAs(sections.finish, states);
  if (output === undefined) throw new Error("a program has an output");
  return output;
}

function afterSteps(called: Called, step: Block, start: Values): Values {
  const { target } = defaultTarget(called.program);
  switch (target.kind) {
    case "direct":
      return start;
    case "unrolled":
      return afterCount(called, step, start, stepCount(called));
    case "equilibrium":
      return atEquilibrium(called, step, start, target);
    case "solver":
      if (called.sections.until === null)
        return afterCount(called, step, start, countOf(called, target.maximum));
      return whenConverged(called, step, called.sections.until, start, target);
  }
}

function stepCount({ site, program }: Called): number {
  const steps = evaluate(stepsOf(program), site.program.defaults);
  if (steps !== null) return steps;
  throw new Limitation("a called program with a number of steps that is bound later", program.tree.name.span);
}

function countOf({ program }: Called, count: number | string): number {
  if (typeof count === "number") return count;
  throw new Limitation("a called program whose number of steps is an expression", program.tree.name.span);
}

/** How many equations the steps may become when they are written out; more of them stay a loop. */
const WRITTEN_OUT = 100;

/** A given number of steps. */
function afterCount(called: Called, step: Block, start: Values, count: number): Values {
  const { builder } = called.site;
  if (count * step.equations.length <= WRITTEN_OUT || count === 1) {
    let states = start;
    for (let k = 0; k < count; k += 1) states = stepAt(called, builder, step, states, builder.constant(k));
    return states;
  }
  const one = builder.constant(1);
  const { carried } = builder.loop(
    [...start, builder.constant(0)],
    (inner) => truth(inner, true),
    (inner, values) => {
      const k = values.at(-1) ?? one;
      const states = stepAt(called, inner, step, values.slice(0, -1), k);
      return [...states, inner.elementwise("add", [k, one])];
    },
    count,
    [...start.map(({ name }) => name), "k"],
  );
  return carried.slice(0, -1);
}

/** The states after one step, the one with the number k. */
function stepAt(called: Called, builder: IrBuilder, step: Block, states: Values, k: Variable): Values {
  return builder.inlineAs(atNumber(called, builder, step, k), states).slice(0, states.length);
}

/** The step with its counter and what is learned in each step put in. */
function atNumber({ sections, perStep }: Called, builder: IrBuilder, step: Block, k: Variable): Block {
  const read = new Set(freeVariables(step));
  const { counter } = sections;
  const names = new Map<Variable, Variable>();
  if (counter !== null) names.set(counter, k);
  for (const each of perStep) {
    if (read.has(each.value)) names.set(each.value, builder.rows(each.all, k));
  }
  return substitute(step, names);
}

/** Steps until the program's own test holds, each sample for itself. */
function whenConverged(
  called: Called,
  step: Block,
  until: Block,
  start: Values,
  target: Extract<Target, { kind: "solver" }>,
): Values {
  const { builder } = called.site;
  const every = countOf(called, target.every);
  const one = builder.constant(1);
  const reports = called.sections.reports.length;
  const runs = truth(builder, true);
  const { carried } = builder.loop(
    [...start, builder.constant(0), runs],
    (_, values) => values.at(-1) ?? runs,
    (inner, values) => {
      const before = values.slice(0, start.length);
      let results: Values = before;
      let k = values.at(-2) ?? one;
      for (let times = 0; times < every; times += 1) {
        results = inner.inlineAs(atNumber(called, inner, step, k), results.slice(0, start.length));
        k = inner.elementwise("add", [k, one]);
      }
      const states = results.slice(0, start.length);
      const reported = results.slice(start.length, start.length + reports);
      const [done] = inner.inlineAs(until, [...states, ...before, ...reported]);
      if (done === undefined) throw new Error("a test has an answer");
      return [...states, k, inner.elementwise("not", [done])];
    },
    Math.ceil(countOf(called, target.maximum) / every),
    [...start.map(({ name }) => name), "k", "runs"],
  );
  return carried.slice(0, start.length);
}

/** z = step(z) for the states that the next step reads, by the declared solver; differentiated implicitly. */
function atEquilibrium(
  called: Called,
  step: Block,
  start: Values,
  target: Extract<Target, { kind: "equilibrium" }>,
): Values {
  const { builder } = called.site;
  if (called.perStep.length > 0 || called.sections.counter !== null) {
    throw new Limitation("an equilibrium whose steps differ", called.program.tree.name.span);
  }
  const moving = called.sections.states.flatMap(({ carried }, i) => (carried ? [i] : []));
  const pack = (inner: IrBuilder, states: Values): Variable => {
    const parts = moving.flatMap((i) => states[i] ?? []);
    const [only] = parts;
    return only !== undefined && parts.length === 1 ? only : inner.product(parts);
  };
  const unpack = (inner: IrBuilder, z: Variable): Values =>
    start.map((state, i) => {
      const place = moving.indexOf(i);
      if (place < 0) return state;
      return moving.length === 1 ? z : inner.part(z, place);
    });
  const first = pack(builder, start);
  const parameter: Variable = { ...first, type: { kind: "value", space: spaceOfVariable(first) } };
  const map = builder.block([parameter], (inner, [z]) => [
    pack(inner, inner.inlineAs(step, unpack(inner, z ?? parameter))),
  ]);
  const { solver, tolerance, backward } = target;
  const forward = { ...columnsOf(solver), tolerance, maximum: countOf(called, target.maximum) };
  const z = solveFixedPoint(builder, first, map, backwardOptions(backward), forward);
  const states = unpack(builder, z);
  const after = builder.inlineAs(step, states);
  return start.map((_, i) => (moving.includes(i) ? states[i] : after[i]) ?? first);
}

/** Broyden's iteration is replaced by Anderson's with as many columns, which is a multisecant method of that family. */
function columnsOf(solver: FixedPointSolver): Pick<FixedPointOptions, "memory" | "damping"> {
  switch (solver.kind) {
    case "picard":
      return { memory: 0, damping: 1 };
    case "anderson":
      return { memory: solver.memory, damping: solver.damping };
    case "broyden":
      return { memory: solver.memory, damping: 1 };
  }
}

/** The columns of the adjoint system's iteration, which for linear systems is GMRES as long as none is dropped. */
const BACKWARD_COLUMNS = 10;

function backwardOptions(backward: AdjointSolver): FixedPointOptions {
  switch (backward.kind) {
    case "neumann":
      return { memory: 0, damping: 1, tolerance: 0, maximum: backward.terms - 1 };
    case "jacobian_free":
      return { memory: 0, damping: 1, tolerance: 0, maximum: 0 };
    case "gmres":
    case "bicgstab":
    case "anderson":
    case "broyden":
      return {
        memory: BACKWARD_COLUMNS,
        damping: 1,
        tolerance: backward.tolerance,
        maximum: backward.maximum,
      };
  }
}
