import type { Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { entriesOf } from "../../ir/inputs.ts";
import { constant, multiply, type Dimension } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import { hintOf } from "./layerContext.ts";
import type { LayerContext } from "./layerContext.ts";
import { spaceOfVariable } from "../values.ts";

/** Points at equal distances 2 range/(count - 1) from -range to range, count >= 2. */
interface Points {
  readonly count: number;
  readonly range: number;
}

/**
 * u + d(u) with a piecewise linear d for each channel, whose values at the points are weights R[c, points] that begin
 * at 0. Beyond the points d is constant, and the slope that of the identity (Yang, Sun, Li, Xu, 2016).
 */
export function piecewiseLinear(b: IrBuilder, context: LayerContext, u: Variable, points: Points): Variable {
  const { count } = points;
  const layer = context.layer("piecewise_linear");
  const offsets = context.weight(layer, "offsets", [channelsOf(u), constant(count)], "zero");
  const { cell, within } = cellOf(b, u, points, [0, count - 1]);
  const [below, above] = [0, 1].map((next) => entriesAt(b, offsets, cell, count, next));
  if (below === undefined || above === undefined) throw new Error("a cell has two ends");
  const rise = b.elementwise("mul", [within, b.elementwise("sub", [above, below])]);
  return b.named(b.elementwise("add", [u, b.elementwise("add", [below, rise])]), hintOf(layer));
}

/** Zeros beyond each end of the coefficients, so that every cell that a spline reaches has four of them. */
const BEYOND = 3;

/**
 * u + sum over the knots p_k of c_k B((u - p_k)/h) for each channel, h their distance and B the cubic B-spline, with
 * weights c of R[c, knots] that begin at 0: twice continuously differentiable, and the identity beyond range + 2 h
 * (Kamilov, Mansour, 2016, who learn sums of cubic B-splines).
 */
export function spline(b: IrBuilder, context: LayerContext, u: Variable, knots: Points): Variable {
  const { count } = knots;
  const layer = context.layer("spline");
  const channels = channelsOf(u);
  const coefficients = context.weight(layer, "coefficients", [channels, constant(count)], "zero");
  const zeros = b.fill(b.constant(0), arraySpace("real", [channels, constant(BEYOND)]));
  const table = b.concat([zeros, coefficients, zeros]);
  const { cell, within } = cellOf(b, u, knots, [-2, count + 1]);
  const terms = CUBIC.map((weight, tap) =>
    b.elementwise("mul", [
      polynomial(b, weight, within),
      entriesAt(b, table, cell, count + 2 * BEYOND, tap - 1 + BEYOND),
    ]),
  );
  return b.named(
    terms.reduce((sum, term) => b.elementwise("add", [sum, term]), u),
    hintOf(layer),
  );
}

/** The pieces B(f + 1 - j), j from 0 to 3, of the cubic B-spline (Unser, 1999) for f in [0, 1]: 6 times the coefficients of 1, f, f^2, f^3. */
const CUBIC = [
  [1, -3, 3, -1],
  [4, 0, -6, 3],
  [1, 3, 3, -3],
  [0, 0, 0, 1],
] as const;

function polynomial(b: IrBuilder, coefficients: readonly number[], f: Variable): Variable {
  return coefficients
    .map((coefficient): Variable => b.constant(coefficient / 6))
    .reduceRight((sum, coefficient) => b.elementwise("add", [coefficient, b.elementwise("mul", [f, sum])]));
}

/**
 * In which cell between two points the entries of u lie, counted from the first point, and where within, from 0 to 1;
 * positions beyond `ends`, counted in the same way, are moved there.
 */
function cellOf(
  b: IrBuilder,
  u: Variable,
  { count, range }: Points,
  [first, last]: readonly [number, number],
): { readonly cell: Variable; readonly within: Variable } {
  const middle = (count - 1) / 2;
  const position = b.elementwise("add", [
    b.elementwise("mul", [b.constant(middle / range), u]),
    b.constant(middle),
  ]);
  const reached = b.elementwise("max", [
    b.elementwise("min", [position, b.constant(last)]),
    b.constant(first),
  ]);
  const nearest = b.elementwise("min", [b.elementwise("floor", [reached]), b.constant(last - 1)]);
  const cell = b.named(nearest, "cell");
  return { cell, within: b.named(b.elementwise("sub", [reached, cell]), "within") };
}

/** The entries `cell + next` of each channel's row of a table R[c, length], in the space of `cell`. */
function entriesAt(b: IrBuilder, table: Variable, cell: Variable, length: number, next: number): Variable {
  const space = spaceOfVariable(cell);
  const entries = entriesOf(space);
  if (entries === null) throw new Error("a learned function on a space of unknown size");
  const channels = channelsOf(cell);
  const middle = b.elementwise("div", [
    b.elementwise("sub", [b.size(channels), b.constant(1)]),
    b.constant(2),
  ]);
  const channel = b.elementwise("add", [b.coordinate(arraySpace("real", [channels]), 0), middle]);
  const row = b.named(b.elementwise("mul", [b.constant(length), channel]), "row");
  const index = b.elementwise("add", [row, b.elementwise("add", [cell, b.constant(next)])]);
  const flat = b.reshape(table, arraySpace("real", [multiply(channels, constant(length))]));
  const indices = b.reshape(b.named(index, "index"), arraySpace("real", [entries]));
  return b.named(b.reshape(b.named(b.rows(flat, indices), "chosen"), space), `chosen_${next}`);
}

function channelsOf(u: Variable): Dimension {
  const space = spaceOfVariable(u);
  const channels = space.kind === "array" ? space.dimensions.at(-1) : undefined;
  if (channels === undefined) throw new Error(`${u.name} has no channels`);
  return channels;
}
