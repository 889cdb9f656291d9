import { perform } from "../solve/task.ts";
import type { Recompute } from "../adjoint/unrolled.ts";
import { GradientError } from "../adjoint/gradientError.ts";
import { handlesOf } from "../arrays/value.ts";
import { withParameters, type BoundProgram } from "../program/bound.ts";
import { bindInputs } from "../program/inputs.ts";
import type { Parameters } from "../program/parameters.ts";
import { Holder } from "../solve/vector.ts";
import type { Clipping } from "./clip.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type HistoryEntry,
  type SettingTexts,
  type Store,
} from "./checkpoint.ts";
import type { TrainingBatch, TrainingData } from "./data.ts";
import type { Loss } from "./losses.ts";
import { FRESH, rateOf, type OptimiserSettings, type OptimiserState } from "./optimiser.ts";
import { rawsOf, realise, realisedHandles, type Realised } from "./realise.ts";
import { Stepper } from "./stepper.ts";
import { stagesOf, type Schedule, type Stage } from "./schedule.ts";
import { targetValue, validationLoss } from "./validation.ts";
import { updateHandles, withSpectralBounds } from "./update.ts";
import { parametersByName, valuesByKey, variablesOf, type Raws } from "./variables.ts";

/** How often a stage without validation notes its loss. */
const RECORDED = 100;

/** Where a training stands, for people who wait. */
export interface TrainingProgress {
  readonly stage: number;
  readonly stages: number;
  readonly stageName: string;
  /** steps of this stage, and the most that it takes */
  readonly step: number;
  readonly steps: number;
  /** steps of all stages */
  readonly total: number;
  readonly loss: number;
  readonly rate: number;
  readonly validation: number | null;
  /** if all stages take all their steps */
  readonly secondsLeft: number;
}

/** How to train. */
export interface TrainingOptions {
  readonly data: TrainingData;
  /** depends on its arguments alone: what it computes in a step may be repeated on the numbers of others */
  readonly loss: Loss;
  readonly optimiser: OptimiserSettings;
  /** samples in a batch */
  readonly batch: number;
  /** the most steps of a stage */
  readonly steps: number;
  /** default end_to_end */
  readonly schedule?: Schedule;
  readonly seed?: number;
  /** factors of the rate by parameter */
  readonly rates?: Readonly<Record<string, number>>;
  readonly clipping?: Clipping;
  readonly recompute?: Recompute;
  /** the loss on fixed batches, before a stage and every so many steps; each stage ends with the arrays that did best */
  readonly validation?: { readonly batches: readonly TrainingBatch[]; readonly every: number };
  /** a stage ends after so many steps without a better validation */
  readonly patience?: number;
  readonly checkpoint?: { readonly store: Store; readonly name: string; readonly every: number };
  /** what else the result depends on, as text by its name: a checkpoint made with another is refused */
  readonly identity?: SettingTexts;
  /** go on from the checkpoint, if there is one */
  readonly resume?: boolean;
  /** ends the training after the current step, with a checkpoint */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: TrainingProgress) => void;
}

/** A training's result. The parameters are the caller's. */
export interface TrainingResult {
  readonly parameters: Parameters;
  readonly interrupted: boolean;
  readonly steps: number;
  readonly history: readonly HistoryEntry[];
  /** names of stages that kept what they began with, since no validation was better */
  readonly unimproved: readonly string[];
  readonly seconds: number;
}

/**
 * Trains the parameters of a program. Deterministic on one engine: batch number n depends on the seed and n only, so
 * that a resumed training equals an uninterrupted one bit for bit.
 * @throws GradientError, BindingError
 */
export async function train(program: BoundProgram, options: TrainingOptions): Promise<TrainingResult> {
  const training = new Training(program, options);
  await training.begin();
  try {
    return await training.run();
  } catch (error) {
    training.release();
    throw error;
  }
}

/** What may change the result of a training. A single stage may be given more steps than it began with. */
function settingTexts({ schedule = { kind: "end_to_end" }, ...options }: TrainingOptions): SettingTexts {
  const { optimiser, batch, steps, seed = 0, rates = {}, clipping, validation, patience } = options;
  const settings: Readonly<Record<string, unknown>> = {
    optimiser,
    batch,
    schedule,
    seed,
    factors: rates,
    ...(schedule.kind === "end_to_end" ? {} : { steps }),
    ...(clipping === undefined ? {} : { clip: clipping.bound }),
    ...(validation === undefined ? {} : { every: validation.every }),
    ...(patience === undefined ? {} : { patience }),
  };
  const texts = Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return { ...Object.fromEntries(texts), ...options.identity };
}

