import type { ElementwiseResults } from "../../arrays/expression.ts";
import { type Program, programOf } from "../../kernels/encode/program.ts";
import type { Handle } from "../engine.ts";
import { broadcastShape } from "../shape.ts";
import { refuse } from "./device.ts";
import { ruleOf } from "./functions.ts";

/** Expressions as a program, with the inputs that it reads, in its order, and the shape that all inputs share. */
export interface Prepared {
  readonly program: Program;
  readonly inputs: readonly Handle[];
  readonly shape: readonly number[];
}

/** Prepares expressions for their inputs; the programs of those that were met before are known by their object. */
export type Prepare = (
  of: object,
  results: () => ElementwiseResults,
  inputs: Readonly<Record<string, Handle>>,
) => Prepared;

/**
 * A preparation that knows no programs yet. It throws EngineError where shapes do not align, an input is missing, or a
 * function does not belong to engines.
 */
export function createPrepare(): Prepare {
  const programs = new WeakMap<object, Program>();
  return (of, results, inputs) => {
    const program = programs.get(of) ?? programOf(results());
    programs.set(of, program);
    const handles = Object.values(inputs);
    const shape = commonShape(handles);
    refuseOthers(program, handles, shape);
    return { program, inputs: program.inputs.map((name) => inputOf(inputs, name)), shape };
  };
}

function commonShape(handles: readonly Handle[]): readonly number[] {
  return handles.reduce<readonly number[]>((left, { shape: right }) => {
    const joint = broadcastShape(left, right);
    if (joint === null) throw refuse("elementwise", [left, right], "the shapes do not align");
    return joint;
  }, []);
}

function inputOf(inputs: Readonly<Record<string, Handle>>, name: string): Handle {
  const input = inputs[name];
  if (input !== undefined) return input;
  throw refuse(
    "elementwise",
    Object.values(inputs).map(({ shape }) => shape),
    `no input ${name}`,
  );
}

function refuseOthers({ steps }: Program, handles: readonly Handle[], shape: readonly number[]): void {
  const shapes = handles.map((handle) => handle.shape);
  for (const step of steps) {
    if (step.kind !== "apply" || ruleOf(step.function) !== null) continue;
    if (step.function !== "pairNorm") {
      throw refuse("elementwise", shapes, `engines know real numbers only: ${step.function}`);
    }
    if (shape.at(-1) !== 2) throw refuse("elementwise", shapes, "pairs have a last axis of 2");
  }
}
