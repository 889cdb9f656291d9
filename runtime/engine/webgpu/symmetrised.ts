import type { Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { symmetrisedShape } from "../symmetrised.ts";
import { refuse } from "./device.ts";
import { BOUNDARIES } from "./differences.ts";
import type { Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** An invocation for each pixel, or each part of one: rows are axis 0, columns axis 1. */
const pixels = {
  form: "entries",
  reads: ["f32"],
  writes: 1,
  numbers: ["rows", "columns", "pair", "boundary"],
} as const;

const START = `
  let part = i % pair;
  let pixel = i / pair;
  let column = pixel % columns;
  let row = pixel / columns % rows;`;

/** The place of one of so many entries that each pixel has. */
const ENTRY =
  "fn entry(pixel: u32, many: u32, which: u32, pair: u32, part: u32) -> u32 { return (pixel * many + which) * pair + part; }";

const FORWARD: Kernel = {
  ...pixels,
  declarations: `
${ENTRY}
fn difference(at: u32, step: u32, j: u32, n: u32, boundary: u32) -> f32 {
  let own = a0[at];
  if (j + 1u < n) { return a0[at + step] - own; }
  if (boundary == ${BOUNDARIES.periodic}u) { return a0[at - j * step] - own; }
  return select(0.0, 0.0 - own, boundary == ${BOUNDARIES.zero}u);
}`,
  body: `${START}
  let x = entry(pixel, 2u, 0u, pair, part);
  let y = entry(pixel, 2u, 1u, pair, part);
  let across = 2u * pair;
  let down = across * columns;
  let mixed = difference(x, across, column, columns, boundary) + difference(y, down, row, rows, boundary);
  r0[entry(pixel, 3u, 0u, pair, part)] = difference(x, down, row, rows, boundary);
  r0[entry(pixel, 3u, 1u, pair, part)] = difference(y, across, column, columns, boundary);
  r0[entry(pixel, 3u, 2u, pair, part)] = ${Math.SQRT1_2} * mixed;`,
};

const ADJOINT: Kernel = {
  ...pixels,
  declarations: `
${ENTRY}
fn back(at: u32, step: u32, j: u32, n: u32, boundary: u32) -> f32 {
  var sum = 0.0;
  if (j + 1u < n || boundary != ${BOUNDARIES.neumann}u) { sum -= a0[at]; }
  if (j > 0u) { sum += a0[at - step]; }
  else if (boundary == ${BOUNDARIES.periodic}u) { sum += a0[at + (n - 1u) * step]; }
  return sum;
}`,
  body: `${START}
  let mixed = entry(pixel, 3u, 2u, pair, part);
  let across = 3u * pair;
  let down = across * columns;
  let x = back(entry(pixel, 3u, 0u, pair, part), down, row, rows, boundary);
  let y = back(entry(pixel, 3u, 1u, pair, part), across, column, columns, boundary);
  r0[entry(pixel, 2u, 0u, pair, part)] = x + ${Math.SQRT1_2} * back(mixed, across, column, columns, boundary);
  r0[entry(pixel, 2u, 1u, pair, part)] = y + ${Math.SQRT1_2} * back(mixed, down, row, rows, boundary);`,
};

/** Symmetrised gradients, and their adjoint, each in one pass. */
export function symmetrisedOf(store: Store): Pick<Engine, "symmetrised"> {
  return {
    symmetrised(array, options) {
      const shape = symmetrisedShape(array, options);
      if (shape === null) throw refuse("symmetrised", [array.shape], "no plane fields");
      const [samples = 0, rows = 0, columns = 0, , pair = 0] = shape;
      const work = {
        operation: "symmetrised",
        kernel: options.adjoint ? ADJOINT : FORWARD,
        inputs: [array],
        words: [rows, columns, pair, BOUNDARIES[options.boundary]],
      };
      const [result] = store.computeAll(work, [shape], sizeOf([samples, rows, columns, pair]));
      if (result === undefined) throw new RangeError("a kernel without a result");
      return result;
    },
  };
}
