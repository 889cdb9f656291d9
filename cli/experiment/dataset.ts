import { sampleAt } from "../../runtime/data/sample.ts";
import { bytesText } from "../../runtime/measure/bytes.ts";
import { loadingCache } from "../../runtime/data/loadingCache.ts";
import { type HostArray, shapeText, stack } from "../../runtime/io/hostArray.ts";
import { stream } from "../../runtime/random/stream.ts";
import { type FileSet, type FileSample, openFileSet } from "../data/fileSet.ts";
import { fault } from "../binding/faults.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { Failure } from "../failure.ts";
import { located, placeOf } from "../report.ts";
import { generatorOf } from "./generators.ts";
import {
  type Cutting,
  middlePart,
  type Picture,
  pictureOf,
  randomPart,
  requireCuttable,
} from "./pictures.ts";
import type { Experiment } from "./readExperiment.ts";
import type { DataSettings, SplitSettings } from "./schema.ts";
import type { Setting } from "./setting.ts";

/** The three sets of an experiment. */
export type SplitName = "train" | "validate" | "test";

/** Where the samples of a set come from: sample `index` is the same whenever it is asked for. */
export interface SampleSource {
  readonly seed: number;
  /** infinite for fresh samples */
  readonly count: number;
  readonly at: (index: number) => Promise<HostArray>;
  /** begins to read samples that will be asked for */
  readonly prefetch: (indices: readonly number[]) => void;
  /** what a sample is called, if it has a name */
  readonly nameOf: (index: number) => string | null;
  /** what was done to the data, for people */
  readonly notes: readonly string[];
}

/** Seeds of the sets where the file gives none, so that no two share samples. */
const SEED_OFFSETS: { readonly [S in SplitName]: number } = {
  train: 0,
  validate: 1_000_001,
  test: 2_000_003,
};

/** The seed of a set: its own, or one that follows from the experiment's. */
export function seedOf({ settings: { data, seed } }: Pick<Experiment, "settings">, split: SplitName): number {
  return data[split]?.seed ?? seed + SEED_OFFSETS[split];
}

/** Bytes of samples that are kept in memory; a set that takes more on the disk is read as it is needed. */
const KEPT_BYTES = 2 ** 28;

/**
 * The samples of a set, as its table and [data] say; what was done to them is said.
 * @throws Failure
 */
export async function openSource(
  { experiment, context }: Pick<Setting, "experiment" | "context">,
  split: SplitName,
): Promise<SampleSource> {
  const source = await sampleSource(experiment, split);
  for (const note of source.notes) context.terminal.talk(`note: ${note}\n`);
  return source;
}

/**
 * Looks at the sets of files that a training does not read itself, so that a fault of theirs is said before it, and not
 * after: those to validate and to test on.
 * @throws Failure
 */
export async function lookAtOtherSets(experiment: Experiment): Promise<void> {
  const { data } = experiment.settings;
  for (const split of ["validate", "test"] as const) {
    const folder = data[split]?.folder ?? (data.generate === undefined ? data.folder : undefined);
    if (folder !== undefined) await sampleSource(experiment, split);
  }
}

async function sampleSource(experiment: Experiment, split: SplitName): Promise<SampleSource> {
  const { data } = experiment.settings;
  const settings: SplitSettings = data[split] ?? {};
  const seed = seedOf(experiment, split);
  const folder = settings.folder ?? (data.generate === undefined ? data.folder : undefined);
  if (folder !== undefined) return fileSource(experiment, split, folder, seed);
  if (data.generate === undefined) {
    throw fault(experiment.toml.keySpan(["data"]), "`data` needs `generate` or `folder`");
  }
  const generate = generatorOf(experiment.expression(["data", "generate"], data.generate));
  const count = settings.count ?? (split === "train" ? Number.POSITIVE_INFINITY : 100);
  return {
    seed,
    count,
    at: (index) => Promise.resolve(sampleAt(generate, seed, index)),
    prefetch: () => undefined,
    nameOf: () => null,
    notes: [],
  };
}

