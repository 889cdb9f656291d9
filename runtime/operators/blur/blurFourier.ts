import { asArray, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import { sizeOf } from "../../engine/shape.ts";
import { centreOf, reachOf, type BlurMethod } from "./blurMethod.ts";
import { extend, extendAdjoint, type Extension, type Margin } from "./extension.ts";
import { frequencies, multiplied } from "../fourier/frequencies.ts";
import { aroundAxis, middlePad, middleSlice, withHandle } from "../handles.ts";
import { type ArraySpace } from "../spaces.ts";

/**
 * Blur by the discrete Fourier transform, with a kernel that all samples share or with one for each. A periodic image
 * is multiplied as it is; others are extended by the kernel's reach, multiplied and cropped, so that nothing wraps.
 */
export function fourierBlur(
  operations: Operations,
  kernel: ArrayValue,
  space: ArraySpace,
  extension: Extension,
): BlurMethod {
  const periodic = extension === "periodic";
  const reach = reachOf(kernel.shape).map((each) => (periodic ? { before: 0, after: 0 } : each));
  const sizes = reach.map(({ before, after }, axis) => (space.shape[axis] ?? 1) + before + after);
  const extended = [...sizes, ...space.shape.slice(sizes.length)];
  const { handles, times } = circular(operations, kernel, sizes, { ...space, shape: extended });
  const margins = (x: ArrayValue): readonly Margin[] =>
    reach.map((each, axis) => ({ ...each, axis: axis + (x.batch === null ? 0 : 1) }));
  const reshaped = (
    x: ArrayValue,
    change: (handle: Handle) => Handle,
    shape: readonly number[],
  ): ArrayValue => withHandle(x, change(x.handle), shape);
  return {
    handles,
    gram: periodic ? (using, x) => times(using, x, "gram") : null,
    apply: (using, x) => {
      const image = reshaped(x, (handle) => extend(using.engine, handle, extension, margins(x)), extended);
      const blurred = times(using, image, "apply");
      return reshaped(blurred, (handle) => crop(using.engine, handle, margins(blurred)), space.shape);
    },
    adjoint: (using, y) => {
      const image = reshaped(y, (handle) => extend(using.engine, handle, "zero", margins(y)), extended);
      const blurred = times(using, image, "adjoint");
      const fold = (handle: Handle): Handle =>
        extendAdjoint(using.engine, handle, extension, margins(blurred));
      return reshaped(blurred, fold, space.shape);
    },
  };
}

/** The periodic convolution with a kernel, its adjoint, and the one after the other. */
interface Circular {
  readonly handles: readonly Handle[];
  readonly times: (using: Operations, x: ArrayValue, what: "apply" | "adjoint" | "gram") => ArrayValue;
}

function circular(
  operations: Operations,
  kernel: ArrayValue,
  sizes: readonly number[],
  space: ArraySpace,
): Circular {
  const transfer = transferOf(operations, kernel, sizes, space.shape.length);
  return space.field === "real"
    ? circularOfReal(operations, transfer, sizes, space)
    : circularOfComplex(transfer, sizes);
}

function circularOfReal(
  operations: Operations,
  transfer: ArrayValue,
  sizes: readonly number[],
  { shape }: ArraySpace,
): Circular {
  const axes = sizes.map((_, axis) => axis);
  const { once, twice } = operations.engine.scope(
    () => {
      const squares = asArray("blur", operations.map("abs(k)*abs(k)", { k: transfer }));
      return {
        once: frequencies(operations, transfer, axes, shape),
        twice: frequencies(operations, squares, axes, shape),
      };
    },
    (made) => [made.once.factors.handle, made.twice.factors.handle],
  );
  operations.engine.dispose([transfer.handle]);
  return {
    handles: [once.factors.handle, twice.factors.handle],
    times: (using, x, what) => multiplied(using, x, what === "gram" ? twice : once, what === "adjoint"),
  };
}

const PRODUCTS = { apply: "k*x", adjoint: "conj(k)*x", gram: "conj(k)*(k*x)" } as const;

function circularOfComplex(transfer: ArrayValue, sizes: readonly number[]): Circular {
  return {
    handles: [transfer.handle],
    times: (using, x, what) => {
      const spectrum = transformed(using.engine, x, sizes, false);
      const product = asArray("blur", using.map(PRODUCTS[what], { k: transfer, x: spectrum }));
      const image = transformed(using.engine, product, sizes, true);
      return asArray("blur", using.map(`x*${1 / sizeOf(sizes)}`, { x: image }));
    },
  };
}

function transformed(engine: Engine, x: ArrayValue, sizes: readonly number[], inverse: boolean): ArrayValue {
  const shift = x.batch === null ? 0 : 1;
  const axes = sizes.map((_, axis) => axis + shift);
  return withHandle(x, engine.fourier(x.handle, axes, inverse), x.shape);
}

function crop(engine: Engine, image: Handle, margins: readonly Margin[]): Handle {
  return extendAdjoint(engine, image, "zero", margins);
}

/** The unnormalised transform of the kernel, its middle at the origin, with axes of 1 up to `rank`. */
export function transferOf(
  operations: Operations,
  kernel: ArrayValue,
  sizes: readonly number[],
  rank: number,
): ArrayValue {
  const { engine } = operations;
  return engine.scope(
    () => {
      const shift = kernel.batch === null ? 0 : 1;
      const placed = sizes.reduce(
        (handle, size, axis) =>
          wrapped(engine, handle, axis + shift, size, centreOf(kernel.shape[axis] ?? 1)),
        kernel.handle,
      );
      const complex = asArray("blur", operations.map("complex(k)", { k: withHandle(kernel, placed, sizes) }));
      const transfer = transformed(engine, complex, sizes, false);
      const shape = [...sizes, ...Array.from({ length: rank - sizes.length }, () => 1)];
      return withHandle(
        transfer,
        engine.reshape(transfer.handle, handleShape(kernel.batch, shape, "complex")),
        shape,
      );
    },
    (transfer) => [transfer.handle],
  );
}

/** Entry j of an axis added at (j - centre) mod size. */
function wrapped(engine: Engine, handle: Handle, axis: number, size: number, centre: number): Handle {
  const around = aroundAxis(engine, handle, axis);
  const [outer = 1, extent = 1, inner = 1] = around.shape;
  const turns = Math.ceil(extent / size);
  const padded = middlePad(engine, around, 0, turns * size - extent);
  const sum =
    turns === 1 ? padded : engine.reduce("sum", engine.reshape(padded, [outer, turns, size * inner]), [1]);
  const folded = engine.reshape(sum, [outer, size, inner]);
  const begin = centre % size;
  const rotated =
    begin === 0
      ? folded
      : engine.concat(
          [middleSlice(engine, folded, begin, size - begin), middleSlice(engine, folded, 0, begin)],
          1,
        );
  return engine.reshape(
    rotated,
    handle.shape.map((each, index) => (index === axis ? size : each)),
  );
}
