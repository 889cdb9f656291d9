import type { Tensor } from "@tensorflow/tfjs-core";
import { type DifferencesOptions, differencesDomain, differencesShape } from "../differences.ts";
import { sizeOf } from "../shape.ts";
import type { Heap } from "./heap.ts";

/** Points side by side: the number of their axis, the first point, its neighbour on that axis (null: a 0), how many. */
interface Run {
  readonly which: number;
  readonly here: number;
  readonly next: number | null;
  readonly count: number;
}

/** Finite differences, or their adjoint, in a sweep for each axis over the memory of WebAssembly. */
export function sweptDifferences(heap: Heap, x: Tensor, options: DifferencesOptions): Tensor {
  const domain = differencesDomain(x, options);
  const [axes, inner] = [options.axes.length, sizeOf(domain.slice(options.at))];
  const sweep = options.adjoint ? addBack : subtract;
  return heap.make(differencesShape(x, options), [x], (result, data) => {
    result.fill(0);
    for (const run of runsOf(domain, options)) sweep(result, data, run, axes, inner);
  });
}

/** All points have neighbours but the last ones of an axis, whose differences vanish or reach over the boundary. */
function runsOf(domain: readonly number[], { axes, at, boundary }: DifferencesOptions): readonly Run[] {
  return axes.flatMap((axis, which) => {
    const n = domain[axis] ?? 1;
    const step = sizeOf(domain.slice(axis + 1, at));
    return Array.from({ length: sizeOf(domain.slice(0, axis)) }, (_, line) => line * n * step).flatMap(
      (first): readonly Run[] => {
        const inside = { which, here: first, next: first + step, count: (n - 1) * step };
        if (boundary === "neumann") return [inside];
        const next = boundary === "periodic" ? first : null;
        return [inside, { which, here: first + inside.count, next, count: step }];
      },
    );
  });
}

function subtract(
  result: Float32Array,
  x: Float32Array,
  { which, here, next, count }: Run,
  axes: number,
  inner: number,
): void {
  const step = axes * inner;
  const ends = next === null;
  const by = ends ? 0 : (next - here) * inner;
  for (let i = 0; i < inner; i++) {
    let to = here * step + which * inner + i;
    let own = here * inner + i;
    for (let k = 0; k < count; k++, to += step, own += inner) {
      const value = x[own] ?? 0;
      result[to] = ends ? -value : (x[own + by] ?? 0) - value;
    }
  }
}

function addBack(
  result: Float32Array,
  y: Float32Array,
  { which, here, next, count }: Run,
  axes: number,
  inner: number,
): void {
  const step = axes * inner;
  const ends = next === null;
  const by = ends ? 0 : (next - here) * inner;
  for (let i = 0; i < inner; i++) {
    let from = here * step + which * inner + i;
    let own = here * inner + i;
    for (let k = 0; k < count; k++, from += step, own += inner) {
      const value = y[from] ?? 0;
      result[own] = (result[own] ?? 0) - value;
      if (!ends) result[own + by] = (result[own + by] ?? 0) + value;
    }
  }
}
