import { sameSpace } from "../../runtime/arrays/layout.ts";
import { handlesOf, type Space, spaceOf } from "../../runtime/arrays/value.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { type HostArray, sampleOf, stack } from "../../runtime/io/hostArray.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { spaceText } from "../../runtime/operators/spaces.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { resolve } from "../../runtime/program/unify.ts";
import { download, upload } from "../../runtime/program/transfer.ts";
import { run } from "../../runtime/solve/run.ts";
import type { Measure } from "../../runtime/solve/tracer.ts";
import { release } from "../../runtime/program/bound.ts";
import type { Expression } from "../../compiler/ast/tree.ts";
import { evaluateValue, type Scope } from "../binding/evaluate.ts";
import { fault } from "../binding/faults.ts";
import { readFiles } from "../binding/readFiles.ts";
import type { Thing } from "../binding/thing.ts";
import { Failure } from "../failure.ts";
import { bindBatch } from "../run/bindAll.ts";
import type { SampleSource } from "./dataset.ts";
import { METRICS, type Metric, squaredErrors, truthSquares } from "./metrics.ts";
import { bindSubject, releaseSubject, type Subject, type SubjectRequest } from "./subject.ts";
import type { Setting } from "./setting.ts";

/** What is measured, and how. */
export interface EvaluationPlan {
  readonly metrics: readonly Metric[];
  readonly range: number;
  /** the expression over `output` that is compared with the truth */
  readonly estimate: Expression;
  /** whether metrics are wanted after each step */
  readonly trace: boolean;
  /** steps, exactly as many; null for the program's own stop rule */
  readonly steps: number | null;
  /** how many of the first estimates are kept */
  readonly keep: number;
  readonly signal: AbortSignal;
}

/** Values of a metric by step and sample; for a relative metric without the samples that are zero. */
export interface MetricTrace {
  readonly steps: readonly number[];
  readonly values: Readonly<Partial<Record<Metric, readonly (readonly number[])[]>>>;
}

/** The measures of a program on a set; lists have an entry for each sample, but see `metrics`. */
export interface Outcome {
  /** a metric that is relative to the truth has no entry for a sample that is zero */
  readonly metrics: Readonly<Record<Metric, readonly number[]>>;
  /** how many samples are zero in every entry */
  readonly zeros: number;
  readonly iterations: readonly number[];
  readonly trace: MetricTrace | null;
  readonly kept: readonly {
    readonly estimate: HostArray;
    readonly inputs: Readonly<Record<string, HostArray>>;
  }[];
  readonly seconds: number;
  readonly samples: number;
}

/** The most numbers of one batch of samples. */
const BATCH_NUMBERS = 600_000;
const BATCH_SAMPLES = 500;

/** Runs a program on a set of samples, which may differ in shape, and measures its estimates. */
export async function evaluateOn(
  setting: Setting,
  source: SampleSource,
  request: Omit<SubjectRequest, "sample">,
  plan: EvaluationPlan,
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  let subject: Subject | null = null;
  let bound: HostArray | null = null;
  for (let first = 0; first < source.count;) {
    const { truths, indices } = await alikeFrom(source, first);
    const [sample] = truths;
    if (sample === undefined) break;
    if (subject === null || bound === null || !isAlike(bound, sample)) {
      if (subject !== null) releaseSubject(subject);
      const definition = fixedSteps(request.definition, plan);
      subject = await bindSubject(setting, { ...request, definition, sample });
      bound = sample;
    }
    const keep = Math.max(0, plan.keep - first);
    outcomes.push(await evaluateBatch(subject, source.seed, truths, indices, { ...plan, keep }));
    first += indices.length;
  }
  if (subject !== null) releaseSubject(subject);
  const outcome = joined(outcomes, plan);
  requireMeasured(setting, outcome, plan);
  return outcome;
}

/** @throws Failure where a metric has no sample to be measured on */
function requireMeasured(
  { experiment }: Setting,
  { zeros, samples }: Outcome,
  { metrics }: EvaluationPlan,
): void {
  const metric = metrics.find((each) => METRICS[each].relative);
  if (metric === undefined || zeros < samples) return;
  throw fault(
    experiment.toml.keySpan(["eval", "metrics"]),
    `All ${samples} samples are zero, and \`${metric}\` is relative to the sample`,
    "Measure other samples, or by `psnr_db`.",
  );
}

