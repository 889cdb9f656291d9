import { asArray, handleShape } from "../arrays/layout.ts";
import type { Value } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import { closedForm } from "./bounds.ts";
import { requireNoArray, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { add, aroundAxis, middlePad, middleSlice, pairShape, subtract, withHandle } from "./handles.ts";
import type { Operator } from "./operator.ts";
import { count, readSettings, word } from "./settings.ts";
import { arraySpace, requireArrays } from "./spaces.ts";

const BOUNDARIES = ["neumann", "periodic", "zero"] as const;
type Boundary = (typeof BOUNDARIES)[number];

/**
 * `gradient(; axes = 2, boundary = neumann)`: F[i, r] -> F[i, r, axes], forward differences x_(j+1) - x_j over the
 * first `axes` axes, on a new last axis. At the end x_n is x_(n-1) (`neumann`, difference 0), x_0 (`periodic`) or 0
 * (`zero`). The norm is exact: the squares of the axes' norms add, since the Laplacian is a Kronecker sum.
 * Source: Chambolle, J. Math. Imaging Vision 20, 2004, for the pair of gradient and divergence.
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function gradient(call: LibraryCall): Operator {
  requireNoArray("gradient", call);
  const space = requireArrays("gradient", call.domain, 1);
  const settings = readSettings("gradient", call.settings, {
    axes: count(2),
    boundary: word(BOUNDARIES, "neumann"),
  });
  const { axes, boundary } = settings;
  requireArrays("gradient", space, axes);
  const differences = DIFFERENCES[boundary];
  const pair = sizeOf(pairShape(space.field));
  const codomain = arraySpace(space.field, [...space.shape, axes]);
  const squares = space.shape.slice(0, axes).map((n) => differences.squaredNorm(n));
  return defineOperator({
    text: `gradient(axes = ${axes}, boundary = ${boundary})`,
    domain: space,
    codomain,
    norm: () => closedForm(Math.sqrt(squares.reduce((sum, square) => sum + square, 0))),
    properties: () => [],
    apply: ({ engine }, value: Value) => {
      const x = asArray("gradient", value);
      const shift = x.batch === null ? 0 : 1;
      const parts = Array.from({ length: axes }, (_, axis) => {
        const along = differences.apply(engine, aroundAxis(engine, x.handle, axis + shift));
        return engine.reshape(along, [1, sizeOf(along.shape) / pair, pair]);
      });
      const [first = x.handle] = parts;
      const last = axes === 1 ? first : engine.transpose(engine.concat(parts, 0), [1, 0, 2]);
      const shape = handleShape(x.batch, codomain.shape, x.field);
      return withHandle(x, engine.reshape(last, shape), codomain.shape);
    },
    adjoint: ({ engine }, value: Value) => {
      const y = asArray("gradient", value);
      const shift = y.batch === null ? 0 : 1;
      const shape = handleShape(y.batch, space.shape, y.field);
      const size = sizeOf(shape);
      const last = engine.reshape(y.handle, [size / pair, axes, pair]);
      const joined = axes === 1 ? last : engine.transpose(last, [1, 0, 2]);
      const planes = engine.reshape(joined, [axes, size]);
      const parts = Array.from({ length: axes }, (_, axis) => {
        const plane = engine.reshape(engine.slice(planes, [axis, 0], [1, size]), shape);
        return engine.reshape(differences.adjoint(engine, aroundAxis(engine, plane, axis + shift)), shape);
      });
      const sum = parts.reduce((left, right) => add(engine, left, right));
      return withHandle(y, sum, space.shape);
    },
  });
}

/** Forward differences on axis 1 of [outer, n, inner]. */
interface Differences {
  readonly apply: (engine: Engine, x: Handle) => Handle;
  readonly adjoint: (engine: Engine, y: Handle) => Handle;
  /** the largest eigenvalue of D'D for n points */
  readonly squaredNorm: (n: number) => number;
}

const DIFFERENCES: { readonly [B in Boundary]: Differences } = {
  neumann: {
    apply: (engine, x) => {
      const n = pointsOf(x);
      const inside = subtract(engine, middleSlice(engine, x, 1, n - 1), middleSlice(engine, x, 0, n - 1));
      return middlePad(engine, inside, 0, 1);
    },
    adjoint: (engine, y) => {
      const inside = middleSlice(engine, y, 0, pointsOf(y) - 1);
      return subtract(engine, middlePad(engine, inside, 1, 0), middlePad(engine, inside, 0, 1));
    },
    squaredNorm: (n) => 4 * Math.cos(Math.PI / (2 * n)) ** 2,
  },
  periodic: {
    apply: (engine, x) => subtract(engine, rotated(engine, x, 1), x),
    adjoint: (engine, y) => subtract(engine, rotated(engine, y, pointsOf(y) - 1), y),
    squaredNorm: (n) => (n % 2 === 0 ? 4 : 4 * Math.cos(Math.PI / (2 * n)) ** 2),
  },
  zero: {
    apply: (engine, x) => {
      const next = middlePad(engine, middleSlice(engine, x, 1, pointsOf(x) - 1), 0, 1);
      return subtract(engine, next, x);
    },
    adjoint: (engine, y) => {
      const before = middlePad(engine, middleSlice(engine, y, 0, pointsOf(y) - 1), 1, 0);
      return subtract(engine, before, y);
    },
    squaredNorm: (n) => 4 * Math.cos(Math.PI / (2 * n + 1)) ** 2,
  },
};

function pointsOf(array: Handle): number {
  return array.shape[1] ?? 1;
}

/** Entry (j + by) mod n at j, on axis 1. */
function rotated(engine: Engine, x: Handle, by: number): Handle {
  const n = pointsOf(x);
  if (n === 1) return x;
  return engine.concat([middleSlice(engine, x, by, n - by), middleSlice(engine, x, 0, by)], 1);
}
