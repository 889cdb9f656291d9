import { asArray, handleShape } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import { closedForm } from "./bounds.ts";
import { requireNoArray, unsuitableDomain, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { diagonalOperator } from "./diagonal.ts";
import { pairShape, samplesOf, withHandle } from "./handles.ts";
import { uploadShared } from "./host.ts";
import { realArray } from "../io/hostArray.ts";
import type { Operator, OperatorProperty } from "./operator.ts";
import { count, readSettings, word } from "./settings.ts";
import { arraySpace, requireArrays, type ArraySpace } from "./spaces.ts";

/** The patches along one axis of an image: `count` of them, entry p of patch k is pixel `sources[p*count + k]`. */
interface PatchAxis {
  readonly extent: number;
  readonly count: number;
  readonly sources: readonly number[];
  /** in how many patches each pixel lies */
  readonly coverage: readonly number[];
}

/**
 * `patches(size, stride; boundary = inside)`: F[h, w, r] -> F[size, size, r, n], the patches whose first pixel stands at
 * a multiple of `stride` on both axes, row by row; those inside of the image, or with `periodic` those that go on at its
 * other end, too. The adjoint adds the patches where they lie, so that P'P multiplies each pixel by the number of
 * patches that cover it, and the norm is the root of the largest such number. Nonnegative.
 * @throws OperatorError IPX8202, IPX8203 where patches do not fit
 */
export function patches(call: LibraryCall): Operator {
  requireNoArray("patches", call);
  const space = requireArrays("patches", call.domain, 2);
  const { codomain } = call;
  const { size, stride, boundary } = readSettings("patches", call.settings, {
    size: count(codomain?.kind === "array" ? codomain.shape[0] : undefined),
    stride: count(undefined),
    boundary: word<"inside" | "periodic">(["inside", "periodic"], "inside"),
  });
  const text = `patches(${size}, ${stride}${boundary === "periodic" ? ", boundary = periodic" : ""})`;
  const [rows, columns] = [0, 1].map((axis) => patchAxis(text, space, axis, size, stride, boundary));
  if (rows === undefined || columns === undefined) throw new RangeError("an image has two axes");
  return patchOperator(call.operations, text, space, { size, rows, columns });
}

function patchAxis(
  text: string,
  space: ArraySpace,
  axis: number,
  size: number,
  stride: number,
  boundary: "inside" | "periodic",
): PatchAxis {
  const extent = space.shape[axis] ?? 1;
  const room = boundary === "inside" ? extent - size : extent;
  if (size > extent || room % stride !== 0) {
    const between = boundary === "inside" ? `the ${room} pixels beside a patch` : `the ${extent} pixels`;
    const why =
      size > extent
        ? `A patch of ${size} pixels does not fit into ${extent}.`
        : `${stride} does not divide ${between} along axis ${axis}.`;
    throw unsuitableDomain(text, space, why, "Crop the image, or choose another stride.");
  }
  const counted = boundary === "inside" ? room / stride + 1 : room / stride;
  const sources = Array.from(
    { length: size * counted },
    (_, j) => ((j % counted) * stride + Math.floor(j / counted)) % extent,
  );
  const coverage = Array.from({ length: extent }, () => 0);
  for (const pixel of sources) coverage[pixel] = (coverage[pixel] ?? 0) + 1;
  return { extent, count: counted, sources, coverage };
}

function patchOperator(
  operations: Operations,
  text: string,
  space: ArraySpace,
  { size, rows, columns }: { readonly size: number; readonly rows: PatchAxis; readonly columns: PatchAxis },
): Operator {
  const { engine } = operations;
  const further = space.shape.slice(2);
  const codomain = arraySpace(space.field, [size, size, ...further, rows.count * columns.count]);
  const [deep, pair] = [sizeOf(further), sizeOf(pairShape(space.field))];
  const indices = [rows, columns].map(({ sources }) =>
    engine.upload(Float32Array.from(sources), [1, sources.length]),
  );
  const most = [rows, columns].map(({ coverage }) => Math.max(...coverage));
  const once = most.every((cover) => cover === 1);
  const all = [rows, columns].every(({ coverage }) => coverage.every((cover) => cover > 0));
  const counts = (): ArrayValue =>
    uploadShared(
      engine,
      realArray(
        [rows.extent, columns.extent],
        Float64Array.from(
          { length: rows.extent * columns.extent },
          (_, i) =>
            (rows.coverage[Math.floor(i / columns.extent)] ?? 0) *
            (columns.coverage[i % columns.extent] ?? 0),
        ),
      ),
    );
  const properties: readonly OperatorProperty[] =
    once && all ? ["nonnegative", "orthonormal"] : ["nonnegative"];
  return defineOperator({
    text,
    domain: space,
    codomain,
    handles: indices,
    norm: () => closedForm(Math.sqrt(most.reduce((product, cover) => product * cover, 1))),
    properties: () => properties,
    gram: (using) =>
      diagonalOperator(using, `${text}'*${text}`, space, counts(), ["symmetric", "positive", "nonnegative"]),
    apply: (using, value: Value) => {
      const x = asArray(text, value);
      const samples = samplesOf(x);
      const [h, w] = [rows.extent, columns.extent];
      const inner = deep * pair;
      const high = using.engine.gather(
        using.engine.reshape(x.handle, [samples, h, w * inner]),
        rows.sources,
        1,
      );
      const lines = samples * size * rows.count;
      const wide = using.engine.gather(using.engine.reshape(high, [lines, w, inner]), columns.sources, 1);
      const split = using.engine.reshape(wide, [samples, size, rows.count, size, columns.count, deep, pair]);
      const sorted = using.engine.transpose(split, [0, 1, 3, 5, 2, 4, 6]);
      return shaped(using, x, sorted, codomain);
    },
    adjoint: (using, value: Value) => {
      const y = asArray(text, value);
      const samples = samplesOf(y);
      const parted = using.engine.reshape(y.handle, [
        samples,
        size,
        size,
        deep,
        rows.count,
        columns.count,
        pair,
      ]);
      const sorted = using.engine.transpose(parted, [0, 1, 4, 2, 5, 3, 6]);
      const lines = samples * size * rows.count;
      const inner = deep * pair;
      const wide = added(using, sorted, [lines, size * columns.count, inner], indices[1], columns.extent);
      const flat = [samples, size * rows.count, columns.extent * inner] as const;
      return shaped(using, y, added(using, wide, flat, indices[0], rows.extent), space);
    },
  });
}

function added(
  { engine }: Operations,
  array: Handle,
  shape: readonly number[],
  indices: Handle | undefined,
  extent: number,
): Handle {
  if (indices === undefined) throw new RangeError("patches know the pixels of both axes");
  return engine.addRows(engine.reshape(array, shape), indices, extent);
}

function shaped({ engine }: Operations, like: ArrayValue, array: Handle, space: ArraySpace): ArrayValue {
  return withHandle(
    like,
    engine.reshape(array, handleShape(like.batch, space.shape, like.field)),
    space.shape,
  );
}
