import { z } from "zod";
import { TARGETS } from "../choices.ts";

const expression = z.string().min(1);
const bound = z.union([z.string().min(1), z.number()]);
const count = z.int().min(1).max(1_000_000_000);
/** Of a set: an order of them is held, and a measure of each. */
const samples = z.int().min(1).max(100_000_000);
const seed = z.int().min(0);

const noise = z.union([
  z.strictObject({ snr: z.union([z.number(), z.literal(Number.POSITIVE_INFINITY)]) }),
  z.strictObject({ sigma: z.number().min(0) }),
  z.strictObject({ relative: z.number().min(0) }),
  z.strictObject({ poisson: z.number().positive() }),
  z.strictObject({ transmission: z.number().min(1) }),
]);

const split = z.strictObject({
  count: z.union([samples, z.literal(Number.POSITIVE_INFINITY)]).optional(),
  seed: seed.optional(),
  folder: z.string().optional(),
  patch: count.optional(),
  multiple: count.optional(),
  augment: z.boolean().optional(),
});

/** Data under a name of their own: a file, a folder of them or a generator, one for all samples or one for each. */
const named = z.strictObject({
  file: z.string().optional(),
  folder: z.string().optional(),
  generate: expression.optional(),
  count: count.optional(),
  seed: seed.optional(),
  per: z.enum(["sample", "run"]).default("run"),
});

const data = z
  .object({
    generate: expression.optional(),
    folder: z.string().optional(),
    count: count.optional(),
    key: z.string().min(1).optional(),
    slices: z.boolean().default(false),
    patch: count.optional(),
    multiple: count.optional(),
    augment: z.boolean().optional(),
    grey: z.boolean().default(false),
    scale: z
      .union([
        z
          .tuple([z.number(), z.number()])
          .refine(([low, high]) => low < high, "the first is less than the second"),
        z.enum(["max", "minmax"]),
      ])
      .default([0, 1]),
    range: z.tuple([z.number(), z.number()]).default([0, 1]),
    measure: z.union([expression, z.record(z.string(), expression)]).optional(),
    noise: noise.optional(),
    train: split.optional(),
    validate: split.optional(),
    test: split.optional(),
  })
  .catchall(named);

const unit = z.number().min(0).max(1).exactOptional();
const positive = z.number().positive();
const epsilon = positive.exactOptional();
const rate = positive.exactOptional();

/** The optimisers of the runtime, with tfjs's names and defaults. */
const optimiser = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("sgd"), rate: positive }),
  z.strictObject({
    name: z.literal("momentum"),
    rate: positive,
    momentum: z.number().min(0).max(1),
    nesterov: z.boolean().exactOptional(),
  }),
  z.strictObject({
    name: z.literal("rmsprop"),
    rate: positive,
    decay: unit,
    momentum: unit,
    epsilon,
    centered: z.boolean().exactOptional(),
  }),
  z.strictObject({ name: z.literal("adagrad"), rate: positive, initial: positive.exactOptional() }),
  z.strictObject({ name: z.literal("adadelta"), rate, rho: unit, epsilon }),
  z.strictObject({ name: z.literal("adam"), rate, beta1: unit, beta2: unit, epsilon }),
  z.strictObject({ name: z.literal("adamax"), rate, beta1: unit, beta2: unit, epsilon, decay: unit }),
]);

const train = z.strictObject({
  loss: expression.default("norm2sq(output - target)"),
  optimiser: optimiser.default({ name: "adam", rate: 1e-3 }),
  batch: count.default(64),
  schedule: z.enum(["end_to_end", "layerwise", "greedy"]).default("end_to_end"),
  /** the most steps of a stage */
  steps: count,
  /** layerwise: the rates of a layer's stages, relative to the optimiser's */
  rates: z.array(positive).min(1).exactOptional(),
  /** layerwise: by how much an older layer's rate falls with every layer */
  older: unit,
  /** layerwise: whether a layer begins with what the layer before has learned */
  warm: z.boolean().default(false),
  /** relative rates of single parameters */
  factors: z.record(z.string(), z.number().min(0)).default({}),
  clip: positive.exactOptional(),
  /** steps between two validations, and without progress before a stage ends */
  every: count.exactOptional(),
  patience: count.exactOptional(),
  /** steps between two checkpoints */
  checkpoint: count.default(200),
  recompute: z.boolean().default(false),
});

const tuned = z.record(z.string(), z.union([expression, z.array(z.number()).min(1)]));

const compare = z.strictObject({
  program: z.string(),
  entry: z.string().optional(),
  name: z.string().optional(),
  target: z.enum(TARGETS).optional(),
  given: z.record(z.string(), bound).optional(),
  tune: tuned.optional(),
  /** iterations, exactly as many; without it the program's own stop rule */
  steps: count.optional(),
  /** the iteration whose metric is tuned; the last one without it */
  at: count.optional(),
});

const evaluation = z.strictObject({
  metrics: z
    .array(z.enum(["nmse_db", "snr_db", "psnr_db", "ssim"]))
    .min(1)
    .default(["nmse_db"]),
  range: z.number().positive().default(1),
  trace: z.boolean().default(false),
  estimate: expression.default("output"),
  pictures: count.optional(),
  compare: z.array(compare).default([]),
});

/** What an experiment file may hold; expressions of the language are strings. */
export const experimentSchema = z.strictObject({
  program: z.string(),
  entry: z.string().optional(),
  name: z.string().optional(),
  target: z.enum(TARGETS).optional(),
  steps: count.optional(),
  engine: z.string().optional(),
  seed: seed.default(0),
  out: z.string(),
  given: z.record(z.string(), bound).default({}),
  data,
  train: train.optional(),
  eval: evaluation.optional(),
});

/** An experiment as its file says, every default filled in. */
export type ExperimentSettings = z.output<typeof experimentSchema>;
export type DataSettings = ExperimentSettings["data"];
export type NamedSettings = z.output<typeof named>;
export type SplitSettings = z.output<typeof split>;
export type TrainSettings = z.output<typeof train>;
export type EvaluationSettings = z.output<typeof evaluation>;
export type CompareSettings = z.output<typeof compare>;

/** The keys that a table of the file knows, for suggestions; null where any name may stand. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const tables: readonly (readonly [string, readonly string[]])[] = [
    ["", Object.keys(experimentSchema.shape)],
    ["data", Object.keys(data.shape)],
    ["data.train", Object.keys(split.shape)],
    ["data.validate", Object.keys(split.shape)],
    ["data.test", Object.keys(split.shape)],
    ["data.noise", ["snr", "sigma", "relative", "poisson", "transmission"]],
    ["train", Object.keys(train.shape)],
    ["train.optimiser", [...new Set(optimiser.options.flatMap(({ shape }) => Object.keys(shape)))]],
    ["eval", Object.keys(evaluation.shape)],
    ["eval.compare", Object.keys(compare.shape)],
  ];
  const name = path.filter((part) => typeof part === "string").join(".");
  return (
    tables.find(([table]) => table === name)?.[1] ??
    (path[0] === "data" && path.length === 2 ? Object.keys(named.shape) : [])
  );
}
