import { existsSync } from "node:fs";
import type { Expression } from "../../compiler/ast/tree.ts";
import { GradientError } from "../../runtime/adjoint/gradientError.ts";
import { forecastTraining, requireRoom } from "../../runtime/forecast.ts";
import { bytesText } from "../../runtime/measure/bytes.ts";
import { reshape } from "../../runtime/io/hostArray.ts";
import { DataError } from "../../runtime/io/dataError.ts";
import { makeFolder, moveFile, readBytes, writeBytes, writeText } from "../../runtime/io/node/files.ts";
import { writeSafetensors } from "../../runtime/io/safetensors.ts";
import { release } from "../../runtime/program/bound.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import { BindingError } from "../../runtime/program/bindingError.ts";
import { resolve } from "../../runtime/program/unify.ts";
import type { Space } from "../../runtime/arrays/value.ts";
import type { Store, HistoryEntry } from "../../runtime/train/checkpoint.ts";
import { train, type TrainingOptions, type TrainingResult } from "../../runtime/train/trainer.ts";
import { namesIn } from "../binding/assignment.ts";
import { loadWithReports } from "../compiler.ts";
import type { Context } from "../context.ts";
import { Interrupted } from "../failure.ts";
import { fault } from "../binding/faults.ts";
import { failureAt, located, placeOf } from "../report.ts";
import { bindBatch } from "../run/bindAll.ts";
import { EXIT, writeJson } from "../terminal.ts";
import { lookAtOtherSets, openSource, type SampleSource } from "./dataset.ts";
import { lossOf, type LossSpaces } from "./loss.ts";
import { lockFolder } from "./lock.ts";
import { requireMemory } from "./memory.ts";
import type { TrainSettings } from "./schema.ts";
import { openSetting, resultFile, type Setting } from "./setting.ts";
import { bindSubject, type Subject } from "./subject.ts";
import { trainingData, validationOptions } from "./trainingData.ts";
import { identityOf, plainOptions, requireEffect, requireParameters } from "./trainingSettings.ts";
import { trainingTalk } from "./trainingTalk.ts";

/** What `train` is asked for. */
export interface TrainRequest {
  readonly resume?: true;
  readonly engine?: string;
  /** a folder in the place of the experiment's */
  readonly data?: string;
  readonly json?: true;
}

/** The file of trained weights in an experiment's folder. */
export const WEIGHTS = "weights.safetensors";
const CHECKPOINT = "checkpoint.safetensors";
const HISTORY = "history.csv";

/** Trains an experiment's program, writes its weights, and gives the exit code. */
export async function trainExperiment(
  context: Context,
  file: string,
  request: TrainRequest,
): Promise<number> {
  const setting = await openSetting(context, file, request);
  const result = await trainIn(setting, request.resume === true);
  const weights = resultFile(setting, WEIGHTS);
  if (request.json === true) {
    const last = result.history.at(-1);
    writeJson(context.terminal, {
      weights,
      steps: result.steps,
      seconds: result.seconds,
      loss: last?.loss ?? null,
      validation: last?.validation ?? null,
      engine: setting.operations.engine.name,
    });
  } else context.terminal.talk(`wrote ${weights}\n`);
  return EXIT.fine;
}

/**
 * Trains in a setting.
 * @throws Interrupted after a clean end, with a checkpoint
 */
async function trainIn(setting: Setting, resume: boolean): Promise<TrainingResult> {
  const { experiment, context, operations } = setting;
  const { settings } = experiment;
  const training = settings.train;
  if (training === undefined) throw fault(experiment.toml.keySpan([]), "The experiment has no table `train`");
  const lossExpression = experiment.expression(["train", "loss"], training.loss);
  const choice = {
    ...(settings.entry === undefined ? {} : { program: settings.entry }),
    target: settings.target ?? "unrolled",
  };
  const file = experiment.resolve(settings.program);
  const { definition, reports } = await loadWithReports(context, file, choice, namesIn(lossExpression));
  requireParameters(setting, definition, training.factors);
  requireEffect(experiment, definition, training);
  const source = await openSource(setting, "train");
  await lookAtOtherSets(experiment);
  const sample = await source.at(0);
  const numbers = training.batch * sample.data.length;
  requireMemory(experiment.toml.valueSpan(["train", "batch"]), "A batch of samples", numbers);
  const subject = await bindSubject(setting, {
    definition,
    sample,
    ...(settings.steps === undefined ? {} : { steps: settings.steps }),
    alsoRead: namesIn(lossExpression),
  });
  const loss = lossOf(
    lossExpression,
    operations,
    { names: subject.data.names, known: subject.program.known },
    await lossSpaces(subject, source, reports),
  );
  await located(placeOf(setting.out), () => makeFolder(setting.out));
  const unlock = await located(placeOf(setting.out), () => lockFolder(setting.out));
  try {
    return await trainBound(setting, { training, subject, source, loss, lossExpression, resume });
  } finally {
    await unlock();
  }
}

interface BoundTraining {
  readonly training: TrainSettings;
  readonly subject: Subject;
  readonly source: SampleSource;
  readonly loss: TrainingOptions["loss"];
  readonly lossExpression: Expression;
  readonly resume: boolean;
}

