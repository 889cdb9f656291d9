import type { Direction, Stencil } from "../../../kernels/encode/stencil.ts";
import {
  type Differenced,
  differencesDomain,
  differencesRefusal,
  isDifferenced,
  sameDifferences,
} from "../../differences.ts";
import type { Handle } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { alignedAxes, type Axis, beyond as cutsBeyond, joined, type Rows, rowsBeyond } from "./rows.ts";

/**
 * The rows of `shape` for inputs that stand for differences among them, and how those are read: along the last axis of
 * what they are taken of, and across the one before it. Null where they must be computed before: differences along
 * other axes, of pairs, of several kinds, of arrays that repeat, or that norms of pairs are taken beside.
 */
export function stencilRowsOf(
  shape: readonly number[],
  inputs: readonly Handle[],
  pairs: boolean,
  cuts: readonly number[],
): { readonly rows: Rows; readonly stencil: Stencil } | null {
  const stencil = stencilOf(inputs.filter(isDifferenced));
  if (stencil === null || sizeOf(shape) === 0) return null;
  const count = stencil.directions.length;
  const ofPairs = !stencil.adjoint && count === 2;
  if ((pairs && !ofPairs) || (!stencil.adjoint && shape.at(-1) !== count)) return null;
  const { within, axes } = axesOf(shape, inputs, stencil);
  const [along, across, ...beyond] = axes;
  if (along === undefined) return null;
  const lines = across ?? { extent: 1, strides: along.strides.map(() => 0) };
  const whole = inputs.every(
    (input) => !isDifferenced(input) || isWhole(differencesDomain(input.of, input.options), along, lines),
  );
  if (!whole) return null;
  const further = joined(beyond, cutsBeyond(cuts, stencil.adjoint ? 2 : 3));
  const rows = rowsBeyond([along, lines, ...further], ofPairs ? within : null, inputs.length);
  const modes = rows.modes.map((mode, at) => (isDifferenced(inputs[at] ?? { shape: [] }) ? "stencil" : mode));
  return { rows: { ...rows, modes }, stencil };
}

function stencilOf([first, ...others]: readonly Differenced[]): Stencil | null {
  if (first === undefined) return null;
  const { options } = first;
  const { axes, at, boundary, adjoint } = options;
  const rank = differencesDomain(first.of, options).length;
  const directions = axes.flatMap((axis): readonly Direction[] =>
    axis === rank - 1 ? ["along"] : axis === rank - 2 ? ["across"] : [],
  );
  const alike = others.every((other) => sameDifferences(other.options, options));
  const refused = [first, ...others].some(({ of }) => differencesRefusal(of, options) !== null);
  const readable = alike && !refused && at === rank && directions.length === axes.length && axes.length > 0;
  return readable ? { directions, boundary, adjoint } : null;
}

/** The axes of points, the innermost first, and the strides within points that are pairs. */
function axesOf(
  shape: readonly number[],
  inputs: readonly Handle[],
  { adjoint, directions }: Stencil,
): { readonly within: readonly number[]; readonly axes: readonly Axis[] } {
  const shapes = inputs.map((input) => {
    if (!isDifferenced(input)) return input.shape;
    const domain = differencesDomain(input.of, input.options);
    return adjoint ? domain : [...domain, 1];
  });
  const aligned = alignedAxes(shape, shapes);
  if (!adjoint) return { within: aligned[0]?.strides ?? [], axes: aligned.slice(1) };
  const axes = aligned.map(({ extent, strides }) => ({
    extent,
    strides: strides.map((stride, at) =>
      isDifferenced(inputs[at] ?? { shape: [] }) ? stride * directions.length : stride,
    ),
  }));
  return { within: [], axes };
}

/** Whether an array has all points of the innermost two axes. */
function isWhole(domain: readonly number[], along: Axis, across: Axis): boolean {
  return domain.at(-1) === along.extent && (domain.at(-2) ?? 1) === across.extent;
}