/**
 * A set of files. Where sets come from one folder, each has samples of its own. Of a set that fits into memory every file is looked at before anything begins.
 */
async function fileSource(
  experiment: Experiment,
  split: SplitName,
  folder: string,
  seed: number,
): Promise<SampleSource> {
  const { data } = experiment.settings;
  const settings: SplitSettings = data[split] ?? {};
  const path = experiment.resolve(folder);
  const set = await located(placeOf(path), () => openFileSet(path, data));
  const samples = settings.folder === undefined ? ownShare(set.samples, split, data) : set.samples;
  const cutting = cuttingOf(data, settings, split);
  const sampleAt = (index: number): FileSample => {
    const sample = samples[index % samples.length];
    if (sample === undefined) throw new RangeError("a folder without samples");
    return sample;
  };
  const pictures = loadingCache(
    (index) => readPicture(set, sampleAt(index), data, cutting, split),
    ({ array }) => array.data.byteLength,
    KEPT_BYTES,
  );
  const pictureAt = (index: number): Promise<Picture> => pictures.get(index % samples.length);
  const random = (index: number): boolean => split === "train" || index >= samples.length;
  const count = settings.count ?? (split === "train" ? Number.POSITIVE_INFINITY : samples.length);
  const inBatches = (experiment.settings.train?.batch ?? 1) > 1;
  return {
    seed,
    count: split === "test" ? Math.min(count, samples.length) : count,
    at: async (index) => {
      const { array } = await pictureAt(index);
      if (random(index)) return randomPart(array, cutting, stream(seed, "patch", index));
      return middlePart(array, cutting);
    },
    prefetch: (indices) => {
      pictures.prefetch([...new Set(indices.map((index) => index % samples.length))]);
    },
    nameOf: (index) => sampleAt(index).name,
    notes: [
      ...countNote(path, set, data),
      ...(set.bytes > KEPT_BYTES
        ? streamedNote(path, set)
        : await notesOn(samples, pictureAt, split, { cutting, batched: inBatches })),
    ],
  };
}

async function readPicture(
  set: FileSet,
  sample: FileSample,
  data: DataSettings,
  cutting: Cutting,
  split: SplitName,
): Promise<Picture> {
  return located(placeOf(sample.file), async () => {
    const picture = pictureOf(await set.read(sample), data);
    requireCuttable(picture.array, cutting, sample.file);
    if (split === "train") requireLargeEnough(sample.file, picture.array, cutting);
    return picture;
  });
}

/**
 * The samples of a folder that a set has for itself: the first for the test, the next for the validation, the others for
 * the training. Where the test leaves one sample, it is both trained and validated on; a single one serves all three.
 */
function ownShare(
  all: readonly FileSample[],
  split: SplitName,
  { test, validate }: DataSettings,
): readonly FileSample[] {
  if (all.length === 1) return all;
  const tested = Math.min(test?.count ?? Infinity, Math.ceil(all.length / 2));
  if (split === "test") return all.slice(0, tested);
  const others = all.slice(tested);
  if (others.length === 1) return others;
  const validated = Math.min(validate?.count ?? Math.ceil(others.length / 5), Math.floor(others.length / 2));
  return split === "validate" ? others.slice(0, validated) : others.slice(validated);
}

/** @throws Failure where no patch can be cut from a picture */
function requireLargeEnough(file: string, { shape }: HostArray, { patch }: Cutting): void {
  const sides = shape.slice(0, 2);
  if (patch === undefined || sides.every((extent) => extent >= patch)) return;
  const what = `This picture of ${sides.join(" x ")} has no patch of ${patch} x ${patch}`;
  const hint = "Make `patch` smaller, or leave the picture out.";
  throw new Failure([diagnose("IPX8104", placeOf(file), { what, hint })]);
}