/** Trains what is bound, in a folder of results that is this training's alone. */
async function trainBound(
  setting: Setting,
  { training, subject, source, loss, lossExpression, resume }: BoundTraining,
): Promise<TrainingResult> {
  const { context, experiment } = setting;
  if (!resume) await setAside(setting);
  const talk = trainingTalk(context.terminal, subject.definition.name);
  const validation = await validationOptions(setting, subject, training);
  const options: TrainingOptions = {
    ...plainOptions(training),
    data: trainingData(subject, source),
    identity: identityOf(setting),
    loss,
    seed: experiment.settings.seed,
    ...validation,
  };
  await foretell(setting, subject, options);
  const result = await context.terminal.interruptible(async (signal) =>
    train(subject.program, {
      ...options,
      checkpoint: { store: storeIn(setting), name: CHECKPOINT, every: training.checkpoint },
      resume,
      signal,
      progress: talk.progress,
    }).catch((error: unknown) => {
      throw failureOfTraining(setting, lossExpression, error);
    }),
  );
  talk.end();
  await finish(setting, subject, result);
  return result;
}

/**
 * Says how much memory a training takes, where the engine knows.
 * @throws EngineError at the size of the batch where it is more than there is
 */
async function foretell(
  { experiment, context, operations }: Setting,
  { program }: Subject,
  options: TrainingOptions,
): Promise<void> {
  const forecast = await forecastTraining(program, options);
  if (forecast === null) return;
  const place = experiment.toml.valueSpan(["train", "batch"]);
  requireRoom(operations.engine.name, "train", forecast, place);
  context.terminal.talk(`The training takes at most ${bytesText(forecast.peak)} of memory.\n`);
}

/** Moves what an earlier training has left aside, so that its weights do not stand beside another checkpoint. */
async function setAside(setting: Setting): Promise<void> {
  const moved: string[] = [];
  for (const name of [WEIGHTS, HISTORY, CHECKPOINT]) {
    const [from, to] = [name, name.replace(".", ".before.")].map((each) => resultFile(setting, each));
    if (from === undefined || to === undefined || !existsSync(from)) continue;
    await located(placeOf(to), () => moveFile(from, to));
    moved.push(to);
  }
  if (moved.length === 0) return;
  setting.context.terminal.talk(`note: an earlier training was moved aside: ${moved.join(", ")}\n`);
}

/** What a training found wrong is said of its loss, or of the checkpoint that it goes on from. */
function failureOfTraining(setting: Setting, loss: Expression, error: unknown): unknown {
  if (error instanceof GradientError) return failureAt(loss.span, error);
  const ofCheckpoint =
    (error instanceof BindingError && (error.code === "IPX8010" || error.code === "IPX8012")) ||
    (error instanceof DataError && error.facts["file"] === undefined);
  return ofCheckpoint ? failureAt(placeOf(resultFile(setting, CHECKPOINT)), error) : error;
}

/** One sample is measured where only inputs fix the sizes of what the program gives. */
async function lossSpaces(
  { program, data, inputsOf }: Subject,
  source: SampleSource,
  reports: readonly string[],
): Promise<LossSpaces> {
  const sample = await source.at(0);
  const target: Space = { kind: "array", field: sample.field, shape: sample.shape };
  const { type } = program.definition.output;
  const whole = resolve(type, program.dimensions) ?? (await measuredSpace()) ?? target;
  if (reports.length === 0 || whole.kind !== "product") return { output: whole, target, reports: {} };
  const [output = target, ...parts] = whole.parts;
  const found = reports.flatMap((name, index) => {
    const part = parts[index];
    return part === undefined ? [] : [[name, part] as const];
  });
  return { output, target, reports: Object.fromEntries(found) };

  async function measuredSpace(): Promise<Space | null> {
    const inputs = await inputsOf(reshape(sample, [1, ...sample.shape]), [0], source.seed);
    const bound = await bindBatch(program, data, inputs, true);
    release(bound, program.operations);
    return resolve(type, bound.dimensions);
  }
}

/** Checkpoints in the folder of results, each written whole or not at all. */
function storeIn(setting: Setting): Store {
  return {
    read: async (name) => {
      try {
        return await readBytes(resultFile(setting, name));
      } catch (error) {
        const missing = error instanceof DataError && error.facts["reason"] === "ENOENT";
        if (!missing) throw error;
        setting.context.terminal.talk("There is no checkpoint; the training begins anew.\n");
        return null;
      }
    },
    write: (name, bytes) => writeBytes(resultFile(setting, name), bytes),
  };
}

async function finish(setting: Setting, subject: Subject, result: TrainingResult): Promise<void> {
  const { definition, program } = subject;
  if (result.interrupted) {
    const file = resultFile(setting, CHECKPOINT);
    throw new Interrupted(
      `Interrupted after ${result.steps} steps; ${file} was written. ` +
        `Go on with \`ipc train ${setting.experiment.toml.source.path} --resume\`.`,
    );
  }
  for (const stage of result.unimproved) {
    setting.context.terminal.talk(
      `note: no validation of ${stage} was better than that of its start, whose values are kept. Is the rate too large?\n`,
    );
  }
  const weights = await saveParameters(program.operations, definition, result.parameters);
  await writeBytes(resultFile(setting, WEIGHTS), writeSafetensors(weights));
  await writeText(resultFile(setting, HISTORY), historyCsv(result.history));
}

function historyCsv(history: readonly HistoryEntry[]): string {
  const rows = history.map(({ step, stage, loss, validation }) =>
    [step, stage + 1, loss, validation ?? ""].join(","),
  );
  return ["step,stage,loss,validation", ...rows, ""].join("\r\n");
}
