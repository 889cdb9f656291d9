import type { Floors } from "./floors.ts";
import type { KernelShare } from "./kernels.ts";
import type { Profile } from "./profile.ts";
import { milliseconds, threeDigits } from "./units.ts";

/** Kernels whose work is that of their arithmetic; of others it also stands for what they move. */
const ARITHMETIC = /^(product|convolve|filter_gradient|winograd|fourier|wavelet)/u;

/** Kernels below this share of a run are told together. */
const LEAST_SHARE = 0.01;

/** The kernels of one run of a case on an engine, as a table. */
export function profileLines({ engine, seconds, kernels }: Profile, floors: Floors): readonly string[] {
  const shown = kernels.filter((each) => each.seconds >= LEAST_SHARE * seconds);
  const others = kernels.filter((each) => each.seconds < LEAST_SHARE * seconds);
  const inside = kernels.reduce((sum, each) => sum + each.seconds, 0);
  const lines = [...shown, ...(others.length === 0 ? [] : [together(others)])];
  return [
    `Kernels of a run on ${engine}, which takes ${milliseconds(seconds)} ms while they are timed:`,
    "",
    `| kernel | calls | ms | share | MB | ${rate("GB/s", floors.bytes)} | ${rate("GFLOP/s", floors.flops)} |`,
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...lines.map((each) => kernelLine(each, seconds)),
    `| between kernels | | ${milliseconds(Math.max(0, seconds - inside))} | ${percent(1 - inside / seconds)} | | | |`,
  ];
}

/** The head of a column of rates, with what the machine reaches. */
function rate(unit: string, most: number | null): string {
  return most === null ? unit : `${unit} (of ${threeDigits(most / 1e9)})`;
}

function together(kernels: readonly KernelShare[]): KernelShare {
  const sum = (of: (each: KernelShare) => number): number =>
    kernels.reduce((total, each) => total + of(each), 0);
  return {
    kernel: `${kernels.length} more`,
    calls: sum(({ calls }) => calls),
    seconds: sum((each) => each.seconds),
    work: 0,
    bytes: sum(({ bytes }) => bytes),
  };
}

function kernelLine({ kernel, calls, seconds, work, bytes }: KernelShare, whole: number): string {
  const cells = [
    kernel,
    Number.isInteger(calls) ? String(calls) : calls.toFixed(1),
    milliseconds(seconds),
    percent(seconds / whole),
    threeDigits(bytes / 1e6),
    threeDigits(bytes / seconds / 1e9),
    ARITHMETIC.test(kernel) ? threeDigits(work / seconds / 1e9) : "-",
  ];
  return `| ${cells.join(" | ")} |`;
}

function percent(share: number): string {
  return `${Math.max(0, 100 * share).toFixed(0)}%`;
}
