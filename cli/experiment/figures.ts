import type { HostArray } from "../../runtime/io/hostArray.ts";
import { readRasteriserAssets } from "../../runtime/io/node/rasteriserAssets.ts";
import { lineFigure } from "../../runtime/measure/figure.ts";
import { montage, type MontagePicture } from "../../runtime/measure/montage.ts";
import { psnrDb } from "../../runtime/measure/psnr.ts";
import { ssim } from "../../runtime/measure/ssim.ts";
import { summarise } from "../../runtime/measure/summary.ts";
import type { SampleSource } from "./dataset.ts";
import type { EvaluationPlan } from "./evaluate.ts";
import { METRICS, type Metric } from "./metrics.ts";
import type { Setting } from "./setting.ts";
import { type Result, tunedText } from "./tables.ts";

type Save = (name: string, contents: string | Uint8Array) => Promise<void>;

/** Writes the figure of each metric that has a trace, and montages of the first pictures; SVG and PNG. */
export async function writeFigures(
  setting: Setting,
  results: readonly Result[],
  test: SampleSource,
  plan: EvaluationPlan,
  save: Save,
): Promise<void> {
  const drawings = [
    ...plan.metrics.flatMap((metric) => {
      const svg = traceFigure(setting, results, metric);
      return svg === null ? [] : [{ name: metric, svg }];
    }),
    ...(await Promise.all(
      Array.from({ length: Math.min(plan.keep, test.count) }, async (_, index) => ({
        name: `picture-${index + 1}`,
        svg: pictureMontage(
          setting,
          results,
          { truth: await test.at(index), name: test.nameOf(index) },
          plan,
          index,
        ),
      })),
    )),
  ];
  if (drawings.length === 0) return;
  const { createRasteriser } = await import("../../runtime/measure/rasterise.ts");
  const rasterise = await createRasteriser(await readRasteriserAssets());
  for (const { name, svg } of drawings) {
    await save(`${name}.svg`, svg);
    await save(`${name}.png`, rasterise(svg));
  }
}

function traceFigure({ operations }: Setting, results: readonly Result[], metric: Metric): string | null {
  const series = results.flatMap(({ name, outcome, tuned, trained }) => {
    const rows = outcome.trace?.values[metric];
    if (rows === undefined || outcome.trace === null) return [];
    const { steps } = outcome.trace;
    const shown = steps.flatMap((step, row) => (step === 0 ? [] : [{ step, values: rows[row] ?? [] }]));
    const text = tunedText(tuned);
    return [
      {
        name: text === "" ? name : `${name}, ${text}`,
        x: shown.map(({ step }) => step),
        y: shown.map(({ values }) => summarise(values).mean),
        dashed: !trained,
      },
    ];
  });
  if (series.length === 0) return null;
  const { title, unit } = METRICS[metric];
  const n = results[0]?.outcome.metrics[metric].length ?? 0;
  return lineFigure({
    title: `${title} by layer and iteration`,
    subtitle: `Mean over n = ${n} test samples; baselines tuned on the validation set; engine ${operations.engine.name}`,
    x: { label: "layer or iteration", scale: "log" },
    y: { label: title, ...(unit === undefined ? {} : { unit }) },
    series,
  });
}

function pictureMontage(
  { operations }: Setting,
  results: readonly Result[],
  { truth, name }: { readonly truth: HostArray; readonly name: string | null },
  { range }: EvaluationPlan,
  index: number,
): string {
  const inputs = Object.entries(results[0]?.outcome.kept[index]?.inputs ?? {});
  const measured = inputs.flatMap(([input, picture]): readonly MontagePicture[] =>
    isLike(picture, truth)
      ? [{ picture, caption: `input ${input}`, note: noteOf(picture, truth, range) }]
      : [],
  );
  const restored = results.flatMap(({ name: caption, outcome }): readonly MontagePicture[] => {
    const estimate = outcome.kept[index]?.estimate;
    if (estimate === undefined || !isLike(estimate, truth)) return [];
    return [{ picture: estimate, caption, note: noteOf(estimate, truth, range) }];
  });
  return montage({
    title: name ?? `Test sample ${index + 1}`,
    subtitle: `${truth.shape.join(" x ")}; PSNR and SSIM for the data range ${range}; engine ${operations.engine.name}`,
    pictures: [{ picture: truth, caption: "truth" }, ...measured, ...restored],
    range: [0, range],
  });
}

function isLike(picture: HostArray, truth: HostArray): boolean {
  return (
    picture.field === "real" &&
    picture.shape.length === truth.shape.length &&
    picture.shape.every((extent, axis) => extent === truth.shape[axis])
  );
}

function noteOf(picture: HostArray, truth: HostArray, range: number): string {
  return `PSNR ${psnrDb(picture, truth, range).toFixed(2)} dB, SSIM ${ssim(picture, truth, range).toFixed(3)}`;
}