/** A solver with a number of steps does not stop before. */
function fixedSteps(definition: ProgramDefinition, { steps }: EvaluationPlan): ProgramDefinition {
  return steps === null || definition.target.kind !== "solver" ? definition : { ...definition, until: null };
}

/** Samples from `first` on that are alike in shape, as many as make a batch; those that may follow begin to be read. */
async function alikeFrom(
  source: SampleSource,
  first: number,
): Promise<{ readonly truths: readonly HostArray[]; readonly indices: readonly number[] }> {
  const sample = await source.at(first);
  const numbers = Math.floor(BATCH_NUMBERS / Math.max(1, sample.data.length));
  const last = Math.min(source.count, first + Math.max(1, Math.min(BATCH_SAMPLES, numbers)));
  source.prefetch(
    Array.from({ length: Math.min(source.count, last + 1) - first }, (_, offset) => first + offset),
  );
  const truths = [sample];
  for (let index = first + 1; index < last; index++) {
    const other = await source.at(index);
    if (!isAlike(sample, other)) break;
    truths.push(other);
  }
  return { truths, indices: truths.map((_, offset) => first + offset) };
}

function isAlike(left: HostArray, right: HostArray): boolean {
  return left.field === right.field && left.shape.join() === right.shape.join();
}

async function evaluateBatch(
  subject: Subject,
  seed: number,
  truths: readonly HostArray[],
  indices: readonly number[],
  plan: EvaluationPlan,
): Promise<Outcome> {
  const { program, definition } = subject;
  const { operations } = program;
  const batch = stack(truths);
  const inputs = await subject.inputsOf(batch, indices, seed);
  const bound = await bindBatch(program, subject.data, inputs, true, indices[0]);
  const truth = upload(operations, batch, true);
  const scope = await estimateScope(subject, plan.estimate, spaceOf(truth));
  const measure: Measure = ({ output }) => ({
    error: squaredErrors(operations, evaluateValue(scope(output), plan.estimate), truth),
  });
  const result = await run(program, bound, {
    signal: plan.signal,
    ...(plan.trace && definition.target.kind !== "equilibrium" ? { measure } : {}),
    ...(plan.steps === null ? {} : { maximum: plan.steps }),
  });
  const value = operations.engine.scope(() => evaluateValue(scope(result.output), plan.estimate), handlesOf);
  if (value.kind === "product") throw new TypeError("an estimate that is a tuple");
  const array = await download(operations, value);
  const estimates = truths.map((_, index) => sampleOf(array, index));
  const outcome: Outcome = {
    metrics: metricsOf(estimates, truths, plan),
    zeros: truths.filter(isZero).length,
    iterations: result.iterations,
    trace: result.trace === null ? null : traceOf(result.trace, truths, plan),
    kept: estimates
      .slice(0, plan.keep)
      .map((estimate, index) => ({ estimate, inputs: inputsAt(inputs, index) })),
    seconds: result.seconds,
    samples: truths.length,
  };
  const shared = new Set(result.owned);
  operations.engine.dispose([...handlesOf(value).filter((handle) => !shared.has(handle)), truth.handle]);
  operations.engine.dispose(result.owned);
  release(bound, operations);
  return outcome;
}

function inputsAt(
  inputs: Awaited<ReturnType<Subject["inputsOf"]>>,
  index: number,
): Record<string, HostArray> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, datum]) =>
      typeof datum === "object" && "data" in datum ? [[name, sampleOf(datum, index)]] : [],
    ),
  );
}

