import { expect, test } from "vitest";
import { profileLines } from "../../bench/profileReport.ts";

test("a profile tells the kernels, those of little time together, and what is between them", () => {
  const kernel = (name: string, seconds: number) => ({
    kernel: name,
    calls: 2,
    seconds,
    work: 2e9,
    bytes: 1e9,
  });
  const kernels = [
    kernel("product", 0.5),
    kernel("copy", 0.25),
    kernel("fill", 0.001),
    kernel("phase", 0.002),
  ];
  const lines = profileLines(
    { case: "any", engine: "wasm", seconds: 1, kernels },
    { flops: 8e9, bytes: null },
  );
  expect(lines.slice(2)).toEqual([
    "| kernel | calls | ms | share | MB | GB/s | GFLOP/s (of 8.00) |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    "| product | 2 | 500 | 50% | 1000 | 2.00 | 4.00 |",
    "| copy | 2 | 250 | 25% | 1000 | 4.00 | - |",
    "| 2 more | 4 | 3.00 | 0% | 2000 | 667 | - |",
    "| between kernels | | 247 | 25% | | | |",
  ]);
});
