import type { Engine } from "../engine/engine.ts";
import { fill, number } from "./construct.ts";
import { loop } from "./control.ts";
import { asNumber } from "./layout.ts";
import { map, mapArrays } from "./map.ts";
import type { SolveSettings } from "./operations.ts";
import { dot, norm2 } from "./reductions.ts";
import { ShapeError } from "./shapeError.ts";
import { type ArrayValue, spaceOf, type Value } from "./value.ts";

interface State {
  readonly x: Value;
  readonly residual: Value;
  readonly direction: Value;
  /** the squared norm of the residual */
  readonly square: ArrayValue;
}

/**
 * M x = b for a definite symmetric M by conjugate gradients (Hestenes and Stiefel, 1952), each sample until
 * |b - M x| <= tolerance |b|; a sample that is done is left alone. b = 0 gives 0.
 */
export function solve(
  engine: Engine,
  b: Value,
  start: Value | null,
  apply: (x: Value) => Value,
  { tolerance, maximum }: SolveSettings,
): Value {
  const size = norm2(engine, b);
  const bound = mapArrays(engine, "size*tolerance", { size, tolerance: number(engine, tolerance) });
  const zero = fill(engine, 0, spaceOf(b));
  const x = start === null ? zero : map(engine, "select(size, start, zero)", { size, start, zero });
  const residual = start === null ? b : map(engine, "b - image", { b, image: apply(x) });
  const first = { x, residual, direction: residual, square: dot(engine, residual, residual) };
  const { carried } = loop(engine, {
    carried: packed(first),
    maximum,
    condition: (values) => map(engine, "bound < sqrt(square)", { bound, square: unpacked(values).square }),
    body: (values) => packed(step(engine, unpacked(values), apply)),
  });
  return unpacked(carried).x;
}

function step(engine: Engine, { x, residual, direction, square }: State, apply: (x: Value) => Value): State {
  const image = apply(direction);
  const curvature = dot(engine, direction, image);
  const length = mapArrays(engine, "select(curvature, square/curvature, 0)", { curvature, square });
  const left = map(engine, "residual - length*image", { residual, length, image });
  const leftSquare = dot(engine, left, left);
  const momentum = mapArrays(engine, "leftSquare/square", { leftSquare, square });
  return {
    x: map(engine, "x + length*direction", { x, length, direction }),
    residual: left,
    direction: map(engine, "left + momentum*direction", { left, momentum, direction }),
    square: leftSquare,
  };
}

function packed({ x, residual, direction, square }: State): readonly Value[] {
  return [x, residual, direction, square];
}

function unpacked([x, residual, direction, square]: readonly Value[]): State {
  if (x && residual && direction && square)
    return { x, residual, direction, square: asNumber("solve", square) };
  throw new ShapeError("solve", [], "a carried value is missing");
}
