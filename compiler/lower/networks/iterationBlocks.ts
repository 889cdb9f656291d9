import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import type { Dimension } from "../../types/dimension.ts";
import type { LayerContext } from "./layerContext.ts";
import { convolution, PLAIN } from "./layers.ts";

/** Weights as Glorot and Bengio start them, biases at 0, as these papers have it. */
const XAVIER = { ...PLAIN, start: "xavier" } as const;

/** Three convolutions, an activation between: relu (Adler and Oektem, 2017) or prelu (Adler and Oektem, 2018). */
export function updateBlock(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  out: Dimension,
  width: Dimension,
  activation: (u: Variable) => Variable,
): Variable {
  const first = activation(convolution(b, context, u, width, XAVIER));
  const second = activation(convolution(b, context, first, width, XAVIER));
  return convolution(b, context, second, out, XAVIER);
}

/** conv, relu, conv without biases (Zhang and Ghanem, 2018). */
export function istaTransform(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  out: Dimension,
  width: Dimension,
): Variable {
  const unbiased = { ...XAVIER, bias: false };
  const inner = b.elementwise("relu", [convolution(b, context, u, width, unbiased)]);
  return convolution(b, context, inner, out, unbiased);
}
