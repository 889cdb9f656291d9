import type { Handle } from "./engine.ts";

/** What `differences` of an engine is told; see there. */
export interface DifferencesOptions {
  /** axes of x, each once, ascending */
  readonly axes: readonly number[];
  /** the axis of D x that counts the axes, behind all of them */
  readonly at: number;
  /** what comes behind the last entry of an axis: that entry again (difference 0), the first one, or 0 */
  readonly boundary: "neumann" | "periodic" | "zero";
  readonly adjoint: boolean;
}

/** The shape of x, from that of x or, for the adjoint, from that of D x. */
export function differencesDomain(
  { shape }: Pick<Handle, "shape">,
  { at, adjoint }: DifferencesOptions,
): readonly number[] {
  return adjoint ? shape.filter((_, axis) => axis !== at) : shape;
}

/** The shape of the result. */
export function differencesShape(
  array: Pick<Handle, "shape">,
  options: DifferencesOptions,
): readonly number[] {
  const domain = differencesDomain(array, options);
  const { axes, at, adjoint } = options;
  return adjoint ? domain : [...domain.slice(0, at), axes.length, ...domain.slice(at)];
}

/** Why an array has no such differences, or null. */
export function differencesRefusal(array: Pick<Handle, "shape">, options: DifferencesOptions): string | null {
  const { axes, at, adjoint } = options;
  const rank = array.shape.length - (adjoint ? 1 : 0);
  const inOrder = axes.every((axis, i) => axis > (axes[i - 1] ?? -1) && axis < at);
  if (!inOrder || axes.length === 0 || at > rank) return `no axes [${axes.join(", ")}] before ${at}`;
  return adjoint && array.shape[at] !== axes.length ? `axis ${at} does not count ${axes.length} axes` : null;
}