interface Best {
  readonly loss: number;
  readonly stageStep: number;
  readonly raws: Raws;
}

/** The state of one training; steps are taken one after another. */
class Training {
  private readonly program: BoundProgram;
  private readonly options: TrainingOptions;
  private readonly settings: SettingTexts;
  private readonly stages: readonly Stage[];
  private readonly stepper: Stepper;
  private readonly holder: Holder;
  private readonly started = performance.now();
  private readonly firstStep: { value: number } = { value: 0 };
  private realised: Realised = { raws: new Map(), values: new Map() };
  private optimiser: OptimiserState = FRESH;
  private best: Best | null = null;
  private stage = 0;
  private stageStep = 0;
  private step = 0;
  private history: HistoryEntry[] = [];
  private unimproved: number[] = [];

  constructor(program: BoundProgram, options: TrainingOptions) {
    this.program = program;
    this.options = options;
    this.settings = settingTexts(options);
    this.stages = stagesOf(program, options.schedule ?? { kind: "end_to_end" });
    this.stepper = new Stepper(program, options);
    this.holder = new Holder(program.operations.engine, this.stepper.foreign);
  }

  /** Takes up the checkpoint, or the program's own parameters. */
  async begin(): Promise<void> {
    const { operations, definition } = this.program;
    const { checkpoint, resume } = this.options;
    const bytes =
      resume === true && checkpoint !== undefined ? await checkpoint.store.read(checkpoint.name) : null;
    if (bytes === null) {
      const values = valuesByKey(this.program, this.program.parameters);
      this.enter(() => realise(this.program, rawsOf(this.program, values)));
      return;
    }
    const state = decodeCheckpoint(operations, definition, this.settings, bytes);
    const { position } = state;
    this.optimiser = state.optimiser;
    this.stage = position.stage;
    this.stageStep = position.stageStep;
    this.step = position.step;
    this.firstStep.value = position.step;
    this.history = [...position.history];
    this.unimproved = [...position.unimproved];
    this.best = position.best === null || state.best === null ? null : { ...position.best, raws: state.best };
    this.enter(() => realise(this.program, state.raws));
  }

  private enter(make: () => Realised): void {
    this.realised = this.program.operations.engine.scope(make, realisedHandles);
    this.hold();
  }

  private hold(): void {
    this.holder.hold([
      ...updateHandles({ realised: this.realised, optimiser: this.optimiser }),
      ...[...(this.best?.raws.values() ?? [])].flatMap(handlesOf),
    ]);
  }

  release(): void {
    this.stepper.release();
    this.holder.release();
  }

  async run(): Promise<TrainingResult> {
    const { signal, checkpoint } = this.options;
    let interrupted = false;
    while (this.stage < this.stages.length) {
      const stage = this.stages[this.stage];
      if (stage === undefined) break;
      if (this.stageStep === 0 && stage.warmLayer !== null) this.warm(stage.warmLayer);
      while (this.stageStep < this.options.steps && !this.isOutOfPatience()) {
        if (signal?.aborted === true) {
          interrupted = true;
          break;
        }
        try {
          await this.takeStep(stage);
        } catch (error) {
          if (!this.isInterrupt(error)) throw this.withStep(stage, error);
          interrupted = true;
          break;
        }
        if (checkpoint !== undefined && this.step % checkpoint.every === 0) await this.save();
      }
      if (interrupted) break;
      // what the last stage ends with is not saved, so that it can be given more steps
      if (this.stage === this.stages.length - 1) await this.save();
      this.endStage();
    }
    if (interrupted) await this.save();
    const parameters = parametersByName(this.program, this.realised.values);
    const kept = [...this.realised.values.values()].flatMap(handlesOf);
    this.stepper.release();
    this.holder.release(kept);
    const seconds = (performance.now() - this.started) / 1000;
    const unimproved = this.unimproved.map((stage) => this.stages[stage]?.name ?? "");
    return { parameters, interrupted, steps: this.step, history: this.history, unimproved, seconds };
  }

  /** Gives a layer the values of the layer before. */
  private warm(layer: number): void {
    const raws = new Map(this.realised.raws);
    for (const { key, declaration, index } of variablesOf(this.program)) {
      const before = raws.get(`${declaration.name}/${layer - 2}`);
      if (declaration.perStep && index === layer - 1 && before !== undefined) raws.set(key, before);
    }
    this.enter(() => realise(this.program, raws));
  }

  private isOutOfPatience(): boolean {
    const { patience } = this.options;
    return patience !== undefined && this.best !== null && this.stageStep - this.best.stageStep >= patience;
  }

