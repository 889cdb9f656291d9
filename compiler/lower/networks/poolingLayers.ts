import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { constant, divideBy, multiply } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import { imageAxes } from "./layers.ts";

/** Mean over the image: R[h, w, c] -> R[c]. */
export function globalPool(b: IrBuilder, u: Variable): Variable {
  const [h, w, c] = imageAxes(u);
  return b.elementwise("div", [b.sumTo(u, arraySpace("real", [c])), b.size(multiply(h, w))]);
}

/** The mean of each q x q tile: R[h, w, c] -> R[h/q, w/q, c]. */
export function averagePool(b: IrBuilder, u: Variable, q: number): Variable {
  const [h, w, c] = imageAxes(u);
  const [rows, columns, within, one] = [divideBy(h, q), divideBy(w, q), constant(q), constant(1)];
  const tiles = b.reshape(u, arraySpace("real", [rows, within, columns, within, c]));
  const sums = b.sumTo(tiles, arraySpace("real", [rows, one, columns, one, c]));
  const image = b.reshape(sums, arraySpace("real", [rows, columns, c]));
  return b.elementwise("mul", [b.constant(1 / q ** 2), image]);
}
