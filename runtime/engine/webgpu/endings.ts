import type { ElementwiseResults } from "../../arrays/expression.ts";
import type { Ending, Engine, Handle } from "../engine.ts";
import { type Bound, boundTo, entryText } from "./entryText.ts";
import type { Kernel } from "./kernel.ts";
import { createPrepare, type Prepared } from "./programs.ts";
import { type Cut, cutOf, partsShape, reducingKernel, together, wordsOf } from "./reducing.ts";
import type { Store } from "./store.ts";

/** Results of one kernel, by their numbers: those that are reduced all over the same axes. */
interface Share {
  readonly whole: readonly number[];
  readonly reduced: readonly { readonly at: number; readonly by: Ending["by"] }[];
  readonly axes: readonly number[];
}

/**
 * Expressions some of whose results are reduced where they are computed: a kernel for each choice of axes, the first of
 * which writes the other results; more arrays than a kernel can name are left to `composed`.
 */
export function endingsOf(
  store: Store,
  composed: Pick<Engine, "elementwiseReduced">,
): Pick<Engine, "elementwiseReduced"> {
  const prepare = createPrepare();
  const kernels = new Map<string, Kernel>();
  return {
    elementwiseReduced(results, endings, inputs) {
      const what = prepare(results, () => results, inputs);
      const shares = sharesOf(results, endings);
      const many = what.program.inputs.length + what.program.results.length > store.arrays;
      if (shares.length === 0 || many) return composed.elementwiseReduced(results, endings, inputs);
      const made = new Map<number, Handle>();
      try {
        for (const share of shares) {
          for (const [at, handle] of computed(store, kernels, what, share)) made.set(at, handle);
        }
      } catch (error) {
        store.dispose([...made.values()]);
        throw error;
      }
      return Object.keys(results).map((name, at) => {
        const handle = made.get(at);
        if (handle === undefined) throw new TypeError(`no result ${name}`);
        return handle;
      });
    },
  };
}

function sharesOf(results: ElementwiseResults, endings: Readonly<Record<string, Ending>>): readonly Share[] {
  const named = Object.keys(results).map((name, at) => ({ at, ending: endings[name] }));
  const whole = named.flatMap(({ at, ending }) => (ending === undefined ? [at] : []));
  const shares = new Map<string, Share>();
  for (const { at, ending } of named) {
    if (ending === undefined) continue;
    const axes = ending.axes.toSorted((a, b) => a - b);
    const share = shares.get(axes.join()) ?? { whole: shares.size === 0 ? whole : [], reduced: [], axes };
    shares.set(axes.join(), { ...share, reduced: [...share.reduced, { at, by: ending.by }] });
  }
  return [...shares.values()];
}

/** The results of a share, by their numbers. */
function computed(
  store: Store,
  kernels: Map<string, Kernel>,
  { program, inputs, shape }: Prepared,
  share: Share,
): ReadonlyMap<number, Handle> {
  const bound = boundTo(program, inputs, shape);
  const cut = cutOf(shape, share.axes);
  const ends = share.reduced.map(({ at, by }) => `${at} ${by}`).join();
  const key = `${bound.key}|${cut.form}|${share.whole.join()}|${ends}`;
  const kernel = kernels.get(key) ?? kernelOf({ program, bound, share, form: cut.form });
  kernels.set(key, kernel);
  const [rank = 0, ...behind] = bound.words;
  const words = wordsOf(cut, [rank], behind);
  const shapes = [...share.whole.map(() => shape), ...share.reduced.map(() => partsShape(cut))];
  const operation = "elementwiseReduced";
  const made = store.computeAll({ operation, kernel, inputs: bound.arrays, words }, shapes, cut.units);
  const whole = share.whole.map((at, index) => [at, made[index]] as const);
  const parts = made.slice(whole.length);
  const reduced = share.reduced.map(({ at, by }, index) => {
    const part = parts[index];
    return [at, part === undefined ? part : together(store, operation, by, part, cut)] as const;
  });
  return new Map(
    [...whole, ...reduced].flatMap(([at, handle]) => (handle === undefined ? [] : [[at, handle]])),
  );
}

function kernelOf({
  program,
  bound,
  share,
  form,
}: {
  readonly program: Prepared["program"];
  readonly bound: Bound;
  readonly share: Share;
  readonly form: Cut["form"];
}): Kernel {
  const { declarations, start, steps } = entryText(program, bound, "tail + 2u * (kept + left)");
  const value = (at: number): string => `x${program.results[at] ?? 0}`;
  return reducingKernel(form, {
    reads: bound.arrays.map(() => "f32"),
    whole: share.whole.map(value),
    reduced: share.reduced.map(({ at, by }) => ({ by, value: value(at) })),
    numbers: ["rank"],
    declarations,
    start,
    steps,
  });
}
