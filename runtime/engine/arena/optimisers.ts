import type { Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { checkUpdate, type UpdateRule } from "../update.ts";
import { bitsOf } from "./machine.ts";
import type { Store } from "./store.ts";
import type { KernelName } from "../../kernels/catalogue.ts";

/** Entries of one work item. */
const ITEM = 8192;

/** Updates of optimisers, one pass over memory each. */
export function optimisersOf(store: Store): Pick<Engine, "update"> {
  return {
    update(rule, value, gradient, slots) {
      checkUpdate(store.machine.name, rule, value, gradient, slots);
      const { kernel, numbers } = kernelOf(rule);
      const before = [value, ...slots];
      const after = before.map(({ shape }) => store.make(shape));
      const entries = sizeOf(value.shape);
      const places = before.flatMap((array, index) => [
        store.offsetOf(array),
        store.offsetOf(after[index] ?? array),
      ]);
      const words = [entries, ITEM, ...places, store.offsetOf(gradient), ...numbers.map(bitsOf)];
      const work = 2 * (before.length + 1) * entries;
      store.machine.run(kernel, words, Math.ceil(entries / ITEM), work);
      const [next = value, ...remembered] = after;
      return { value: next, slots: remembered };
    },
  };
}

/** The kernel of a rule, and its numbers in the order of runtime/kernels/source/optimisers.c. */
function kernelOf(rule: UpdateRule): { readonly kernel: KernelName; readonly numbers: readonly number[] } {
  switch (rule.kind) {
    case "sgd":
      return { kernel: "sgd", numbers: [rule.rate] };
    case "momentum":
      return { kernel: "momentum", numbers: [rule.rate, rule.momentum, rule.nesterov ? 1 : 0] };
    case "rmsprop": {
      const { rate, decay, momentum, epsilon, centered } = rule;
      const numbers = [rate, decay, 1 - decay, momentum, epsilon];
      return { kernel: centered ? "rmsprop_centered" : "rmsprop", numbers };
    }
    case "adam": {
      const { rate, beta1, beta2, epsilon } = rule;
      return { kernel: "adam", numbers: [rate, beta1, 1 - beta1, beta2, 1 - beta2, epsilon] };
    }
  }
}