function countNote(folder: string, { samples }: FileSet, { count = 0 }: DataSettings): readonly string[] {
  if (count <= samples.length) return [];
  return [`${folder} holds ${samples.length} samples, fewer than \`count\` = ${count}.`];
}

function streamedNote(folder: string, { samples, bytes }: FileSet): readonly string[] {
  const size = bytesText(bytes);
  return [`${samples.length} samples of ${folder}, ${size} on the disk, are read as they are needed.`];
}

/** Looks at every picture: what was done to them is said, and a fault of one ends the command here. */
async function notesOn(
  samples: readonly FileSample[],
  pictureAt: (index: number) => Promise<Picture>,
  split: SplitName,
  { cutting, batched }: { readonly cutting: Cutting; readonly batched: boolean },
): Promise<readonly string[]> {
  let [coloured, cropped] = [0, 0];
  let first: { readonly shape: string; readonly extents: readonly number[]; readonly name: string } | null =
    null;
  for (const [index, { name, file }] of samples.entries()) {
    const { array, wasColoured } = await pictureAt(index);
    if (wasColoured) coloured++;
    if (split === "train") {
      if (!batched || cutting.patch !== undefined) continue;
      const { shape: extents } = middlePart(array, cutting);
      const shape = `${array.field === "complex" ? "complex " : ""}${shapeText(extents)}`;
      first ??= { shape, extents, name };
      if (shape !== first.shape)
        throw ofTwoSizes(file, `${first.name} is ${first.shape}, ${name} is ${shape}`, [
          first.extents,
          extents,
        ]);
      continue;
    }
    const part = middlePart(array, cutting).shape;
    if (part.some((extent, axis) => extent !== array.shape[axis])) cropped++;
  }
  const of = `of ${samples.length} pictures to ${split === "train" ? "train on" : split === "test" ? "test on" : "validate on"}`;
  return [
    ...(coloured === 0 ? [] : [`${coloured} ${of} were turned from colour into grey.`]),
    ...(cropped === 0 ? [] : [`${cropped} ${of} were cropped to their middle.`]),
  ];
}

function cuttingOf(data: DataSettings, settings: SplitSettings, split: SplitName): Cutting {
  return {
    patch: settings.patch ?? data.patch,
    multiple: settings.multiple ?? data.multiple ?? 1,
    augment: split === "train" && (settings.augment ?? data.augment ?? false),
  };
}

/**
 * Samples of a set as one batch.
 * @throws Failure that names two samples of different sizes
 */
export async function batchAt(source: SampleSource, indices: readonly number[]): Promise<HostArray> {
  source.prefetch(indices);
  const samples = await Promise.all(indices.map((index) => source.at(index)));
  const [first] = samples;
  const other = samples.findIndex(
    ({ field, shape }) =>
      first !== undefined && (field !== first.field || shapeText(shape) !== shapeText(first.shape)),
  );
  if (other === -1 || first === undefined) return stack(samples);
  const said = (position: number): string => {
    const index = indices[position] ?? 0;
    const { field, shape } = samples[position] ?? first;
    return `${source.nameOf(index) ?? `sample ${index}`} is ${field === "complex" ? "complex " : ""}${shapeText(shape)}`;
  };
  const shapes = [first.shape, samples[other]?.shape ?? first.shape];
  throw ofTwoSizes(source.nameOf(indices[other] ?? 0) ?? "data", `${said(0)}, ${said(other)}`, shapes);
}

function ofTwoSizes(file: string, sizes: string, shapes: readonly (readonly number[])[]): Failure {
  const what = `The samples of a batch are of one size: ${sizes}`;
  const side = Math.min(...shapes.flatMap((shape) => shape.slice(0, 2)));
  const hint = `Cut squares out of all of them that the smallest has: \`patch = ${side}\` in \`data\`, or less.`;
  return new Failure([diagnose("IPX8104", placeOf(file), { what, hint })]);
}
