import { asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import { spaceOf, type ArrayValue, type Value } from "../arrays/value.ts";
import { sameShape } from "../engine/shape.ts";
import { closedForm } from "./bounds.ts";
import { requireOneArray, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { readNumbers } from "./host.ts";
import type { Operator } from "./operator.ts";
import { OperatorError } from "./operatorError.ts";
import { readSettings } from "./settings.ts";
import { arraySpace, requireComplex, spaceText } from "./spaces.ts";

/**
 * `coils(S)`: C[d] -> C[d, c], the image times each of c sensitivity maps, on a new last axis; the adjoint sums the
 * channels times the conjugate maps. The norm is exact: the largest root of the sum of |S|^2 over the coils of a pixel.
 * Source: Pruessmann, Weiger, Scheidegger, Boesiger, Magn. Reson. Med. 42, 1999.
 * @throws OperatorError IPX8201, IPX8203, IPX8204
 */
export function coils(call: LibraryCall): Operator {
  readSettings("coils", call.settings, {});
  const maps = requireOneArray("coils", call);
  const space = requireComplex("coils", call.domain);
  if (!sameShape(maps.shape.slice(0, -1), space.shape) || maps.shape.length === 0) {
    throw new OperatorError("IPX8204", {
      what: `\`coils(S)\` on ${spaceText(space)} cannot have maps of ${spaceText(spaceOf(maps))}.`,
      why: "The maps have the axes of the image, and one more for the coils.",
    });
  }
  const codomain = arraySpace("complex", maps.shape);
  const single = arraySpace("complex", [...space.shape, 1]);
  return defineOperator({
    text: "coils(S)",
    domain: space,
    codomain,
    handles: [maps.handle],
    norm: () => closedForm(largestRoot(call.operations, maps)),
    properties: () => [],
    spectral: (using) => {
      const roots = using.reshape(using.groupNorm(maps), arraySpace("real", space.shape));
      return {
        basis: { kind: "entries" },
        values: asArray("coils", using.map("x*x", { x: roots })),
        own: false,
      };
    },
    apply: (using, x) => using.map("s*x", { s: maps, x: using.reshape(x, single) }),
    adjoint: (using, y) => using.reshape(using.sumTo(product(using, maps, y), single), space),
  });
}

function product(using: Operations, maps: ArrayValue, y: Value): Value {
  return using.map("conj(s)*y", { s: maps, y });
}

/** The largest 2-norm over the coils, of all pixels and samples. */
function largestRoot(operations: Operations, maps: ArrayValue): number {
  const numbers = readNumbers(operations.engine, maps.handle, "the maps of `coils`");
  const lanes = (maps.shape.at(-1) ?? 1) * (maps.field === "complex" ? 2 : 1);
  let largest = 0;
  for (let begin = 0; begin < numbers.length; begin += lanes) {
    largest = Math.max(largest, Math.hypot(...numbers.subarray(begin, begin + lanes)));
  }
  return largest;
}
