import { DataError } from "../../runtime/io/dataError.ts";
import { makeFolder, readBytes, writeBytes, writeText } from "../../runtime/io/node/files.ts";
import { readSafetensors, type Safetensors } from "../../runtime/io/safetensors.ts";
import { tableCsv, tableText } from "../../runtime/measure/table.ts";
import { namesIn } from "../binding/assignment.ts";
import { loadProgram } from "../compiler.ts";
import type { Context } from "../context.ts";
import { Interrupted } from "../failure.ts";
import { failureAt, located, placeOf } from "../report.ts";
import { progressLine } from "../run/progressLine.ts";
import { EXIT, writeJson } from "../terminal.ts";
import { openSource, type SampleSource } from "./dataset.ts";
import { evaluateOn, type EvaluationPlan } from "./evaluate.ts";
import { writeFigures } from "./figures.ts";
import { type EvaluationSettings, experimentSchema } from "./schema.ts";
import { openSetting, resultFile, type Setting } from "./setting.ts";
import { type Result, resultsJson, summaryTable, traceTable } from "./tables.ts";
import { tune } from "./tune.ts";
import { WEIGHTS } from "./train.ts";

/** What `eval` is asked for. */
export interface EvalRequest {
  readonly engine?: string;
  /** a folder in the place of the experiment's */
  readonly data?: string;
  readonly json?: true;
}

/** The measures of an experiment: the program and its baselines, and the files that were written. */
export interface Evaluation {
  readonly results: readonly Result[];
  readonly files: readonly string[];
  readonly text: string;
}

/** Measures an experiment's program against its baselines, writes tables and figures, and gives the exit code. */
export async function evalExperiment(context: Context, file: string, request: EvalRequest): Promise<number> {
  const setting = await openSetting(context, file, request);
  const { results, files, text } = await evaluateIn(setting);
  if (request.json === true) writeJson(context.terminal, { ...resultsJson(setting, results), files });
  else context.terminal.out(text);
  for (const each of files) context.terminal.talk(`wrote ${each}\n`);
  return EXIT.fine;
}

/** Measures in a setting. */
async function evaluateIn(setting: Setting): Promise<Evaluation> {
  const { terminal } = setting.context;
  const line = progressLine(terminal);
  try {
    return await terminal.interruptible(async (signal) => {
      try {
        return await measured(setting, signal, line.show);
      } catch (error) {
        throw signal.aborted ? new Interrupted("Interrupted; nothing was written.") : error;
      }
    });
  } finally {
    line.clear();
  }
}

async function measured(
  setting: Setting,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<Evaluation> {
  const { experiment } = setting;
  const evaluation: EvaluationSettings =
    experiment.settings.eval ?? experimentSchema.shape.eval.unwrap().parse({});
  const plan: EvaluationPlan = {
    metrics: evaluation.metrics,
    range: evaluation.range,
    estimate: experiment.expression(["eval", "estimate"], evaluation.estimate),
    trace: evaluation.trace,
    steps: null,
    keep: evaluation.pictures ?? 0,
    signal,
  };
  const [test, validate] = [await openSource(setting, "test"), await openSource(setting, "validate")];
  const results = [
    await ownResult(setting, test, plan, progress),
    ...(await baselines(setting, evaluation, { test, validate }, plan, progress)),
  ];
  await located(placeOf(setting.out), () => makeFolder(setting.out));
  return written(setting, results, test, plan);
}

async function ownResult(
  setting: Setting,
  test: SampleSource,
  plan: EvaluationPlan,
  progress: (text: string) => void,
): Promise<Result> {
  const { experiment, context } = setting;
  const { settings } = experiment;
  const definition = await loadProgram(context, experiment.resolve(settings.program), {
    ...(settings.entry === undefined ? {} : { program: settings.entry }),
    target: settings.target ?? (settings.train === undefined ? "first" : "unrolled"),
  });
  const weightsFile = resultFile(setting, WEIGHTS);
  const weights = settings.train === undefined ? null : await trainedWeights(weightsFile);
  if (settings.train !== undefined && weights === null) {
    context.terminal.talk(`note: ${weightsFile} is not there; the parameters have their first values.\n`);
  }
  progress(`measuring ${definition.name}`);
  const outcome = await evaluateOn(
    setting,
    test,
    {
      definition,
      alsoRead: namesIn(plan.estimate),
      ...(weights === null ? {} : { weights, weightsFile }),
      ...(settings.steps === undefined ? {} : { steps: settings.steps }),
    },
    plan,
  );
  return {
    name: settings.name ?? definition.name,
    definition,
    outcome,
    tuned: {},
    tunedOn: null,
    trained: weights !== null,
  };
}

/** The weights of a training; null where there are none yet. */
async function trainedWeights(file: string): Promise<Safetensors | null> {
  try {
    return readSafetensors(await readBytes(file));
  } catch (error) {
    if (error instanceof DataError && error.facts["reason"] === "ENOENT") return null;
    throw failureAt(placeOf(file), error);
  }
}

async function baselines(
  setting: Setting,
  { compare }: EvaluationSettings,
  { test, validate }: { readonly test: SampleSource; readonly validate: SampleSource },
  plan: EvaluationPlan,
  progress: (text: string) => void,
): Promise<readonly Result[]> {
  const { experiment, context } = setting;
  const results: Result[] = [];
  for (const [index, settings] of compare.entries()) {
    const definition = await loadProgram(context, experiment.resolve(settings.program), {
      ...(settings.entry === undefined ? {} : { program: settings.entry }),
      target: settings.target ?? "first",
    });
    const fixed = experiment.assignments(["eval", "compare", index, "given"], settings.given ?? {});
    const own = { ...plan, steps: settings.steps ?? null };
    const tuned = await tune(setting, validate, own, { definition, settings, index, fixed, progress });
    progress(`measuring ${definition.name}`);
    const outcome = await evaluateOn(
      setting,
      test,
      { definition, overrides: [...fixed, ...tuned.assignments], lenient: true },
      own,
    );
    const tunedOn =
      tuned.score === null
        ? null
        : { samples: validate.count, at: settings.at ?? settings.steps ?? null, ends: tuned.ends };
    results.push({
      name: settings.name ?? definition.name,
      definition,
      outcome,
      tuned: tuned.values,
      tunedOn,
      trained: false,
    });
  }
  return results;
}

async function written(
  setting: Setting,
  results: readonly Result[],
  test: SampleSource,
  plan: EvaluationPlan,
): Promise<Evaluation> {
  const summary = summaryTable(setting, results, plan);
  const traces = plan.metrics.flatMap((metric) => {
    const table = traceTable(results, metric);
    return table === null ? [] : [{ metric, table }];
  });
  const files: string[] = [];
  const save = async (name: string, contents: string | Uint8Array): Promise<void> => {
    const file = resultFile(setting, name);
    await (typeof contents === "string" ? writeText(file, contents) : writeBytes(file, contents));
    files.push(file);
  };
  await save("results.csv", tableCsv(summary));
  for (const { metric, table } of traces) await save(`${metric}.csv`, tableCsv(table.full));
  await save(
    "results.json",
    `${JSON.stringify({ version: 1, ...resultsJson(setting, results) }, null, 2)}\n`,
  );
  await writeFigures(setting, results, test, plan, save);
  const text = [tableText(summary), ...traces.map(({ table }) => tableText(table.short))].join("\n");
  return { results, files, text };
}
