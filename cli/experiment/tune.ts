import { summarise } from "../../runtime/measure/summary.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { type Assignment, parseExpression } from "../binding/assignment.ts";
import { evaluateOn, type EvaluationPlan, type Outcome } from "./evaluate.ts";
import { gridOf } from "./generators.ts";
import { METRICS, type Metric } from "./metrics.ts";
import type { SampleSource } from "./dataset.ts";
import type { CompareSettings } from "./schema.ts";
import type { Setting } from "./setting.ts";

/** Values that were chosen on the validation set, and how good they were there. */
export interface Tuned {
  readonly values: Readonly<Record<string, number>>;
  readonly assignments: readonly Assignment[];
  /** the mean of the first metric on the validation set; null where nothing was to be chosen */
  readonly score: number | null;
  /** the names whose value is the least or the largest of several that were tried: a better one may lie beyond */
  readonly ends: readonly string[];
}

const NOTHING: Tuned = { values: {}, assignments: [], score: null, ends: [] };

/** What is tuned. */
export interface TuneRequest {
  readonly definition: ProgramDefinition;
  readonly settings: CompareSettings;
  /** the place of the baseline in the file */
  readonly index: number;
  readonly fixed: readonly Assignment[];
  readonly progress: (text: string) => void;
}

/**
 * Chooses the values of a baseline by the first metric on the validation set, after the iteration that the file names:
 * every point of the grid is tried.
 * @throws Failure
 */
export async function tune(
  setting: Setting,
  source: SampleSource,
  plan: EvaluationPlan,
  { definition, settings, index, fixed, progress }: TuneRequest,
): Promise<Tuned> {
  const [metric] = plan.metrics;
  const points = gridPoints(setting, settings, index);
  const [only] = points;
  if (metric === undefined || only === undefined) return NOTHING;
  if (points.length === 1 && Object.keys(only).length === 0) return NOTHING;
  let best: Tuned | null = null;
  for (const [tried, values] of points.entries()) {
    progress(`tuning ${definition.name}: ${tried + 1} of ${points.length}`);
    const assignments = assigned(setting, values, index);
    const outcome = await evaluateOn(
      setting,
      source,
      { definition, overrides: [...fixed, ...assignments], lenient: true },
      { ...plan, keep: 0, trace: settings.at !== undefined },
    );
    const score = scoreOf(outcome, metric, settings.at);
    if (best === null || isBetter(score, best.score, metric)) {
      best = { values, assignments, score, ends: endsOf(values, points) };
    }
  }
  return best ?? NOTHING;
}

function endsOf(
  values: Readonly<Record<string, number>>,
  points: readonly Readonly<Record<string, number>>[],
): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const tried = new Set(points.flatMap((point) => point[name] ?? []));
    const isEnd = value === Math.min(...tried) || value === Math.max(...tried);
    return tried.size > 1 && isEnd ? [name] : [];
  });
}

function isBetter(score: number, than: number | null, metric: Metric): boolean {
  if (than === null || Number.isNaN(than)) return true;
  return METRICS[metric].falling ? score < than : score > than;
}

function scoreOf({ trace, metrics }: Outcome, metric: Metric, at: number | undefined): number {
  const row =
    at === undefined ? null : (trace?.values[metric]?.[Math.min(at, trace.steps.length - 1)] ?? null);
  return summarise(row ?? metrics[metric]).mean;
}

/** All points of the grid, the last name fastest. */
function gridPoints(
  { experiment }: Setting,
  { tune: grids = {} }: CompareSettings,
  index: number,
): readonly Readonly<Record<string, number>>[] {
  let points: readonly Readonly<Record<string, number>>[] = [{}];
  for (const [name, grid] of Object.entries(grids)) {
    const path = ["eval", "compare", index, "tune", name];
    const values = typeof grid === "string" ? gridOf(experiment.expression(path, grid)) : grid;
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points;
}

function assigned(
  { context, experiment }: Setting,
  values: Readonly<Record<string, number>>,
  index: number,
): readonly Assignment[] {
  return Object.entries(values).map(([name, value]) => ({
    name: name.normalize("NFKC"),
    nameSpan: experiment.toml.keySpan(["eval", "compare", index, "tune", name]),
    expression: parseExpression(context.sources, `the tuned value of ${name}`, String(value)),
  }));
}
