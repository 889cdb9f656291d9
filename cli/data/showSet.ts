import { DataError } from "../../runtime/io/dataError.ts";
import { formatOf, locateTarget } from "../../runtime/io/format.ts";
import { type HostArray, lanes, shapeText } from "../../runtime/io/hostArray.ts";
import { writeBytes } from "../../runtime/io/node/files.ts";
import type { MontagePicture } from "../../runtime/measure/montage.ts";
import type { Context } from "../context.ts";
import { Failure, UsageError } from "../failure.ts";
import { failureAt, located, placeOf, talkDiagnostics } from "../report.ts";
import { requireApart, requireWritable } from "../run/outputs.ts";
import { EXIT, writeJson } from "../terminal.ts";
import { contactSheet } from "./contactSheet.ts";
import { captioned, drawnPlane, numberText, type Shown } from "./drawnPlane.ts";
import { extremes } from "./dynamicRange.ts";
import { type FileSample, type FileSet, openFileSet } from "./fileSet.ts";
import { planesOf } from "./planes.ts";

/** The options of `ipc data`. */
export interface ShowOptions {
  readonly key?: string;
  readonly slices?: true;
  readonly count?: number;
  readonly sheet?: string;
  readonly pictures: number;
  readonly range?: Shown;
  readonly json?: true;
}

/** What a set holds; `low` and `high` are over all samples, of complex ones by modulus. */
interface Summary {
  readonly shapes: Map<string, number>;
  /** the files that could be read, by format */
  readonly files: Map<string, Set<string>>;
  readonly pictures: MontagePicture[];
  readonly faults: Failure[];
  entries: number;
  sum: number;
  squares: number;
  low: number;
  high: number;
}

/** Looks at every sample of a set, says what it holds, and gives the exit code: 1 if a sample cannot be read. */
export async function showSet(context: Context, path: string, options: ShowOptions): Promise<number> {
  const { terminal, sources } = context;
  if (options.sheet !== undefined) await requirePicture(options.sheet);
  const set = await located(placeOf(path), () => openFileSet(path, options));
  if (options.sheet !== undefined) {
    await requireApart(
      set.samples.map(({ file }) => file),
      [options.sheet],
    );
  }
  const summary = await summarised(set, options);
  if (options.sheet !== undefined && summary.pictures.length > 0)
    await writeSheet(path, options.sheet, summary);
  if (options.json === true) writeJson(terminal, jsonOf(path, set, summary, options));
  else terminal.out(textOf(path, set, summary));
  if (summary.faults.length === 0) return EXIT.fine;
  if (options.json !== true)
    talkDiagnostics(
      terminal,
      sources,
      summary.faults.flatMap(({ diagnostics }) => diagnostics),
    );
  return EXIT.fault;
}

async function requirePicture(file: string): Promise<void> {
  const { format } = await located(placeOf(file), () => Promise.resolve(locateTarget(file)));
  if (format !== "png") throw new UsageError(`A contact sheet is written as .png, not to '${file}'.`);
  await requireWritable(file);
}

async function summarised(set: FileSet, { pictures, range }: ShowOptions): Promise<Summary> {
  const summary: Summary = {
    shapes: new Map(),
    files: new Map(),
    pictures: [],
    faults: [],
    entries: 0,
    sum: 0,
    squares: 0,
    low: Infinity,
    high: -Infinity,
  };
  for (const sample of set.samples) {
    try {
      const array = await set.read(sample);
      add(summary, sample, array);
      if (summary.pictures.length < pictures)
        summary.pictures.push(...picturesOf(sample, array, range ?? null));
    } catch (error) {
      const failure = failureAt(placeOf(sample.file), error);
      if (!(failure instanceof Failure) || !(error instanceof DataError)) throw error;
      summary.faults.push(failure);
    }
  }
  return summary;
}

function picturesOf(sample: FileSample, array: HostArray, range: Shown | null): readonly MontagePicture[] {
  const part = array.field === "complex" ? "modulus" : null;
  const [plane] = planesOf(array, { count: 1, part, channels: false });
  return plane === undefined ? [] : [captioned(sample.name, plane, drawnPlane(plane, range))];
}

function add(summary: Summary, { file }: FileSample, array: HostArray): void {
  const shape = `${array.field} ${shapeText(array.shape)}`;
  const format = formatOf(file) ?? "other";
  summary.shapes.set(shape, (summary.shapes.get(shape) ?? 0) + 1);
  summary.files.set(format, (summary.files.get(format) ?? new Set()).add(file));
  const [low, high] = extremes(array);
  summary.low = Math.min(summary.low, low);
  summary.high = Math.max(summary.high, high);
  const width = lanes(array.field);
  summary.entries += array.data.length / width;
  for (let i = 0; i < array.data.length; i += width) {
    const value = width === 1 ? (array.data[i] ?? 0) : Math.hypot(array.data[i] ?? 0, array.data[i + 1] ?? 0);
    summary.sum += value;
    summary.squares += value * value;
  }
}

function moments({ entries, sum, squares }: Summary): { readonly mean: number; readonly sd: number } {
  const mean = sum / entries;
  return { mean, sd: Math.sqrt(Math.max(0, squares / entries - mean * mean)) };
}

async function writeSheet(path: string, sheet: string, { pictures }: Summary): Promise<void> {
  const columns = Math.ceil(Math.sqrt(pictures.length * 1.5));
  const bytes = await contactSheet({ title: path, pictures, columns, cell: 160 });
  await located(placeOf(sheet), () => writeBytes(sheet, bytes));
}

function jsonOf(
  path: string,
  { samples, bytes }: FileSet,
  summary: Summary,
  { sheet }: ShowOptions,
): Readonly<Record<string, unknown>> {
  const faults = summary.faults.flatMap(({ diagnostics }) =>
    diagnostics.map(({ code, message, span }) => ({ code, message, file: span.file })),
  );
  return {
    path,
    count: samples.length,
    bytes,
    formats: Object.fromEntries([...summary.files].map(([format, files]) => [format, files.size])),
    shapes: [...summary.shapes].map(([text, count]) => {
      const [field = "", ...axes] = text.split(" ");
      return { field, shape: axes.filter((axis) => /^\d+$/u.test(axis)).map(Number), count };
    }),
    values: { min: summary.low, max: summary.high, ...moments(summary) },
    faults,
    sheet: sheet ?? null,
  };
}

function textOf(path: string, { samples, bytes }: FileSet, summary: Summary): string {
  const shapes = [...summary.shapes].map(([shape, count]) => `${count} ${shape}`).join(", ");
  const files = [...summary.files].map(([format, { size }]) => `${size} ${format}`).join(", ");
  const { mean, sd } = moments(summary);
  const lines = [
    `${path}: ${samples.length} ${samples.length === 1 ? "sample" : "samples"}, ${(bytes / 2 ** 20).toFixed(1)} MiB on the disk`,
    ...(summary.files.size === 0 ? [] : [`  files   ${files}`, `  shapes  ${shapes}`]),
    ...(summary.entries === 0
      ? []
      : [
          `  values  ${numberText(summary.low)} to ${numberText(summary.high)}, mean ${numberText(mean)}, standard deviation ${numberText(sd)}`,
        ]),
    ...(summary.faults.length === 0 ? [] : [`  faults  ${summary.faults.length}`]),
  ];
  return `${lines.join("\n")}\n`;
}
