import type { Engine } from "../engine.ts";
import { type PartExpressions, partInputs } from "../pairs.ts";
import { sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import { type Bound, boundTo, entryText } from "./entryText.ts";
import type { Kernel } from "./kernel.ts";
import { createPrepare, type Prepared } from "./programs.ts";
import type { Store } from "./store.ts";

/**
 * Complex expressions as one kernel that reads pairs and writes pairs, or real numbers; more arrays than a kernel can
 * name are left to `composed`.
 */
export function pairsOf(
  store: Store,
  composed: Pick<Engine, "elementwisePairs">,
): Pick<Engine, "elementwisePairs"> {
  const prepare = createPrepare();
  const kernels = new Map<string, Kernel>();
  return {
    elementwisePairs(parts, inputs) {
      const { re, im } = parts;
      const what = prepare(parts, () => (im === null ? { re } : { re, im }), partInputs(inputs));
      const bound = boundTo(what.program, what.inputs, what.shape);
      if (bound.arrays.length + 1 > store.arrays) return composed.elementwisePairs(parts, inputs);
      const kernel = kernels.get(bound.key) ?? kernelOf(what.program, bound, parts);
      kernels.set(bound.key, kernel);
      const { arrays, words } = bound;
      const work = { operation: "elementwisePairs", kernel, inputs: arrays, words };
      const shape = im === null ? what.shape : [...what.shape, 2];
      const [result] = store.computeAll(work, [shape], sizeOf(what.shape));
      if (result === undefined) throw refuse("elementwisePairs", [what.shape], "a kernel without a result");
      return result;
    },
  };
}

/** An invocation for each pair. */
function kernelOf(program: Prepared["program"], bound: Bound, { im }: PartExpressions): Kernel {
  const { declarations, start, steps } = entryText(program, bound, "tail");
  const [first = 0, second = 0] = program.results;
  const written =
    im === null ? `r0[i] = x${first};` : `r0[2u * i] = x${first}; r0[2u * i + 1u] = x${second};`;
  return {
    form: "entries",
    reads: bound.arrays.map(() => "f32"),
    writes: 1,
    numbers: ["rank"],
    declarations,
    body: [start, steps, `  ${written}`].join("\n"),
  };
}
