import { arrayValue, asArray, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import { spaceOf, type ArrayValue } from "../../arrays/value.ts";
import { broadcastShape, sameShape, sizeOf } from "../../engine/shape.ts";
import { closedForm } from "../bounds.ts";
import { requireOneArray, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { transformedAxes } from "./fourier.ts";
import { ascending, frequencies, multiplied } from "./frequencies.ts";
import { withHandle } from "../handles.ts";
import { readNumbers } from "../host.ts";
import type { Operator } from "../operator.ts";
import { OperatorError } from "../operatorError.ts";
import { requireArrays, spaceText, type ArraySpace } from "../spaces.ts";
import { rolled } from "../algebra/spectral.ts";

/**
 * `fourier_multiplier(d; axes = (0, 1), centred = false)`: R[i, r] -> R[i, r], x -> Re F'(d .* F x) with the `fourier` F
 * of these settings; d aligns from the last axis. Of a real x only the mean of d and its conjugate at the opposite
 * frequency counts, which is all that is kept, by half. The norm is its largest modulus. The compiler makes it of F and
 * F' around a product: no program names it.
 * Source: Grafakos, Classical Fourier Analysis, 3rd ed., Springer 2014, section 2.5.
 * @throws OperatorError IPX8202, IPX8203, IPX8204, IPX8205
 */
export function fourierMultiplier(call: LibraryCall): Operator {
  const { operations } = call;
  const d = requireOneArray("fourier_multiplier", call);
  const space = requireReal(call, d);
  const { axes, centred } = transformedAxes(call.settings, space);
  const filter = operations.engine.scope(
    () => frequencies(operations, meanWithOpposite(operations, d, space, axes, centred), axes, space.shape),
    ({ factors }) => [factors.handle],
  );
  const { handle, field } = filter.factors;
  const size = sizeOf(axes.map((axis) => space.shape[axis] ?? 1));
  return defineOperator({
    text: "fourier_multiplier(d)",
    domain: space,
    codomain: space,
    handles: [handle],
    norm: () => {
      const numbers = readNumbers(operations.engine, handle, "the entries of `fourier_multiplier(d)`");
      const largest = numbers.reduce((most, value, at) => {
        const imaginary = field === "complex" && at % 2 === 0 ? (numbers[at + 1] ?? 0) : 0;
        return Math.max(most, Math.hypot(value, imaginary));
      }, 0);
      return closedForm(size * largest);
    },
    properties: () => (field === "real" ? ["symmetric"] : []),
    apply: (using, x) => multiplied(using, asArray("fourier_multiplier", x), filter, false),
    adjoint: (using, y) => multiplied(using, asArray("fourier_multiplier", y), filter, true),
  });
}

function requireReal(call: LibraryCall, d: ArrayValue): ArraySpace {
  const space = requireArrays("fourier_multiplier", call.domain);
  const joint = broadcastShape(space.shape, d.shape);
  if (space.field === "real" && joint !== null && sameShape(joint, space.shape)) return space;
  throw new OperatorError("IPX8204", {
    what: `\`fourier_multiplier\` on ${spaceText(space)} cannot have an array of ${spaceText(spaceOf(d))}.`,
  });
}

/** (d_k + conj d_(-k))/2, with frequency 0 at the origin, and as many axes as the space. */
function meanWithOpposite(
  operations: Operations,
  d: ArrayValue,
  { shape }: ArraySpace,
  axes: readonly number[],
  centred: boolean,
): ArrayValue {
  const { engine } = operations;
  const own = [...new Array<number>(shape.length - d.shape.length).fill(1), ...d.shape];
  const aligned = engine.reshape(d.handle, handleShape(d.batch, own, d.field));
  const along = ascending(axes).map((axis) => axis + (d.batch === null ? 0 : 1));
  const handle = centred ? rolled(engine, aligned, along, "toOrigin") : aligned;
  const opposite = along.reduce((current, axis) => {
    const n = current.shape[axis] ?? 1;
    const order = Array.from({ length: n }, (_, k) => (n - k) % n);
    return n === 1 ? current : engine.gather(current, order, axis);
  }, handle);
  const value = arrayValue(engine, handle, d.batch, own, d.field);
  const mean = operations.map("(a + conj(b))*0.5", { a: value, b: withHandle(value, opposite, own) });
  return asArray("fourier_multiplier", mean);
}
