import { summarise } from "../../runtime/measure/summary.ts";
import type { Cell, Table } from "../../runtime/measure/table.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { seedOf } from "./dataset.ts";
import type { EvaluationPlan, Outcome } from "./evaluate.ts";
import { METRICS, type Metric } from "./metrics.ts";
import type { Setting } from "./setting.ts";

/** The measures of one program of an experiment. */
export interface Result {
  readonly name: string;
  readonly definition: ProgramDefinition;
  readonly outcome: Outcome;
  readonly tuned: Readonly<Record<string, number>>;
  /**
   * what values were tuned on: so many samples, after that iteration; which of them are ends of what was tried; null
   * where nothing was tuned
   */
  readonly tunedOn: {
    readonly samples: number;
    readonly at: number | null;
    readonly ends: readonly string[];
  } | null;
  readonly trained: boolean;
}

/** One line a program: iterations, tuned values and the metrics at the end. */
export function summaryTable(
  { operations }: Setting,
  results: readonly Result[],
  plan: EvaluationPlan,
): Table {
  const samples = results[0]?.outcome.samples ?? 0;
  return {
    columns: [
      { name: "method" },
      { name: "target" },
      { name: "iterations", digits: 1 },
      { name: "tuned" },
      ...plan.metrics.map((metric) => {
        const { unit } = METRICS[metric];
        return { name: metric, ...(unit === undefined ? { digits: 4 } : { unit }) };
      }),
      { name: "seconds" },
    ],
    rows: results.map(({ name, definition, outcome, tuned }) => [
      name,
      definition.target.kind,
      summarise(outcome.iterations).mean,
      tunedText(tuned),
      ...plan.metrics.map((metric) => summarise(outcome.metrics[metric])),
      outcome.seconds,
    ]),
    notes: notesOf(results, plan, samples, operations.engine.name),
  };
}

function notesOf(
  results: readonly Result[],
  plan: EvaluationPlan,
  samples: number,
  engine: string,
): readonly string[] {
  const ranged = plan.metrics.some((metric) => metric === "psnr_db" || metric === "ssim");
  const tuned = results.flatMap(({ name, tunedOn }) => {
    if (tunedOn === null) return [];
    const after = tunedOn.at === null ? "" : ` after ${tunedOn.at} iterations`;
    const ends = tunedOn.ends.map(
      (each) => ` ${each} is at an end of its grid: a better one may lie beyond.`,
    );
    const samples = `${tunedOn.samples} validation sample${tunedOn.samples === 1 ? "" : "s"}`;
    return [`${name}: tuned on ${samples}${after}.${ends.join("")}`];
  });
  const zeros = results[0]?.outcome.zeros ?? 0;
  const relative = plan.metrics.filter((metric) => METRICS[metric].relative);
  const left =
    zeros === 0 || relative.length === 0
      ? []
      : [
          `${relative.join(", ")}: n = ${samples - zeros}; ${zeros} of ${samples} samples are zero, and left out where an error is relative to the sample.`,
        ];
  const range = ranged ? ` Data range ${plan.range}.` : "";
  return [
    `Mean ± standard deviation over n = ${samples} test samples; engine ${engine}.${range}`,
    ...left,
    ...tuned,
  ];
}

/** Tuned values as text: `lambda = 0.0123`. */
export function tunedText(tuned: Readonly<Record<string, number>>): string {
  return Object.entries(tuned)
    .map(([name, value]) => `${name} = ${Number(value.toPrecision(3))}`)
    .join(", ");
}

/** A metric by iteration: all of them, and those that a person reads. */
export function traceTable(
  results: readonly Result[],
  metric: Metric,
): { readonly full: Table; readonly short: Table } | null {
  const traced = results.filter(({ outcome }) => outcome.trace?.values[metric] !== undefined);
  if (traced.length === 0) return null;
  const last = Math.max(...traced.flatMap(({ outcome }) => outcome.trace?.steps ?? []));
  const steps = Array.from({ length: last + 1 }, (_, step) => step);
  const { title, unit } = METRICS[metric];
  const columns = [{ name: "iteration", digits: 0 }, ...traced.map(({ name }) => ({ name }))];
  const rowAt = (step: number): readonly Cell[] => [
    step,
    ...traced.map(({ outcome }) => cellAt(outcome, metric, step)),
  ];
  const name = `${title}${unit === undefined ? "" : ` (${unit})`} by layer and iteration`;
  const chosen = steps.filter(
    (step) => step <= 16 || step === last || [20, 32, 50, 64, 100, 128, 200].includes(step),
  );
  return {
    full: { title: name, columns, rows: steps.map(rowAt) },
    short: { title: name, columns, rows: chosen.map(rowAt) },
  };
}

function cellAt({ trace }: Outcome, metric: Metric, step: number): Cell {
  const row = trace?.steps.indexOf(step) ?? -1;
  const values = trace?.values[metric]?.[row];
  return values === undefined ? null : summarise(values);
}

/** The results for machines. */
export function resultsJson(
  { experiment, operations }: Setting,
  results: readonly Result[],
): Readonly<Record<string, unknown>> {
  const metrics = experiment.settings.eval?.metrics ?? ["nmse_db"];
  return {
    engine: operations.engine.name,
    seeds: {
      experiment: experiment.settings.seed,
      train: seedOf(experiment, "train"),
      validate: seedOf(experiment, "validate"),
      test: seedOf(experiment, "test"),
    },
    samples: results[0]?.outcome.samples ?? 0,
    results: results.map(({ name, definition, outcome, tuned, tunedOn, trained }) => ({
      name,
      program: definition.name,
      target: definition.target.kind,
      trained,
      tuned,
      tunedOn,
      iterations: summarise(outcome.iterations).mean,
      seconds: outcome.seconds,
      metrics: Object.fromEntries(metrics.map((metric) => [metric, statistics(outcome.metrics[metric])])),
      trace: outcome.trace && {
        iterations: outcome.trace.steps,
        metrics: Object.fromEntries(
          metrics.flatMap((metric) => {
            const rows = outcome.trace?.values[metric];
            return rows === undefined ? [] : [[metric, rows.map(statistics)]];
          }),
        ),
      },
    })),
  };
}

function statistics(values: readonly number[]): Readonly<Record<string, number>> {
  const { mean, standardDeviation, n } = summarise(values);
  return { mean, sd: standardDeviation, n };
}