/** A scope for the estimate whose operators are there before a run begins: what a step makes is freed after it. */
async function estimateScope(
  { program, data }: Subject,
  expression: Expression,
  target: Space,
): Promise<(output: Parameters<typeof handlesOf>[0]) => Scope> {
  const { operations, definition, dimensions } = program;
  const files = await readFiles(expression, ".");
  const realised = new Map<Expression, Operator>();
  const scope = (value: Parameters<typeof handlesOf>[0]): Scope => {
    const output: Thing = { kind: "value", value };
    return { operations, files, realised, names: new Map([...data.names, ["output", output]]) };
  };
  const space = resolve(definition.output.type, dimensions);
  if (space !== null) {
    operations.engine.scope(
      () => {
        const estimate = spaceOf(evaluateValue(scope(operations.fill(0, space)), expression));
        if (sameSpace(estimate, target)) return;
        const what = `The estimate is ${spaceText(estimate)}, and the sample it is compared with is ${spaceText(target)}`;
        throw new Failure([diagnose("IPX8209", expression.span, { what })]);
      },
      () => [...realised.values()].flatMap(({ handles }) => [...handles]),
    );
  }
  return scope;
}

function isZero({ data }: HostArray): boolean {
  return data.every((value) => value === 0);
}

function hasMetric(metric: Metric, truth: HostArray): boolean {
  return !METRICS[metric].relative || !isZero(truth);
}

function metricsOf(
  estimates: readonly HostArray[],
  truths: readonly HostArray[],
  { metrics, range }: EvaluationPlan,
): Outcome["metrics"] {
  const values = (metric: Metric): readonly number[] =>
    metrics.includes(metric)
      ? truths.flatMap((truth, index) => {
          const estimate = estimates[index];
          if (estimate === undefined || !hasMetric(metric, truth)) return [];
          return [METRICS[metric].of(estimate, truth, range)];
        })
      : [];
  return {
    nmse_db: values("nmse_db"),
    snr_db: values("snr_db"),
    psnr_db: values("psnr_db"),
    ssim: values("ssim"),
  };
}

function traceOf(
  trace: {
    readonly steps: readonly number[];
    readonly values: Readonly<Record<string, readonly Float64Array[]>>;
  },
  truths: readonly HostArray[],
  { metrics, range }: EvaluationPlan,
): MetricTrace {
  const squares = truths.map(truthSquares);
  const rows = trace.values["error"] ?? [];
  const entries = metrics.flatMap((metric) => {
    const { fromError } = METRICS[metric];
    if (fromError === null) return [];
    const measured = truths.flatMap((truth, sample) => (hasMetric(metric, truth) ? [sample] : []));
    const values = rows.map((row) =>
      measured.flatMap((sample) => {
        const truth = squares[sample];
        return truth === undefined ? [] : [fromError({ ...truth, error: row[sample] ?? Number.NaN }, range)];
      }),
    );
    return [[metric, values] as const];
  });
  return { steps: trace.steps, values: Object.fromEntries(entries) };
}

function joined(outcomes: readonly Outcome[], { metrics }: EvaluationPlan): Outcome {
  const all = (metric: Metric): readonly number[] => outcomes.flatMap((outcome) => outcome.metrics[metric]);
  return {
    metrics: { nmse_db: all("nmse_db"), snr_db: all("snr_db"), psnr_db: all("psnr_db"), ssim: all("ssim") },
    zeros: outcomes.reduce((sum, { zeros }) => sum + zeros, 0),
    iterations: outcomes.flatMap(({ iterations }) => iterations),
    trace: joinedTrace(outcomes, metrics),
    kept: outcomes.flatMap(({ kept }) => kept),
    seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0),
    samples: outcomes.reduce((sum, { samples }) => sum + samples, 0),
  };
}

/** Traces of batches side by side; a batch that ended early keeps its last values. */
function joinedTrace(outcomes: readonly Outcome[], metrics: readonly Metric[]): MetricTrace | null {
  const traces = outcomes.flatMap(({ trace }) => trace ?? []);
  const [first] = traces;
  if (first === undefined || traces.length < outcomes.length) return null;
  const longest = traces.reduce((a, b) => (b.steps.length > a.steps.length ? b : a), first);
  const entries = metrics.flatMap((metric) => {
    if (first.values[metric] === undefined) return [];
    const rows = longest.steps.map((_, row) =>
      traces.flatMap(({ values }) => values[metric]?.[row] ?? values[metric]?.at(-1) ?? []),
    );
    return [[metric, rows] as const];
  });
  return { steps: longest.steps, values: Object.fromEntries(entries) };
}
