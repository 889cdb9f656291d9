import {
  type DifferencesOptions,
  differencesDomain,
  differencesRefusal,
  differencesShape,
} from "../../differences.ts";
import type { Engine } from "../../engine.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import type { Store } from "../store.ts";

/** Places for axes in the arguments of the kernel. */
const MOST_AXES = 8;
/** Floats of an item, about. */
const ITEM = 16_384;

/** Boundaries as the kernels number them. */
export const BOUNDARIES: { readonly [B in DifferencesOptions["boundary"]]: number } = {
  neumann: 0,
  periodic: 1,
  zero: 2,
};

/** Finite differences along all axes in one sweep. */
export function differencesOf(store: Store): Pick<Engine, "differences"> {
  return {
    differences(array, options) {
      const reason = differencesRefusal(array, options);
      if (reason !== null) throw store.refuse("differences", [array], reason);
      const { axes, at, boundary, adjoint } = options;
      if (axes.length > MOST_AXES) throw store.refuse("differences", [array], `more than ${MOST_AXES} axes`);
      const domain = differencesDomain(array, options);
      const result = store.make(differencesShape(array, options));
      const size = sizeOf(domain);
      if (size === 0) return result;
      const strides = stridesOf(domain);
      const padded = (of: readonly number[]): number[] =>
        Array.from({ length: MOST_AXES }, (_, which) => of[axes[which] ?? -1] ?? 1);
      const last = axes.at(-1) ?? 0;
      const inner = sizeOf(domain.slice(at));
      const length = (domain[last] ?? 1) * (strides[last] ?? 1);
      const rows = size / length;
      const each = Math.min(rows, Math.max(1, Math.floor(ITEM / length)));
      const part = Math.min(length, inner * Math.ceil(ITEM / inner));
      const parts = Math.ceil(length / part);
      const words = [
        ...[store.offsetOf(array), store.offsetOf(result), Number(adjoint)],
        ...[axes.length, inner, BOUNDARIES[boundary]],
        ...[rows, length, each, part, parts, ...padded(domain), ...padded(strides)],
      ];
      store.machine.run("differences", words, Math.ceil(rows / each) * parts, 4 * size * (1 + axes.length));
      return result;
    },
  };
}
