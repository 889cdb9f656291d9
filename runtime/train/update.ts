import { handlesOf, type Value } from "../arrays/value.ts";
import type { GradientSink, ParameterGradients } from "../adjoint/gradientSum.ts";
import type { Handle } from "../engine/engine.ts";
import { withinNorm } from "../nets/spectral.ts";
import type { BoundProgram } from "../program/bound.ts";
import { download, upload } from "../program/transfer.ts";
import { averaged } from "./averages.ts";
import { clip, type Clipping } from "./clip.ts";
import { optimise, stateHandles, type OptimiserSettings, type OptimiserState } from "./optimiser.ts";
import type { Renumber } from "./optimisers/rule.ts";
import { realise, rawGradients, type Realised } from "./realise.ts";
import type { Stage } from "./schedule.ts";
import { asPairs, likeModel, variablesOf, type Raws, type Variable } from "./variables.ts";

/** How variables are moved. */
export interface UpdateSettings {
  readonly optimiser: OptimiserSettings;
  readonly clipping: Clipping | null;
  /** factors of the rate by parameter; 1 where absent */
  readonly rates: Readonly<Record<string, number>>;
  /** where the update is recorded: takes what is to be called before each replay */
  readonly recorded?: Renumber[];
}

/** Variables and optimiser after an update. */
export interface UpdateResult {
  readonly realised: Realised;
  readonly optimiser: OptimiserState;
}

/**
 * One update of a stage: gradients by the raw arrays, clipped; the optimiser's step; then intervals, ends first.
 * Variables without an interval are moved one by one, as soon as their gradients are complete, unless the norm of all
 * gradients is clipped.
 */
export class StageUpdate implements GradientSink {
  private readonly program: BoundProgram;
  private readonly settings: UpdateSettings;
  private readonly before: UpdateResult;
  private readonly moving: readonly Variable[];
  private readonly factors: ReadonlyMap<string, number>;
  private readonly moved = new Map<string, Moved>();

  constructor(program: BoundProgram, stage: Stage, settings: UpdateSettings, before: UpdateResult) {
    this.program = program;
    this.settings = settings;
    this.before = before;
    const factors = variablesOf(program).map((variable) => ({
      variable,
      factor: factorOf(stage, settings, variable),
    }));
    const moving = factors.filter(({ factor }) => factor !== 0);
    this.moving = moving.map(({ variable }) => variable);
    this.factors = new Map(moving.map(({ variable, factor }) => [variable.key, factor]));
  }

  wants(name: string, index: number): boolean {
    const variable = this.variable(name, index);
    if (variable?.declaration.average !== undefined) return false;
    const declaration = variable?.declaration;
    const free = declaration?.interval === null && declaration.projection === null;
    return free && this.settings.clipping?.kind !== "norm";
  }

  take(name: string, index: number, gradient: Value): void {
    const variable = this.variable(name, index);
    if (variable !== undefined) this.move(new Map([[variable.key, gradient]]));
  }

  handles(): readonly Handle[] {
    return [...this.moved.values()].flatMap(({ value, slots }) => [
      ...handlesOf(value),
      ...Object.values(slots).flatMap(handlesOf),
    ]);
  }

  /** Moves the other variables, and brings all into their intervals. Call it inside a scope that keeps `updateHandles`. */
  finish(gradients: ParameterGradients): UpdateResult {
    const { program, before } = this;
    const byKey = new Map<string, Value>();
    for (const variable of this.moving) {
      const { key, declaration, index } = variable;
      const gradient = gradients.get(declaration.name)?.[index];
      if (gradient == null) continue;
      if (declaration.average === undefined) byKey.set(key, gradient);
      else this.average(variable, gradient, gradients.get(declaration.average)?.[index] ?? null);
    }
    this.move(rawGradients(program, before.realised, byKey));
    const raws = new Map(before.realised.raws);
    const slots = new Map(before.optimiser.slots);
    for (const [key, moved] of this.moved) {
      raws.set(key, moved.value);
      slots.set(key, moved.slots);
    }
    const optimiser = { step: before.optimiser.step + 1, slots };
    return { realised: realise(program, raws), optimiser };
  }

  private variable(name: string, index: number): Variable | undefined {
    return this.moving.find((variable) => variable.declaration.name === name && variable.index === index);
  }

  private average({ key, declaration }: Variable, gradient: Value, batches: Value | null): void {
    const average = this.before.realised.raws.get(key);
    if (average === undefined || batches === null) return;
    const counts = declaration.name === declaration.average;
    const value = averaged(this.program.operations, average, gradient, counts ? null : batches);
    this.moved.set(key, { value, slots: {} });
  }

  private move(raw: Raws): void {
    const { before, settings } = this;
    const { operations } = this.program;
    const clipped = settings.clipping === null ? raw : clip(operations, raw, settings.clipping);
    const steps = [...clipped].flatMap(([key, gradient]) => {
      const value = before.realised.raws.get(key);
      if (value === undefined) return [];
      const factor = this.factors.get(key) ?? 0;
      return [{ key, value: asPairs(value), gradient: asPairs(gradient), factor }];
    });
    const { optimiser, recorded = null } = settings;
    const { values, state } = optimise(operations, optimiser, before.optimiser, steps, recorded);
    for (const [key, value] of values) {
      const model = before.realised.raws.get(key) ?? value;
      this.moved.set(key, { value: likeModel(value, model), slots: state.slots.get(key) ?? {} });
    }
  }
}

/** A variable after its update, and the optimiser's memory of it. */
interface Moved {
  readonly value: Value;
  readonly slots: Readonly<Record<string, Value>>;
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
