import { asArray, handleShape } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import { closedForm } from "./bounds.ts";
import { requireNoArray, unsuitableDomain, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { diagonalOperator } from "./matrices/diagonal.ts";
import { add, pairShape, samplesOf, withHandle } from "./handles.ts";
import { uploadShared } from "./host.ts";
import { realArray } from "../io/hostArray.ts";
import type { Operator, OperatorProperty } from "./operator.ts";
import { count, readSettings, word } from "./settings.ts";
import { arraySpace, requireArrays, type ArraySpace } from "./spaces.ts";

/** The patches along one axis of an image: `count` of them, the last of which ends before entry `reach`. */
interface PatchAxis {
  readonly extent: number;
  readonly count: number;
  readonly reach: number;
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
  return patchOperator(call.operations, text, space, { size, stride, rows, columns });
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
  const coverage = Array.from({ length: extent }, () => 0);
  for (let entry = 0; entry < size * counted; entry++) {
    const pixel = ((entry % counted) * stride + Math.floor(entry / counted)) % extent;
    coverage[pixel] = (coverage[pixel] ?? 0) + 1;
  }
  return { extent, count: counted, reach: (counted - 1) * stride + size, coverage };
}

function patchOperator(
  operations: Operations,
  text: string,
  space: ArraySpace,
  {
    size,
    stride,
    rows,
    columns,
  }: {
    readonly size: number;
    readonly stride: number;
    readonly rows: PatchAxis;
    readonly columns: PatchAxis;
  },
): Operator {
  const further = space.shape.slice(2);
  const codomain = arraySpace(space.field, [size, size, ...further, rows.count * columns.count]);
  const [deep, pair] = [sizeOf(further), sizeOf(pairShape(space.field))];
  const most = [rows, columns].map(({ coverage }) => Math.max(...coverage));
  const once = most.every((cover) => cover === 1);
  const all = [rows, columns].every(({ coverage }) => coverage.every((cover) => cover > 0));
  const counts = (): ArrayValue =>
    uploadShared(
      operations.engine,
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
    norm: () => closedForm(Math.sqrt(most.reduce((product, cover) => product * cover, 1))),
    properties: () => properties,
    gram: (using) =>
      diagonalOperator(using, `${text}'*${text}`, space, counts(), ["symmetric", "positive", "nonnegative"]),
    apply: ({ engine }, value: Value) => {
      const x = asArray(text, value);
      const image = engine.reshape(x.handle, [samplesOf(x), rows.extent, columns.extent, deep, pair]);
      const covered = [rows, columns].reduce(
        (array, axis, at) => extended(engine, array, at + 1, axis),
        image,
      );
      return shaped(engine, x, engine.patches(covered, { size, stride, adjoint: false }), codomain);
    },
    adjoint: ({ engine }, value: Value) => {
      const y = asArray(text, value);
      const parts = [samplesOf(y), size, size, deep, rows.count, columns.count, pair];
      const covered = engine.patches(engine.reshape(y.handle, parts), { size, stride, adjoint: true });
      const image = [rows, columns].reduce((array, axis, at) => folded(engine, array, at + 1, axis), covered);
      return shaped(engine, y, image, space);
    },
  });
}

/** An axis as far as its patches reach: continued by its beginning, or cut. */
function extended(engine: Engine, array: Handle, at: number, { extent, reach }: PatchAxis): Handle {
  if (reach === extent) return array;
  const first = (length: number): Handle => firstOf(engine, array, at, length);
  return reach < extent ? first(reach) : engine.concat([array, first(reach - extent)], at);
}

/** The adjoint: what lies beyond the end is added to the beginning, and what was cut is 0. */
function folded(engine: Engine, array: Handle, at: number, { extent, reach }: PatchAxis): Handle {
  if (reach === extent) return array;
  const upTo = (part: Handle): Handle =>
    engine.pad(
      part,
      part.shape.map((length, axis) => [0, axis === at ? extent - length : 0]),
    );
  if (reach < extent) return upTo(array);
  const begin = array.shape.map((_, axis) => (axis === at ? extent : 0));
  const beyond = engine.slice(array, begin, array.shape.with(at, reach - extent));
  return add(engine, firstOf(engine, array, at, extent), upTo(beyond));
}

function firstOf(engine: Engine, array: Handle, at: number, length: number): Handle {
  return engine.slice(
    array,
    array.shape.map(() => 0),
    array.shape.with(at, length),
  );
}

function shaped(engine: Engine, like: ArrayValue, array: Handle, space: ArraySpace): ArrayValue {
  return withHandle(
    like,
    engine.reshape(array, handleShape(like.batch, space.shape, like.field)),
    space.shape,
  );
}
