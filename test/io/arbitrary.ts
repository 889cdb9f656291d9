import fc from "fast-check";
import { type Field, type HostArray, hostArray, lanes, product } from "../../runtime/io/hostArray.ts";

/** Arrays of any field, precision and small shape, empty ones, NaN, infinities and signed zeros included. */
export function anyArray(fields: readonly Field[] = ["real", "complex"]): fc.Arbitrary<HostArray> {
  return fc
    .record({
      field: fc.constantFrom(...fields),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
      double: fc.boolean(),
    })
    .chain(({ field, shape, double }) => {
      const length = product(shape) * lanes(field);
      const numbers = double
        ? fc.float64Array({ minLength: length, maxLength: length })
        : fc.float32Array({ minLength: length, maxLength: length });
      return numbers.map((data) => hostArray(field, shape, data));
    });
}
