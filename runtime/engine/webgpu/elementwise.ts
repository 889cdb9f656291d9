import type { ElementwiseExpression } from "../../arrays/expression.ts";
import { type Program, programOf, type Step } from "../../kernels/encode/program.ts";
import { joinedAxes } from "../arena/rows.ts";
import type { Engine, Handle } from "../engine.ts";
import { broadcastShape, sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import { FUNCTIONS, LIBRARY } from "./functions.ts";
import { bitsOf, type Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** How an input runs along the result: entry by entry, as one number, or by strides. */
type Mode = "along" | "single" | "strided";

/** Elementwise expressions, each as one kernel that is written when it is first met and kept by its structure. */
export function elementwiseOf(store: Store): Pick<Engine, "elementwise" | "fill"> {
  const programs = new WeakMap<ElementwiseExpression, Program>();
  const kernels = new Map<string, Kernel>();
  const known = (expression: ElementwiseExpression): Program => {
    const program = programs.get(expression) ?? programOf(expression);
    programs.set(expression, program);
    return program;
  };

  /** An expression of more inputs than a kernel can name: its arguments first. */
  const inParts = (
    expression: Extract<ElementwiseExpression, { kind: "apply" }>,
    inputs: Readonly<Record<string, Handle>>,
  ): Handle => {
    const named: Record<string, Handle> = {};
    const parts = expression.arguments.map((argument, index): ElementwiseExpression => {
      if (argument.kind === "constant") return argument;
      const used = Object.fromEntries(known(argument).inputs.map((name) => [name, inputOf(inputs, name)]));
      named[`part ${index}`] = elementwise(argument, used);
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
      const part = inParts(expression, inputs);
      return broadcast(store, kernels, part, shape);
    }
    refuseComplex(program, handles);
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

function refuseComplex({ steps }: Program, handles: readonly Handle[]): void {
  for (const step of steps) {
    if (step.kind !== "apply" || FUNCTIONS[step.function] !== null) continue;
    const shapes = handles.map(({ shape }) => shape);
    throw refuse("elementwise", shapes, `engines know real numbers only: ${step.function}`);
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

const REPEATED: Program = programOf({ kind: "input", name: "x" });

/** An array repeated to a shape. */
function broadcast(
  store: Store,
  kernels: Map<string, Kernel>,
  array: Handle,
  shape: readonly number[],
): Handle {
  const result = computed(store, kernels, REPEATED, [array], shape);
  store.dispose([array]);
  return result;
}

function kernelOf({ steps, constants, inputs }: Program, modes: readonly Mode[]): Kernel {
  const before = modes.map((_, at) => modes.slice(0, at).filter((mode) => mode === "strided").length);
  const placeOf: { readonly [M in Mode]: (at: number) => string } = {
    along: () => "i",
    single: () => "0",
    strided: (at) => `place(i, tail + ${constants.length}u + ${2 * (before[at] ?? 0)}u * rank, rank)`,
  };
  const textOf = (step: Step): string => {
    switch (step.kind) {
      case "input":
        return `a${step.index}[${placeOf[modes[step.index] ?? "along"](step.index)}]`;
      case "constant":
        return `float(tail + ${step.index}u)`;
      case "apply": {
        const [a = 0, b = 0, c = 0] = step.arguments;
        return FUNCTIONS[step.function]?.(`x${a}`, `x${b}`, `x${c}`) ?? "0.0";
      }
    }
  };
  const lines = steps.map((step, index) => `  let x${index} = ${textOf(step)};`);
  return {
    form: "entries",
    reads: inputs.map(() => "f32"),
    writes: 1,
    numbers: ["rank"],
    declarations: LIBRARY,
    body: [...lines, `  r0[i] = x${steps.length - 1};`].join("\n"),
  };
}
