import type { ElementwiseExpression, ElementwiseResults } from "../../arrays/expression.ts";
import { type Program, programOf, type Step } from "../../kernels/encode/program.ts";
import { joinedAxes } from "../arena/rows.ts";
import { differenced, type DifferencesOptions, elementwiseInTurn, isDifferenced } from "../differences.ts";
import type { Engine, Handle } from "../engine.ts";
import { broadcastShape, sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import { differencesLength, differencesText, differencesWords } from "./differences.ts";
import { LIBRARY, ruleOf } from "./functions.ts";
import { bitsOf, type Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** How an input runs along the result: entry by entry, as one number, or by strides. */
type Mode = "along" | "single" | "strided";

/** How a kernel reads an input: as an array, or as the differences of one, or their adjoint. */
interface Reading {
  readonly mode: Mode;
  readonly stencil: "none" | "forward" | "adjoint";
}

const WHOLE: ElementwiseExpression = { kind: "input", name: "x" };

/**
 * Elementwise expressions, those of one call as one kernel that is written when it is first met and kept by its structure.
 * Differences are read by the kernel that wants them; alone they are a kernel, too.
 */
export function elementwiseOf(
  store: Store,
): Pick<Engine, "elementwise" | "elementwiseAll" | "fill" | "differences"> {
  const programs = new WeakMap<ElementwiseExpression | ElementwiseResults, Program>();
  const kernels = new Map<string, Kernel>();
  const known = (
    of: ElementwiseExpression | ElementwiseResults,
    results: () => ElementwiseResults,
  ): Program => {
    const program = programs.get(of) ?? programOf(results());
    programs.set(of, program);
    return program;
  };
  const single = (expression: ElementwiseExpression): Program =>
    known(expression, () => ({ result: expression }));
  const only = (
    operation: string,
    program: Program,
    inputs: readonly Handle[],
    shape: readonly number[],
  ): Handle => {
    const [result] = computed(store, kernels, { operation, program, inputs, shape });
    if (result === undefined) throw refuse(operation, [shape], "a program without a result");
    return result;
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
      const used = Object.fromEntries(single(argument).inputs.map((name) => [name, inputOf(inputs, name)]));
      const part = elementwise(argument, used);
      named[`part ${index}`] = only("elementwise", single(WHOLE), [part], shape);
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
    const program = single(expression);
    if (program.inputs.length >= store.arrays && expression.kind === "apply") {
      return inParts(expression, inputs, shape);
    }
    refuseOthers(program, handles, shape);
    const used = program.inputs.map((name) => inputOf(inputs, name));
    return only("elementwise", program, used, shape);
  };

  const arrays = elementwiseInTurn({ elementwise, dispose: store.dispose, differences });
  return {
    elementwise,
    elementwiseAll(results, inputs) {
      const program = known(results, () => results);
      if (program.inputs.length + program.results.length > store.arrays) {
        return arrays.elementwiseAll(results, inputs);
      }
      const handles = Object.values(inputs);
      const shape = commonShape(handles);
      refuseOthers(program, handles, shape);
      const used = program.inputs.map((name) => inputOf(inputs, name));
      return computed(store, kernels, { operation: "elementwise", program, inputs: used, shape });
    },
    fill: (value, shape) => only("fill", single({ kind: "constant", value }), [], shape),
    differences,
  };

  function differences(array: Handle, options: DifferencesOptions): Handle {
    const input = differenced(array, options);
    return only("differences", single(WHOLE), [input], input.shape);
  }
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

/** What is computed, and by what name errors call it. */
interface Computation {
  readonly operation: string;
  readonly program: Program;
  /** in the program's order */
  readonly inputs: readonly Handle[];
  readonly shape: readonly number[];
}

function computed(
  store: Store,
  kernels: Map<string, Kernel>,
  { operation, program, inputs, shape }: Computation,
): readonly Handle[] {
  const shapes = inputs.map((input) => input.shape);
  const stencils = inputs.filter(isDifferenced).flatMap((input) => differencesWords(input));
  const axes = joinedAxes(shape, shapes).toReversed();
  const readings = inputs.map((input, at): Reading => {
    const single = axes.every(({ strides }) => strides[at] === 0);
    const mode = sizeOf(input.shape) === sizeOf(shape) ? "along" : single ? "single" : "strided";
    if (!isDifferenced(input)) return { mode, stencil: "none" };
    return { mode, stencil: input.options.adjoint ? "adjoint" : "forward" };
  });
  const key = `${program.structure}|${readings.map(({ mode, stencil }) => `${mode} ${stencil}`).join()}`;
  const kernel = kernels.get(key) ?? kernelOf(program, readings);
  kernels.set(key, kernel);
  const places = readings.flatMap(({ mode }, at) => {
    if (mode !== "strided") return [];
    return [...axes.map(({ extent }) => extent), ...axes.map(({ strides }) => strides[at] ?? 0)];
  });
  const words = [axes.length, ...stencils, ...program.constants.map(bitsOf), ...places];
  const arrays = inputs.map((input) => (isDifferenced(input) ? input.of : input));
  return store.computeAll({ operation, kernel, inputs: arrays, words }, shape, program.results.length);
}

/**
 * A line for each step: x0, x1, ... at the entry, and, where norms of pairs are wanted, y0, y1, ... at the other one of
 * its pair. The words are those of differences, constants, and places of arrays that repeat.
 */
function kernelOf({ steps, constants, results }: Program, readings: readonly Reading[]): Kernel {
  const entryOf = (at: number, own: boolean): string => {
    const { mode, stencil } = readings[at] ?? { mode: "along", stencil: "none" };
    const place = placeOf[mode](at, own ? "i" : "(i ^ 1u)");
    return stencil === "none" ? `a${at}[${place}]` : `difference${at}(${place}, words${at})`;
  };
  const placeOf: { readonly [M in Mode]: (at: number, index: string) => string } = {
    along: (_, index) => index,
    single: () => "0u",
    strided: (at, index) => {
      const before = readings.slice(0, at).filter(({ mode }) => mode === "strided").length;
      return `place(${index}, behind + ${constants.length}u + ${2 * before}u * rank, rank)`;
    },
  };
  const textOf = (step: Step, own: string, other: string): string => {
    switch (step.kind) {
      case "input":
        return entryOf(step.index, own === "x");
      case "constant":
        return `float(behind + ${step.index}u)`;
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
  const stencils = readings.flatMap(({ stencil }, at) => (stencil === "none" ? [] : [{ stencil, at }]));
  const texts = stencils.map(({ stencil, at }) =>
    differencesText(`difference${at}`, `a${at}`, stencil === "adjoint"),
  );
  return {
    form: "entries",
    reads: readings.map(() => "f32"),
    writes: results.length,
    numbers: ["rank"],
    declarations: [LIBRARY, ...texts].join("\n"),
    body: [
      "  var behind = tail;",
      ...stencils.flatMap(({ at }) => [
        `  let words${at} = behind;`,
        `  behind += ${differencesLength("behind")};`,
      ]),
      ...lines,
      ...results.map((result, at) => `  r${at}[i] = x${result};`),
    ].join("\n"),
  };
}
