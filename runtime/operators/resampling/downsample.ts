import { asArray, handleShape } from "../../arrays/layout.ts";
import type { Value } from "../../arrays/value.ts";
import { sizeOf } from "../../engine/shape.ts";
import { closedForm } from "../bounds.ts";
import { factorRule, requireNoArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { cubicResampling } from "./cubic.ts";
import { defineOperator } from "../define.ts";
import { pairShape, samplesOf, withHandle } from "../handles.ts";
import type { Operator } from "../operator.ts";
import { separableOperator } from "./separable.ts";
import { readSettings, word } from "../settings.ts";
import { arraySpace, imageAxes, requireArrays, type ArraySpace } from "../spaces.ts";

/**
 * `downsample(q; antialias = none)`: F[q*h, q*w, r] -> F[h, w, r], every q-th pixel from the first one; on one axis
 * where there is only one. The adjoint puts zeros between. Norm 1; nonnegative. With `antialias = bicubic` each pixel
 * is a cubic average instead, as in super-resolution's data; then the norm is that of the axes' matrices, proved.
 * Source: Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1981, for the kernel.
 * @throws OperatorError IPX8202, IPX8203 where q does not divide the size
 */
export function downsample(call: LibraryCall): Operator {
  requireNoArray("downsample", call);
  const space = requireArrays("downsample", call.domain, 1);
  const { q, antialias } = readSettings("downsample", call.settings, {
    q: factorRule(space, call.codomain),
    antialias: word(["none", "bicubic"], "none"),
  });
  const axes = imageAxes(space);
  const image = space.shape.slice(0, axes);
  if (image.some((extent) => extent % q !== 0)) {
    throw unsuitableDomain(`downsample(${q})`, space, `${q} must divide the sizes of the image.`);
  }
  if (antialias === "bicubic") {
    const matrices = image.map((extent) => cubicResampling(extent, extent / q));
    return separableOperator(call.operations, `downsample(${q}, antialias = bicubic)`, space, matrices);
  }
  return everyPixel(space, q);
}

function everyPixel(space: ArraySpace, q: number): Operator {
  const axes = imageAxes(space);
  const image = space.shape.slice(0, axes);
  const [height = 1, width = 1] = image.map((extent) => extent / q);
  const further = space.shape.slice(axes);
  const inner = sizeOf([...further, ...pairShape(space.field)]);
  const kept = axes === 2 ? [height, width] : [height];
  const codomain = arraySpace(space.field, [...kept, ...further]);
  const columns = axes === 2 ? q : 1;
  return defineOperator({
    text: `downsample(${q})`,
    domain: space,
    codomain,
    norm: () => closedForm(1),
    properties: () => ["nonnegative"],
    apply: ({ engine }, value: Value) => {
      const x = asArray("downsample", value);
      const rows = samplesOf(x) * height;
      const tiles = engine.reshape(x.handle, [rows, q, width, columns * inner]);
      const firsts = engine.slice(tiles, [0, 0, 0, 0], [rows, 1, width, inner]);
      const shape = handleShape(x.batch, codomain.shape, x.field);
      return withHandle(x, engine.reshape(firsts, shape), codomain.shape);
    },
    adjoint: ({ engine }, value: Value) => {
      const y = asArray("downsample", value);
      const firsts = engine.reshape(y.handle, [samplesOf(y) * height, 1, width, inner]);
      const tiles = engine.pad(firsts, [
        [0, 0],
        [0, q - 1],
        [0, 0],
        [0, (columns - 1) * inner],
      ]);
      const shape = handleShape(y.batch, space.shape, y.field);
      return withHandle(y, engine.reshape(tiles, shape), space.shape);
    },
  });
}
