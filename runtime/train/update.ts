import { handlesOf, type Value } from "../arrays/value.ts";
import type { ParameterGradients } from "../adjoint/gradientSum.ts";
import { withinNorm } from "../nets/spectral.ts";
import type { BoundProgram } from "../program/bound.ts";
import { download, upload } from "../program/transfer.ts";
import { clip, type Clipping } from "./clip.ts";
import { optimise, stateHandles, type OptimiserSettings, type OptimiserState } from "./optimiser.ts";
import { realise, rawGradients, type Realised } from "./realise.ts";
import type { Stage } from "./schedule.ts";
import { asPairs, likeModel, variablesOf, type Raws, type Variable } from "./variables.ts";

/** How variables are moved. */
export interface UpdateSettings {
  readonly optimiser: OptimiserSettings;
  readonly clipping: Clipping | null;
  /** factors of the rate by parameter; 1 where absent */
  readonly rates: Readonly<Record<string, number>>;
}

/** Variables and optimiser after an update. */
export interface UpdateResult {
  readonly realised: Realised;
  readonly optimiser: OptimiserState;
}

/**
 * One update of a stage: gradients by the raw arrays, clipped; the optimiser's step; then intervals, ends first. Call
 * it inside a scope that keeps realised arrays and the optimiser's state.
 */
export function update(
  program: BoundProgram,
  stage: Stage,
  settings: UpdateSettings,
  before: UpdateResult,
  gradients: ParameterGradients,
): UpdateResult {
  const { operations } = program;
  const moving = variablesOf(program).filter((variable) => factorOf(stage, settings, variable) !== 0);
  const byKey = new Map<string, Value>();
  for (const { key, declaration, index } of moving) {
    const gradient = gradients.get(declaration.name)?.[index];
    if (gradient != null) byKey.set(key, gradient);
  }
  const raw = rawGradients(program, before.realised, byKey);
  const clipped = settings.clipping === null ? raw : clip(operations, raw, settings.clipping);
  const steps = moving.flatMap((variable) => {
    const value = before.realised.raws.get(variable.key);
    const gradient = clipped.get(variable.key);
    if (value === undefined || gradient === undefined) return [];
    const factor = factorOf(stage, settings, variable);
    return [{ key: variable.key, value: asPairs(value), gradient: asPairs(gradient), factor }];
  });
  const moved = optimise(operations, settings.optimiser, before.optimiser, steps);
  const raws = new Map(before.realised.raws);
  for (const [key, value] of moved.values) {
    const model = raws.get(key);
    raws.set(key, model === undefined ? value : likeModel(value, model));
  }
  return { realised: realise(program, raws), optimiser: moved.state };
}

/**
 * The first steps of a stage of which no variable moves, so that no gradient is wanted there. A variable that all
 * steps share, or that is used beyond its step, keeps every step.
 */
export function restingSteps(program: BoundProgram, stage: Stage, settings: UpdateSettings): number {
  if (stage.greedy || stage.depth === null || stage.depth > program.steps) return 0;
  const moving = variablesOf(program).filter((variable) => factorOf(stage, settings, variable) !== 0);
  const first = moving.map(({ declaration, index }) => (declaration.perStep ? index : 0));
  return Math.min(stage.depth - 1, ...first);
}

function factorOf(stage: Stage, { rates }: UpdateSettings, variable: Variable): number {
  return stage.factor(variable) * (rates[variable.declaration.name] ?? 1);
}

/** The handles of an update's result. */
export function updateHandles({ realised, optimiser }: UpdateResult) {
  const values = [...realised.raws.values(), ...realised.values.values()];
  return [...values.flatMap(handlesOf), ...stateHandles(optimiser)];
}

/**
 * Raw arrays with the weights of layers scaled down to their declared norm bounds (see nets/spectral.ts); the same map
 * where nothing exceeds its bound. What is new is the caller's.
 */
export async function withSpectralBounds(program: BoundProgram, raws: Raws): Promise<Raws> {
  const { operations } = program;
  let bounded: Map<string, Value> | null = null;
  for (const { key, declaration } of variablesOf(program)) {
    const value = raws.get(key);
    if (declaration.spectralBound === null || value === undefined || value.kind === "product") continue;
    const weights = await download(operations, value);
    const scaled = withinNorm(weights, declaration.spectralBound);
    if (scaled === weights) continue;
    bounded ??= new Map(raws);
    bounded.set(key, upload(operations, scaled, false));
  }
  return bounded ?? raws;
}
