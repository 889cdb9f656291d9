import type { Dice } from "../../ir/lab.ts";
import type { Matrix, State, Vector } from "./iteration.ts";

export function difference(a: Vector, b: Vector): Vector {
  return a.map((entry, i) => entry - b[i]!);
}

export function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, entry, i) => sum + entry * b[i]!, 0);
}

export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** The distance of two states in the product norm. */
export function distance(a: State, b: State): number {
  return Math.hypot(...a.map((entry, i) => norm(difference(entry, b[i]!))));
}

export function apply(matrix: Matrix, x: Vector): Vector {
  return matrix.map((row) => dot(row, x));
}

export function transposed(matrix: Matrix): Matrix {
  return matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));
}

export function randomVector(dice: Dice, length: number, size = 1): Vector {
  return Array.from({ length }, () => size * dice.next());
}

/** A random matrix of exactly that norm. */
export function randomMatrix(dice: Dice, rows: number, columns: number, size: number): Matrix {
  const matrix = Array.from({ length: rows }, () => randomVector(dice, columns));
  const largest = spectralNorm(matrix);
  return matrix.map((row) => row.map((entry) => (size * entry) / largest));
}

/** The norm, by many power iterations: exact to rounding for small matrices. */
function spectralNorm(matrix: Matrix): number {
  const back = transposed(matrix);
  let x: Vector = matrix[0]!.map((_, i) => 1 + 0.37 * Math.sin(3 * i + 1));
  for (let k = 0; k < 3000; k += 1) {
    const image = apply(back, apply(matrix, x));
    const length = norm(image);
    x = image.map((entry) => entry / length);
  }
  return norm(apply(matrix, x));
}
