import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { entriesOf } from "../ir/shape.ts";
import { constant, divideBy, multiply } from "../types/dimension.ts";
import type { Dimension } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import type { Space } from "../types/space.ts";
import { hintOf } from "./layerContext.ts";
import type { LayerContext } from "./layerContext.ts";
import { imageAxes } from "./layers.ts";
import { spaceOfVariable } from "./values.ts";

/** What is added to a variance before its root is taken, as in the papers and their code. */
const EPSILON = 1e-5;

/** Mean and variance over the image, for each channel (Ulyanov, Vedaldi, Lempitsky, 2016); then scale and shift. */
export function instanceNorm(b: IrBuilder, context: LayerContext, u: Variable): Variable {
  const [h, w, c] = imageAxes(u);
  return affine(b, context, "instancenorm", standardised(b, u, arraySpace("real", [c]), multiply(h, w)));
}

/** Mean and variance over all entries (Ba, Kiros, Hinton, 2016); scale and shift for each channel. */
export function layerNorm(b: IrBuilder, context: LayerContext, u: Variable): Variable {
  const entries = entriesOf(spaceOfVariable(u));
  if (entries === null) throw new Error("a normalisation of a space of unknown size");
  return affine(b, context, "layernorm", standardised(b, u, arraySpace("real", []), entries));
}

/** Mean and variance over the image and each group of neighbouring channels (Wu, He, 2018); then scale and shift. */
export function groupNorm(b: IrBuilder, context: LayerContext, u: Variable, groups: number): Variable {
  const [h, w, c] = imageAxes(u);
  const [count, each] = [constant(groups), divideBy(c, groups)];
  const grouped = b.reshape(u, arraySpace("real", [h, w, count, each]));
  const size = multiply(multiply(h, w), each);
  const image = standardised(b, grouped, arraySpace("real", [count, constant(1)]), size);
  return affine(b, context, "groupnorm", b.reshape(image, spaceOfVariable(u)));
}

/** (u - m)/sqrt(v + eps) with mean m and variance v over the `count` entries that fall onto each one of `onto`. */
function standardised(b: IrBuilder, u: Variable, onto: Space, count: Dimension): Variable {
  const mean = meanOnto(b, u, onto, count);
  const centred = b.elementwise("sub", [u, mean]);
  return divided(b, centred, meanOnto(b, b.elementwise("square", [centred]), onto, count));
}

function meanOnto(b: IrBuilder, u: Variable, onto: Space, count: Dimension): Variable {
  return b.elementwise("div", [b.sumTo(u, onto), b.size(count)]);
}

function divided(b: IrBuilder, centred: Variable, variance: Variable): Variable {
  const deviation = b.elementwise("sqrt", [b.elementwise("add", [variance, b.constant(EPSILON)])]);
  return b.elementwise("div", [centred, deviation]);
}

function affine(b: IrBuilder, context: LayerContext, sort: string, u: Variable): Variable {
  const space = spaceOfVariable(u);
  const channels = space.kind === "array" ? space.dimensions.slice(-1) : [];
  const layer = context.layer(sort);
  const scale = context.weight(layer, "scale", channels, { value: 1 });
  const shift = context.weight(layer, "shift", channels, "zero");
  return b.named(b.elementwise("add", [b.elementwise("mul", [scale, u]), shift]), hintOf(layer));
}
