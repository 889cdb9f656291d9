import type { ElementwiseExpression } from "../../arrays/expression.ts";
import { parse } from "../../arrays/parse.ts";
import type { Engine } from "../engine.ts";
import { checkUpdate, type Steps, stepsOf, updateOf } from "../update.ts";
import { WEBGPU } from "./device.ts";
import { LIBRARY, ruleOf } from "./functions.ts";
import { bitsOf, type Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** Updates of arrays by optimisers, in one pass; one assignment after another where a kernel can name too few arrays. */
export function optimisersOf(store: Store, elementwise: Engine["elementwise"]): Pick<Engine, "update"> {
  const kernels = new Map<string, Kernel>();
  const composed = updateOf(WEBGPU, elementwise);
  return {
    update(rule, value, gradient, slots) {
      if (3 + 2 * slots.length > store.arrays) return composed.update(rule, value, gradient, slots);
      checkUpdate(WEBGPU, rule, value, gradient, slots);
      const steps = stepsOf(rule);
      const key = steps.assignments.flat().join(";");
      const kernel = kernels.get(key) ?? kernelOf(steps, slots.length);
      kernels.set(key, kernel);
      const [moved, ...remembered] = [value, ...slots].map(({ shape }) => store.make("update", shape));
      if (moved === undefined) return { value, slots };
      const words = Object.values(steps.numbers).map(bitsOf);
      const work = { operation: "update", kernel, inputs: [value, gradient, ...slots], words };
      store.write(work, [moved, ...remembered]);
      return { value: moved, slots: remembered };
    },
  };
}

function kernelOf({ numbers, assignments }: Steps, slots: number): Kernel {
  const names = Object.keys(numbers);
  const textOf = (expression: ElementwiseExpression): string => {
    switch (expression.kind) {
      case "constant":
        return `f32(${expression.value})`;
      case "input": {
        const at = names.indexOf(expression.name);
        return at < 0 ? `now_${expression.name}` : `float(tail + ${at}u)`;
      }
      case "apply": {
        const [a = "", b = "", c = ""] = expression.arguments.map(textOf);
        return `(${ruleOf(expression.function)?.(a, b, c) ?? ""})`;
      }
    }
  };
  const arrays = ["x", "g", ...Array.from({ length: slots }, (_, slot) => `s${slot}`)];
  const results = arrays.filter((name) => name !== "g");
  return {
    form: "entries",
    reads: arrays.map(() => "f32"),
    writes: results.length,
    numbers: [],
    declarations: LIBRARY,
    body: [
      ...arrays.map((name, index) => `  var now_${name} = a${index}[i];`),
      ...assignments.map(([name, text]) => `  now_${name} = ${textOf(parse(text))};`),
      ...results.map((name, index) => `  r${index}[i] = now_${name};`),
    ].join("\n"),
  };
}
