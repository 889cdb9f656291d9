import { asArray, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { Value } from "../../arrays/value.ts";
import { sameShape, sizeOf } from "../../engine/shape.ts";
import { closedForm } from "../bounds.ts";
import { declaredShape, requireNoArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { pairShape, samplesOf, withHandle } from "../handles.ts";
import type { Operator } from "../operator.ts";
import { counts, readSettings } from "../settings.ts";
import { arraySpace, requireArrays, type ArraySpace } from "../spaces.ts";

/**
 * `over_channels`: F[d] -> F[d, c], each entry c times on a new last axis; the adjoint sums over the channels. The
 * codomain is declared. Norm sqrt(c); nonnegative.
 * @throws OperatorError IPX8202, IPX8203
 */
export function overChannels(call: LibraryCall): Operator {
  requireNoArray("over_channels", call);
  const space = requireArrays("over_channels", call.domain);
  const shape = declaredShape("over_channels", call);
  const channels = shape.at(-1) ?? 1;
  if (shape.length !== space.shape.length + 1 || !sameShape(shape.slice(0, -1), space.shape)) {
    throw unsuitableDomain(
      "over_channels",
      space,
      `Its codomain [${shape.join(", ")}] is not [d, c] for a domain [d].`,
    );
  }
  const inner = sizeOf(pairShape(space.field));
  return repetition("over_channels", space, shape, [sizeOf(space.shape), channels, inner]);
}

/**
 * `over_pixels`: F[c] -> F[h, w, c], each entry at all pixels; the adjoint sums over the pixels. The codomain
 * is declared. Norm sqrt(h w); nonnegative.
 * @throws OperatorError IPX8202, IPX8203
 */
export function overPixels(call: LibraryCall): Operator {
  requireNoArray("over_pixels", call);
  const space = requireArrays("over_pixels", call.domain);
  const shape = declaredShape("over_pixels", call);
  const [height = 1, width = 1, ...rest] = shape;
  if (shape.length < 2 || !sameShape(rest, space.shape)) {
    throw unsuitableDomain(
      "over_pixels",
      space,
      `Its codomain [${shape.join(", ")}] is not [h, w, c] for a domain [c].`,
    );
  }
  const inner = sizeOf([...space.shape, ...pairShape(space.field)]);
  return repetition("over_pixels", space, shape, [1, height * width, inner]);
}

/**
 * `over_axes(axes = 0)`: F[d] -> F[e], each entry at all indices of new axes, which are at the places `axes` of the
 * declared codomain; the adjoint sums over these axes. Norm: the square root of the product of their extents;
 * nonnegative.
 * @throws OperatorError IPX8201 to IPX8204
 */
export function overAxes(call: LibraryCall): Operator {
  requireNoArray("over_axes", call);
  const { axes: written, ...shaped } = call.settings;
  const { axes } = readSettings("over_axes", written === undefined ? {} : { axes: written }, {
    axes: counts(0),
  });
  const added = new Set(axes ?? [0]);
  const space = requireArrays("over_axes", call.domain);
  const shape = declaredShape("over_axes", { ...call, settings: shaped });
  const kept = shape.filter((_, axis) => !added.has(axis));
  if (Math.max(...added) >= shape.length || !sameShape(kept, space.shape)) {
    const axesText = [...added].join(", ");
    const why = `Its codomain [${shape.join(", ")}] is no repetition of it along the axes ${axesText}.`;
    throw unsuitableDomain("over_axes", space, why);
  }
  const thin = shape.map((extent, axis) => (added.has(axis) ? 1 : extent));
  const copies = sizeOf(shape.filter((_, axis) => added.has(axis)));
  return defineOperator({
    text: "over_axes",
    domain: space,
    codomain: arraySpace(space.field, shape),
    norm: () => closedForm(Math.sqrt(copies)),
    properties: () => ["nonnegative"],
    apply: ({ engine }: Operations, value: Value) => {
      const x = asArray("over_axes", value);
      const column = engine.reshape(x.handle, handleShape(x.batch, thin, x.field));
      return withHandle(x, engine.broadcast(column, handleShape(x.batch, shape, x.field)), shape);
    },
    adjoint: ({ engine }: Operations, value: Value) => {
      const y = asArray("over_axes", value);
      const before = y.batch === null ? 0 : 1;
      const sums = engine.reduce(
        "sum",
        y.handle,
        [...added].map((axis) => axis + before),
      );
      return withHandle(y, engine.reshape(sums, handleShape(y.batch, space.shape, y.field)), space.shape);
    },
  });
}

/** Repetition on the middle axis of [outer, copies, inner] of each sample. */
function repetition(
  text: string,
  space: ArraySpace,
  shape: readonly number[],
  [outer, copies, inner]: readonly [number, number, number],
): Operator {
  return defineOperator({
    text,
    domain: space,
    codomain: arraySpace(space.field, shape),
    norm: () => closedForm(Math.sqrt(copies)),
    properties: () => ["nonnegative"],
    apply: ({ engine }: Operations, value: Value) => {
      const x = asArray(text, value);
      const rows = samplesOf(x) * outer;
      const copied = engine.broadcast(engine.reshape(x.handle, [rows, 1, inner]), [rows, copies, inner]);
      return withHandle(x, engine.reshape(copied, handleShape(x.batch, shape, x.field)), shape);
    },
    adjoint: ({ engine }: Operations, value: Value) => {
      const y = asArray(text, value);
      const rows = samplesOf(y) * outer;
      const sum = engine.reduce("sum", engine.reshape(y.handle, [rows, copies, inner]), [1]);
      return withHandle(y, engine.reshape(sum, handleShape(y.batch, space.shape, y.field)), space.shape);
    },
  });
}
