import { asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { closedForm } from "./bounds.ts";
import { declaredShape, requireNoArray, unsuitableDomain, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { pairShape, withHandle } from "./handles.ts";
import type { Operator } from "./operator.ts";
import { readSettings, word } from "./settings.ts";
import { arraySpace, requireArrays } from "./spaces.ts";

/**
 * `crop(; at = middle)`: F[d] -> F[e], a part of an array, e at most d on each axis, in the declared codomain; the
 * adjoint puts zeros around it. At the `middle` the entry floor(d/2) becomes the entry floor(e/2), so that the origin of
 * a centred Fourier transform stays one; at the `corner` the first entry stays the first. Norm 1; nonnegative; A A' = I.
 * @throws OperatorError IPX8201 to IPX8204
 */
export function crop(call: LibraryCall): Operator {
  requireNoArray("crop", call);
  const { at, ...shaped } = call.settings;
  const settings = readSettings("crop", at === undefined ? {} : { at }, {
    at: word(["middle", "corner"], "middle"),
  });
  const space = requireArrays("crop", call.domain);
  const shape = declaredShape("crop", { ...call, settings: shaped });
  if (
    shape.length !== space.shape.length ||
    shape.some((extent, axis) => extent > (space.shape[axis] ?? 0))
  ) {
    const part = `Its codomain [${shape.join(", ")}] is no part of it.`;
    throw unsuitableDomain("crop", space, part, "Zeros around an array are its adjoint, `crop'`.");
  }
  const begin = shape.map((extent, axis) =>
    settings.at === "corner" ? 0 : Math.floor((space.shape[axis] ?? 0) / 2) - Math.floor(extent / 2),
  );
  const codomain = arraySpace(space.field, shape);
  return defineOperator({
    text: settings.at === "corner" ? "crop(at = corner)" : "crop",
    domain: space,
    codomain,
    norm: () => closedForm(1),
    properties: () => ["nonnegative"],
    apply: ({ engine }: Operations, value: Value) => {
      const x = asArray("crop", value);
      return withHandle(x, part(engine, x, begin, shape), shape);
    },
    adjoint: ({ engine }: Operations, value: Value) => {
      const y = asArray("crop", value);
      return withHandle(y, surrounded(engine, y, begin, space.shape), space.shape);
    },
  });
}

/** The axes of the handle around those of a sample. */
function around(x: ArrayValue): { readonly before: readonly number[]; readonly after: readonly number[] } {
  return { before: x.batch === null ? [] : [x.batch], after: pairShape(x.field) };
}

function part(engine: Engine, x: ArrayValue, begin: readonly number[], size: readonly number[]): Handle {
  const { before, after } = around(x);
  const zeros = (axes: readonly number[]): readonly number[] => axes.map(() => 0);
  return engine.slice(
    x.handle,
    [...zeros(before), ...begin, ...zeros(after)],
    [...before, ...size, ...after],
  );
}

function surrounded(
  engine: Engine,
  y: ArrayValue,
  begin: readonly number[],
  size: readonly number[],
): Handle {
  const { before, after } = around(y);
  const none = (axes: readonly number[]): readonly (readonly [number, number])[] => axes.map(() => [0, 0]);
  const widths = size.map((extent, axis): readonly [number, number] => {
    const first = begin[axis] ?? 0;
    return [first, extent - first - (y.shape[axis] ?? 0)];
  });
  return engine.pad(y.handle, [...none(before), ...widths, ...none(after)]);
}
