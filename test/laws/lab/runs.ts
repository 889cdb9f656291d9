import type { TargetName } from "../../../compiler/targets.ts";
import { C } from "../../../runtime/arrays/spaces.ts";
import { hostArray, realArray, type HostArray } from "../../../runtime/io/hostArray.ts";
import type { Data } from "../../../runtime/program/datum.ts";
import { upload } from "../../../runtime/program/transfer.ts";
import { stream } from "../../../runtime/random/stream.ts";
import { SAMPLES, type Problem } from "./problems.ts";

/** A program that the laws of steps do not speak of, on data for which it makes sense. */
export interface Run extends Problem {
  readonly target: TargetName;
}

const COUNT = SAMPLES.length;
const [M, N] = [6, 9];

function normals(name: string, shape: readonly number[], scale = 1): HostArray {
  const random = stream(19, name);
  const length = shape.reduce((count, extent) => count * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, () => Math.fround(scale * random.normal())),
  );
}

/** Numbers with an axis of real and imaginary parts as complex ones. */
function complex({ shape, data }: HostArray): HostArray {
  return hostArray("complex", shape.slice(0, -1), data);
}

function positive({ shape, data }: HostArray): HostArray {
  return realArray(shape, data.map(Math.abs));
}

function given(program: string, target: TargetName, givens: Data, inputs: Data, sizes = {}): Run {
  return { name: program, program, edits: [], target, sizes, givens: () => givens, inputs: () => inputs };
}

const A = normals("A", [M, N], 0.1);
const y = normals("y", [COUNT, M]);
const VIEWS = { h: 8, w: 8, v: 5, d: 11 };
const angles = realArray([5], Float64Array.of(0.1, 0.7, 1.3, 1.9, 2.5));
const views = positive(normals("views", [COUNT, 5, 11]));

/** The programs that are neither among the problems nor among the lessons. */
export const RUNS: readonly Run[] = [
  given("fbp", "direct", { angles }, { y: views }, VIEWS),
  given("tv_tomography", "solver", { angles }, { y: views }, VIEWS),
  given("tikhonov_direct", "direct", { A }, { y }),
  given("tsvd", "direct", { A, r: 3 }, { y }),
  given("armijo_library", "solver", { A }, { y }),
  given("lasso_methods", "solver", { A, lambda: 0.01 }, { y }),
  {
    ...given("low_rank_sparse", "solver", {}, { y: complex(normals("y", [COUNT, 8, 6, 2])) }),
    givens: (operations) => {
      const pattern = upload(operations, positive(normals("pattern", [8, 6], 0.2)), false);
      return { A: operations.library("mask", {}, C(8, 6), [pattern]) };
    },
  },
  given(
    "wirtinger_flow",
    "solver",
    { A: complex(normals("A", [40, 5, 2])) },
    { y: positive(normals("y", [COUNT, 40])) },
  ),
];
