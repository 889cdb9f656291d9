import type { ImageMargins } from "../operation.ts";
import { asArray, type ReferenceArray } from "./array.ts";
import { operatorOfRows, weight } from "./operators/rows.ts";

/** Images beyond their borders, on the first two axes or one of them. */
export function extendImage(x: ReferenceArray, margins: ImageMargins): ReferenceArray {
  return asArray(extension(x.shape, margins).apply(x));
}

/** The adjoint of `extendImage`. */
export function foldImage(y: ReferenceArray, margins: ImageMargins): ReferenceArray {
  const width = margins.before + margins.after;
  const inner = y.shape.map((extent, axis) => (isContinued(axis, margins) ? extent - width : extent));
  return asArray(extension(inner, margins).adjoint(y));
}

function isContinued(axis: number, { only }: ImageMargins): boolean {
  return only === undefined ? axis < 2 : axis === only;
}

function extension(shape: readonly number[], margins: ImageMargins) {
  const { boundary, before, after } = margins;
  return operatorOfRows({
    domain: shape,
    codomain: shape.map((extent, axis) => (isContinued(axis, margins) ? extent + before + after : extent)),
    row: (index) => {
      const source = index.map((i, axis) =>
        isContinued(axis, margins) ? sourceOf(i - before, shape[axis] ?? 1, boundary) : i,
      );
      return source.includes(-1) ? [] : [{ index: source, weight: weight(1) }];
    },
  });
}

/** The point that one at i stands for, -1 for none. */
function sourceOf(i: number, n: number, boundary: ImageMargins["boundary"]): number {
  if (i >= 0 && i < n) return i;
  switch (boundary) {
    case "periodic":
      return ((i % n) + n) % n;
    case "neumann":
      return i < 0 ? -1 - i : 2 * n - 1 - i;
    case "reflect":
      return i < 0 ? -i : 2 * n - 2 - i;
    case "zero":
      return -1;
  }
}
