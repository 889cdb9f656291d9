import type { ElementwiseExpression } from "../../arrays/expression.ts";
import { type Program, programOf } from "../../kernels/encode/program.ts";
import { differenced, elementwiseInTurn } from "../differences.ts";
import type { Engine, Handle } from "../engine.ts";
import { refuse } from "./device.ts";
import { type Bound, boundTo, entryText } from "./entryText.ts";
import type { Kernel } from "./kernel.ts";
import { createPrepare, type Prepared } from "./programs.ts";
import type { Store } from "./store.ts";

const WHOLE: ElementwiseExpression = { kind: "input", name: "x" };

/**
 * Elementwise expressions, those of one call as one kernel that is written when it is first met and kept by its structure.
 * Differences are read by the kernel that wants them; alone they are a kernel, too.
 */
export function elementwiseOf(
  store: Store,
): Pick<Engine, "elementwise" | "elementwiseAll" | "fill" | "differences"> {
  const prepare = createPrepare();
  const kernels = new Map<string, Kernel>();
  const prepared = (expression: ElementwiseExpression, inputs: Readonly<Record<string, Handle>>): Prepared =>
    prepare(expression, () => ({ result: expression }), inputs);
  const only = (operation: string, what: Prepared): Handle => {
    const [result] = computed(store, kernels, operation, what);
    if (result === undefined) throw refuse(operation, [what.shape], "a program without a result");
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
      const names = programOf({ argument }).inputs;
      const used = Object.entries(inputs).filter(([name]) => names.includes(name));
      const part = elementwise(argument, Object.fromEntries(used));
      named[`part ${index}`] = only("elementwise", { ...prepared(WHOLE, { x: part }), shape });
      store.dispose([part]);
      return { kind: "input", name: `part ${index}` };
    });
    const result = elementwise({ ...expression, arguments: parts }, named);
    store.dispose(Object.values(named));
    return result;
  };

  const elementwise: Engine["elementwise"] = (expression, inputs) => {
    const what = prepared(expression, inputs);
    if (what.inputs.length >= store.arrays && expression.kind === "apply") {
      return inParts(expression, inputs, what.shape);
    }
    return only("elementwise", what);
  };

  const differences: Engine["differences"] = (array, options) =>
    only("differences", prepared(WHOLE, { x: differenced(array, options) }));
  const inTurn = elementwiseInTurn({ elementwise, dispose: store.dispose, differences });
  return {
    elementwise,
    elementwiseAll(results, inputs) {
      const what = prepare(results, () => results, inputs);
      const many = what.program.inputs.length + what.program.results.length > store.arrays;
      return many ? inTurn.elementwiseAll(results, inputs) : computed(store, kernels, "elementwise", what);
    },
    fill: (value, shape) => only("fill", { ...prepared({ kind: "constant", value }, {}), shape }),
    differences,
  };
}

function computed(
  store: Store,
  kernels: Map<string, Kernel>,
  operation: string,
  { program, inputs, shape }: Prepared,
): readonly Handle[] {
  const bound = boundTo(program, inputs, shape);
  const kernel = kernels.get(bound.key) ?? kernelOf(program, bound);
  kernels.set(bound.key, kernel);
  const { arrays, words } = bound;
  return store.computeAll(
    { operation, kernel, inputs: arrays, words },
    program.results.map(() => shape),
  );
}

function kernelOf(program: Program, bound: Bound): Kernel {
  const { declarations, start, steps } = entryText(program, bound, "tail");
  return {
    form: "entries",
    reads: bound.arrays.map(() => "f32"),
    writes: program.results.length,
    numbers: ["rank"],
    declarations,
    body: [start, steps, ...program.results.map((result, at) => `  r${at}[i] = x${result};`)].join("\n"),
  };
}