  private current(): BoundProgram {
    return withParameters(this.program, parametersByName(this.program, this.realised.values));
  }

  /** A step that was interrupted has changed nothing: a training that is resumed takes it again. */
  private isInterrupt(error: unknown): boolean {
    const { signal } = this.options;
    return signal?.aborted === true && error === signal.reason;
  }

  /** Where a loss stopped being finite, and what helps. */
  private withStep({ name }: Stage, error: unknown): unknown {
    if (!(error instanceof GradientError) || error.code !== "IPX8304" || this.step === 0) return error;
    const where = `That was after step ${this.step} (${name}), at the rate ${rateOf(this.options.optimiser)}.`;
    const help = "Lower the rate, or bound the gradient (`clip`).";
    return new GradientError("IPX8304", `${error.message} ${where} ${help}`, error.samples);
  }

  private async takeStep(stage: Stage): Promise<void> {
    const { operations } = this.program;
    const { data, batch, seed = 0 } = this.options;
    if (this.stageStep === 0) await this.measureStart(stage);
    const { inputs, target } = await data({ seed, step: this.step, size: batch });
    const bound = await perform(operations, bindInputs(this.program, inputs, true, this.step * batch));
    const wanted = targetValue(operations, target);
    const { realised, optimiser } = this;
    const { loss, after } = await this.stepper.take(stage, { bound, wanted }, { realised, optimiser });
    this.realised = after.realised;
    this.optimiser = after.optimiser;
    if (after.realised !== realised) {
      this.hold();
      await this.boundNorms();
    }
    this.stageStep += 1;
    this.step += 1;
    await this.observe(stage, loss);
  }

  private async boundNorms(): Promise<void> {
    const bounded = await withSpectralBounds(this.program, this.realised.raws);
    if (bounded !== this.realised.raws) this.enter(() => realise(this.program, bounded));
  }

  /** The values that a stage begins with count among those that may do best. */
  private async measureStart({ depth }: Stage): Promise<void> {
    const { validation, loss } = this.options;
    if (validation === undefined) return;
    const measured = await validationLoss(this.current(), validation.batches, loss, depth);
    this.best = { loss: measured, stageStep: 0, raws: this.realised.raws };
    this.hold();
  }

  private async observe(stage: Stage, loss: number): Promise<void> {
    const { validation } = this.options;
    let measured: number | null = null;
    if (validation !== undefined && this.stageStep % validation.every === 0) {
      measured = await validationLoss(this.current(), validation.batches, this.options.loss, stage.depth);
      if (this.best === null || measured < this.best.loss) {
        this.stepper.release();
        this.best = { loss: measured, stageStep: this.stageStep, raws: this.realised.raws };
        this.hold();
      }
    }
    const each = validation?.every ?? Math.max(1, Math.floor(this.options.steps / RECORDED));
    if (this.stageStep % each === 0) {
      this.history.push({ step: this.step, stage: this.stage, loss, validation: measured });
    }
    this.report(stage, loss, measured);
  }

  private report(stage: Stage, loss: number, validation: number | null): void {
    const { progress, optimiser, steps } = this.options;
    const left = steps - this.stageStep + (this.stages.length - this.stage - 1) * steps;
    const each = (performance.now() - this.started) / 1000 / Math.max(1, this.step - this.firstStep.value);
    progress?.({
      stage: this.stage,
      stages: this.stages.length,
      stageName: stage.name,
      step: this.stageStep,
      steps,
      total: this.step,
      loss,
      rate: rateOf(optimiser),
      validation,
      secondsLeft: left * each,
    });
  }

  /** Takes the best arrays of the stage, and forgets the optimiser's memory. */
  private endStage(): void {
    const { best } = this;
    if (best?.stageStep === 0) this.unimproved.push(this.stage);
    this.stepper.release();
    this.optimiser = FRESH;
    this.best = null;
    this.stage += 1;
    this.stageStep = 0;
    if (best !== null) this.enter(() => realise(this.program, best.raws));
    else this.hold();
  }

  private async save(): Promise<void> {
    const { checkpoint } = this.options;
    if (checkpoint === undefined) return;
    const { operations, definition } = this.program;
    const { stage, stageStep, step, history, unimproved, best } = this;
    const bytes = await encodeCheckpoint(operations, definition, this.settings, {
      position: {
        stage,
        stageStep,
        step,
        history,
        unimproved,
        best: best === null ? null : { loss: best.loss, stageStep: best.stageStep },
      },
      raws: this.realised.raws,
      optimiser: this.optimiser,
      best: best?.raws ?? null,
    });
    await checkpoint.store.write(checkpoint.name, bytes);
  }
}
