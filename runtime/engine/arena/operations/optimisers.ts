import type { KernelName } from "../../../kernels/catalogue.ts";
import type { Engine, Recorder } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { checkUpdate, type UpdateRule } from "../../update.ts";
import type { Store } from "../store.ts";

/** Entries of one work item. */
const ITEM = 8192;

/** Updates of optimisers, one pass over memory each. In records they are in place where nobody needs the old arrays. */
export function optimisersOf(store: Store): Pick<Engine, "update" | "recorder"> {
  const update: Recorder["update"] = (rule, value, gradient, slots) => {
    checkUpdate(store.machine.name, rule, value, gradient, slots);
    const { kernel, numbers } = kernelOf(rule);
    const before = [value, ...slots];
    const after = before.map(({ shape }) => store.make(shape));
    const entries = sizeOf(value.shape);
    const places = before.flatMap((array, index) => [
      store.offsetOf(array),
      store.offsetOf(after[index] ?? array),
    ]);
    const work = 2 * (before.length + 1) * entries;
    return store.constants(new Uint32Array(Float32Array.from(numbers).buffer), (place) => {
      const words = [entries, ITEM, ...places, store.offsetOf(gradient), place];
      store.machine.run(kernel, words, Math.ceil(entries / ITEM), work);
      const [next = value, ...remembered] = after;
      const renumber = (other: UpdateRule): void => {
        store.machine.memory.writeFloats(place, kernelOf(other).numbers);
      };
      return { value: next, slots: remembered, renumber };
    });
  };
  return { update, recorder: { ...store.recorder, update } };
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
