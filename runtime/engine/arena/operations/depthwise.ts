import type { Engine, Handle } from "../../engine.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import type { Store } from "../store.ts";

type Depthwise = "depthwise" | "depthwiseFilterGradient";

/** A filter for each channel. Taps outside of the image take no part. */
export function depthwiseOf(store: Store): Pick<Engine, Depthwise> {
  return {
    depthwise(images, filters, padding) {
      const { shape, words } = geometryOf(store, "depthwise", [images, filters], filters.shape, padding);
      const result = store.make(shape);
      const places = [store.offsetOf(images), store.offsetOf(filters), store.offsetOf(result)];
      const [batch = 0, rows = 0] = shape;
      const [kh = 0, kw = 0] = filters.shape;
      store.machine.run("depthwise", [...places, ...words], batch * rows, sizeOf(shape) * kh * kw);
      return result;
    },
    depthwiseFilterGradient(images, cotangent, shape, padding) {
      const operation = "depthwiseFilterGradient";
      const geometry = geometryOf(store, operation, [images, cotangent], shape, padding);
      if (!sameShape(geometry.shape, cotangent.shape)) {
        const reason = `the cotangent should be [${geometry.shape.join(", ")}]`;
        throw store.refuse(operation, [images, cotangent], reason);
      }
      const result = store.make(shape);
      const places = [store.offsetOf(images), store.offsetOf(cotangent), store.offsetOf(result)];
      const words = [...places, ...geometry.words, images.shape[0] ?? 0];
      const [kh = 0, kw = 0] = shape;
      store.machine.run("depthwise_filter_gradient", words, kh * kw, sizeOf(cotangent.shape) * kh * kw);
      return result;
    },
  };
}

/** The shape of the result, and the sizes that the kernels take. */
function geometryOf(
  store: Store,
  operation: Depthwise,
  arrays: readonly Handle[],
  filter: readonly number[],
  [[top, bottom], [left, right]]: Parameters<Engine["depthwise"]>[2],
): { readonly shape: readonly number[]; readonly words: readonly number[] } {
  const [batch = 0, height = 0, width = 0, channels = 0] = arrays[0]?.shape ?? [];
  const [kh = 0, kw = 0, each = 0] = filter;
  const [rows, columns] = [height + top + bottom - kh + 1, width + left + right - kw + 1];
  if (arrays[0]?.shape.length !== 4 || filter.length !== 3 || each !== channels || rows < 0 || columns < 0) {
    throw store.refuse(operation, arrays, "not [b, h, w, c] with [kh, kw, c]");
  }
  const words = [height, width, channels, kh, kw, top, left, rows, columns];
  return { shape: [batch, rows, columns, channels], words };
}
