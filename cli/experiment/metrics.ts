import type { Operations } from "../../runtime/arrays/operations.ts";
import type { ArrayValue, Value } from "../../runtime/arrays/value.ts";
import { type HostArray, size } from "../../runtime/io/hostArray.ts";
import { squaredNorm } from "../../runtime/measure/energy.ts";
import { nmseDb } from "../../runtime/measure/nmse.ts";
import { psnrDb } from "../../runtime/measure/psnr.ts";
import { snrDb } from "../../runtime/measure/snr.ts";
import { ssim } from "../../runtime/measure/ssim.ts";
import type { EvaluationSettings } from "./schema.ts";

export type Metric = EvaluationSettings["metrics"][number];

/** How an estimate is measured: by whole arrays, and where that is possible by its squared error along an iteration. */
interface MetricRule {
  readonly title: string;
  readonly unit?: string;
  /** whether smaller values are better */
  readonly falling: boolean;
  /** whether it is relative to the truth, so that a truth of zeros has none */
  readonly relative: boolean;
  readonly of: (estimate: HostArray, truth: HostArray, range: number) => number;
  readonly fromError: ((squares: ErrorSquares, range: number) => number) | null;
}

/** Of one sample: |estimate - truth|^2, |truth|^2 and the number of entries. */
export interface ErrorSquares {
  readonly error: number;
  readonly truth: number;
  readonly entries: number;
}

const decibel = (ratio: number): number => 10 * Math.log10(ratio);

/** The metrics of experiment files. */
export const METRICS: { readonly [M in Metric]: MetricRule } = {
  nmse_db: {
    title: "NMSE",
    unit: "dB",
    falling: true,
    relative: true,
    of: (estimate, truth) => nmseDb(estimate, truth),
    fromError: ({ error, truth }) => decibel(error / truth),
  },
  snr_db: {
    title: "SNR",
    unit: "dB",
    falling: false,
    relative: true,
    of: (estimate, truth) => snrDb(estimate, truth),
    fromError: ({ error, truth }) => decibel(truth / error),
  },
  psnr_db: {
    title: "PSNR",
    unit: "dB",
    falling: false,
    relative: false,
    of: (estimate, truth, range) => psnrDb(estimate, truth, range),
    fromError: ({ error, entries }, range) => decibel((range ** 2 * entries) / error),
  },
  ssim: {
    title: "SSIM",
    falling: false,
    relative: false,
    of: (estimate, truth, range) => ssim(estimate, truth, range),
    fromError: null,
  },
};

/** |estimate - truth|^2 of each sample, on the engine. */
export function squaredErrors(operations: Operations, estimate: Value, truth: Value): ArrayValue {
  const d = operations.map("e - t", { e: estimate, t: truth });
  return operations.dot(d, d);
}

/** |truth|^2 and the number of entries of a sample. */
export function truthSquares(truth: HostArray): Omit<ErrorSquares, "error"> {
  return { truth: squaredNorm(truth.data), entries: size(truth) };
}
