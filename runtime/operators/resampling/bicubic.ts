import { factorRule, requireNoArray, type LibraryCall } from "../call.ts";
import { cubicResampling } from "./cubic.ts";
import type { Operator } from "../operator.ts";
import { separableOperator } from "./separable.ts";
import { readSettings } from "../settings.ts";
import { imageAxes, requireArrays } from "../spaces.ts";

/**
 * `bicubic(q)`: F[h, w, r] -> F[q*h, q*w, r], cubic interpolation to q times the size, on one axis where there is only
 * one; borders are mirrored. The norm is proved: the product of those of the axes' matrices.
 * Source: Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1981.
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function bicubic(call: LibraryCall): Operator {
  requireNoArray("bicubic", call);
  const space = requireArrays("bicubic", call.domain, 1);
  const { q } = readSettings("bicubic", call.settings, { q: factorRule(call.codomain, space) });
  const matrices = space.shape
    .slice(0, imageAxes(space))
    .map((extent) => cubicResampling(extent, q * extent));
  return separableOperator(call.operations, `bicubic(${q})`, space, matrices);
}
