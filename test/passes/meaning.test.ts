import { describe, expect, test } from "vitest";
import { reverseProgram } from "../../compiler/differentiate/program.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { runProgram, type ProgramBindings } from "../../compiler/ir/evaluate/program.ts";
import { itemAt, type LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import { verifyDerivative, verifyProgram } from "../../compiler/ir/verify.ts";
import {
  finish,
  optimise,
  OPTIMISE,
  PassFault,
  runPasses,
  unrolled,
} from "../../compiler/passes/pipelines.ts";
import type { Pass } from "../../compiler/passes/pass.ts";
import { bindingsFor } from "../ir/bind.ts";
import { Dice, distance, nudged, pairing, randomValue, realsOf, setting } from "../ir/lab.ts";
import { bindSpace } from "../../compiler/ir/evaluate/rules.ts";
import { spaceOf } from "../../compiler/ir/spaces.ts";
import { PROGRAMS } from "../ir/programs.ts";
import { unrolledGradient } from "../ir/unroll.ts";

const LANES = 3;
const STEPS = 4;
const names = Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[];

function gap(a: IrProgram, b: IrProgram, bindings: ProgramBindings): number {
  const [first, second] = [runProgram(a, bindings, STEPS), runProgram(b, bindings, STEPS)];
  const states = first.states.flatMap((state, k) =>
    state.map((value, i) => distance(value, second.states[k]![i]!, LANES)),
  );
  const objectives =
    first.objective === null || second.objective === null
      ? []
      : [distance(first.objective, second.objective, LANES)];
  return Math.max(...states, ...objectives, distance(first.output, second.output, LANES));
}

describe.each(names)("%s", (name) => {
  const program = PROGRAMS[name]();
  const bindings = bindingsFor(program, LANES, STEPS, 7);

  test("is sound, and every pass keeps its meaning", () => {
    expect(verifyProgram(program)).toEqual([]);
    let current = program;
    for (const pass of OPTIMISE) {
      const next = runPasses({ program: current, derivative: null }, [pass]).program;
      expect(gap(program, next, bindings), pass.name).toBeLessThan(1e-9);
      current = next;
    }
  });

  test("its first step of its own, if it has one, is its step at the first state", () => {
    const whole = unrolled(optimise(program));
    if (whole.firstStep === undefined) return;
    const first = runProgram({ ...whole, step: whole.firstStep }, bindings, 1).states[1]!;
    runProgram(program, bindings, 1).states[1]!.forEach((state, i) => {
      expect(distance(state, first[i]!, LANES)).toBeLessThan(1e-9);
    });
  });

  test("a batch equals its samples", () => {
    const optimised = optimise(program);
    const together = runProgram(optimised, bindings, STEPS);
    for (let lane = 0; lane < LANES; lane += 1) {
      const values = new Map(
        [...bindings.values].map(([variable, value]): [typeof variable, LaneValue] => [
          variable,
          value.shared ? value : { shared: false, values: [itemAt(value, lane)] },
        ]),
      );
      const alone = runProgram(optimised, { ...bindings, lanes: 1, values }, STEPS);
      const own: LaneValue = { shared: false, values: [itemAt(together.output, lane)] };
      expect(distance(alone.output, own, 1)).toBeLessThan(1e-12);
    }
  });

  test.runIf(program.parameters.length > 0)(
    "its gradients are those of differences, before and after passes",
    () => {
      const optimised = optimise(program);
      const derivative = reverseProgram(optimised);
      expect(verifyDerivative(optimised, derivative)).toEqual([]);
      const module = finish(optimised, derivative);
      const dice = new Dice(3);
      const space = bindSpace(spaceOf(program.finish.results[0]!), setting());
      const cotangent: LaneValue = {
        shared: false,
        values: Array.from({ length: LANES }, () => randomValue(space, dice)),
      };
      const plain = reverseProgram(program);
      const whole = unrolled(optimised);
      const network = finish(whole, reverseProgram(whole));
      const gradients = [
        unrolledGradient(program, plain, bindings, STEPS, cotangent),
        unrolledGradient(module.program, module.derivative!, bindings, STEPS, cotangent),
        unrolledGradient(network.program, network.derivative!, bindings, STEPS, cotangent),
      ];
      for (const { variable, perStep } of program.parameters) {
        const at = (change: (value: LaneValue) => LaneValue): number => {
          const changed: ProgramBindings = perStep
            ? {
                ...bindings,
                perStep: new Map([
                  ...bindings.perStep!,
                  [variable, bindings.perStep!.get(variable)!.map(change)],
                ]),
              }
            : {
                ...bindings,
                values: new Map([...bindings.values, [variable, change(bindings.values.get(variable)!)]]),
              };
          return pairing(runProgram(program, changed, STEPS).output, cotangent, LANES);
        };
        const size = realsOf(
          perStep ? bindings.perStep!.get(variable)![0]! : bindings.values.get(variable)!,
        ).length;
        const h = 1e-5;
        const numeric = Array.from(
          { length: size },
          (_, i) => (at((value) => nudged(value, i, h)) - at((value) => nudged(value, i, -h))) / (2 * h),
        );
        for (const gradient of gradients) {
          const exact = realsOf(gradient.get(variable)!);
          const scale = Math.max(1, ...numeric.map(Math.abs));
          numeric.forEach((entry, i) => {
            expect(Math.abs(entry - exact[i]!) / scale, `${variable.name} at ${i}`).toBeLessThan(1e-6);
          });
        }
      }
    },
  );
});

test("a pass that breaks the IR is named", () => {
  const program = PROGRAMS.ista();
  const forgetful: Pass = {
    name: "forget",
    doc: "drops the first equation of the step",
    run: (module) => {
      const { step } = module.program;
      const shorter = step === null ? null : { ...step, equations: step.equations.slice(1) };
      return { ...module, program: { ...module.program, step: shorter } };
    },
  };
  const run = (): unknown => runPasses({ program, derivative: null }, [forgetful]);
  expect(run).toThrow(PassFault);
  expect(run).toThrow("after forget: step");
});
