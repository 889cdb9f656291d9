import type { ElementwiseExpression } from "../../arrays/expression.ts";
import { type Program, programOf, type Step } from "../../kernels/encode/program.ts";
import { joinedAxes } from "../arena/rows.ts";
import type { Engine, Handle } from "../engine.ts";
import { broadcastShape, sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import { LIBRARY, ruleOf } from "./functions.ts";
import { bitsOf, type Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** How an input runs along the result: entry by entry, as one number, or by strides. */
type Mode = "along" | "single" | "strided";

const WHOLE: ElementwiseExpression = { kind: "input", name: "x" };

/** Elementwise expressions, each as one kernel that is written when it is first met and kept by its structure. */
export function elementwiseOf(store: Store): Pick<Engine, "elementwise" | "fill"> {
  const programs = new WeakMap<ElementwiseExpression, Program>();
  const kernels = new Map<string, Kernel>();
  const known = (expression: ElementwiseExpression): Program => {
    const program = programs.get(expression) ?? programOf({ result: expression });
    programs.set(expression, program);
    return program;
  };

  /** An expression of more inputs than a kernel can name: its arguments first, repeated to its shape. */
  const inParts = (
    expression: Extract<ElementwiseExpression, { kind: "apply" }>,
    inputs: Readonly<Record<string, Handle>>,
    shape: readonly number[],
  ): Handle => {
    const named: Record<string, Handle> = {};
    const parts = expression.arguments.map((argument, index): ElementwiseExpression => {
      if (argument.kind === "constant") return argument;
      const used = Object.fromEntries(known(argument).inputs.map((name) => [name, inputOf(inputs, name)]));
      const part = elementwise(argument, used);
      named[`part ${index}`] = computed(store, kernels, known(WHOLE), [part], shape);
      store.dispose([part]);
      return { kind: "input", name: `part ${index}` };
    });
    const result = elementwise({ ...expression, arguments: parts }, named);
    store.dispose(Object.values(named));
    return result;
  };

  const elementwise: Engine["elementwise"] = (expression, inputs) => {
    const handles = Object.values(inputs);
    const shape = commonShape(handles);
    const program = known(expression);
    if (program.inputs.length >= store.arrays && expression.kind === "apply") {
      return inParts(expression, inputs, shape);
    }
    refuseOthers(program, handles, shape);
    const used = program.inputs.map((name) => inputOf(inputs, name));
    return computed(store, kernels, program, used, shape);
  };

  return {
    elementwise,
    fill: (value, shape) => computed(store, kernels, known({ kind: "constant", value }), [], shape, "fill"),
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

function computed(
  store: Store,
  kernels: Map<string, Kernel>,
  program: Program,
  inputs: readonly Handle[],
  shape: readonly number[],
  operation = "elementwise",
): Handle {
  const axes = joinedAxes(
    shape,
    inputs.map((input) => input.shape),
  ).toReversed();
  const modes = inputs.map((input, at): Mode => {
    if (sizeOf(input.shape) === sizeOf(shape)) return "along";
    return axes.every(({ strides }) => strides[at] === 0) ? "single" : "strided";
  });
  const key = `${program.structure}|${modes.join()}`;
  const kernel = kernels.get(key) ?? kernelOf(program, modes);
  kernels.set(key, kernel);
  const places = inputs.flatMap((_, at) => {
    if (modes[at] !== "strided") return [];
    return [...axes.map(({ extent }) => extent), ...axes.map(({ strides }) => strides[at] ?? 0)];
  });
  const words = [axes.length, ...program.constants.map(bitsOf), ...places];
  return store.compute({ operation, kernel, inputs, words }, shape);
}

/**
 * A line for each step: x0, x1, ... at the entry, and, where norms of pairs are wanted, y0, y1, ... at the other one of
 * its pair.
 */
function kernelOf(
  { steps, constants, inputs, results: [result = 0] }: Program,
  modes: readonly Mode[],
): Kernel {
  const before = modes.map((_, at) => modes.slice(0, at).filter((mode) => mode === "strided").length);
  const placeOf: { readonly [M in Mode]: (at: number, index: string) => string } = {
    along: (_, index) => index,
    single: () => "0",
    strided: (at, index) =>
      `place(${index}, tail + ${constants.length}u + ${2 * (before[at] ?? 0)}u * rank, rank)`,
  };
  const textOf = (step: Step, own: string, other: string): string => {
    switch (step.kind) {
      case "input": {
        const place = placeOf[modes[step.index] ?? "along"](step.index, own === "x" ? "i" : "(i ^ 1u)");
        return `a${step.index}[${place}]`;
      }
      case "constant":
        return `float(tail + ${step.index}u)`;
      case "apply": {
        const [a = 0, b = 0, c = 0] = step.arguments;
        const norm = `root(${own}${a} * ${own}${a} + ${other}${a} * ${other}${a})`;
        return ruleOf(step.function)?.(`${own}${a}`, `${own}${b}`, `${own}${c}`) ?? norm;
      }
    }
  };
  const ofPairs = steps.some((step) => step.kind === "apply" && step.function === "pairNorm");
  const lines = steps.flatMap((step, index) => [
    `  let x${index} = ${textOf(step, "x", "y")};`,
    ...(ofPairs ? [`  let y${index} = ${textOf(step, "y", "x")};`] : []),
  ]);
  return {
    form: "entries",
    reads: inputs.map(() => "f32"),
    writes: 1,
    numbers: ["rank"],
    declarations: LIBRARY,
    body: [...lines, `  r0[i] = x${result};`].join("\n"),
  };
}
