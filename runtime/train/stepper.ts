import { gradientTask, releaseGradient, type Gradient } from "../adjoint/gradient.ts";
import { handlesOf } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { withParameters, type BoundProgram } from "../program/bound.ts";
import { handlesOfKnown } from "../solve/batch.ts";
import { perform, type Task } from "../solve/task.ts";
import { isRepeatable } from "./optimiser.ts";
import type { Renumber } from "./optimisers/rule.ts";
import { RecordedStep, type StepData } from "./recordedStep.ts";
import type { Stage } from "./schedule.ts";
import type { TrainingOptions } from "./trainer.ts";
import { restingSteps, StageUpdate, updateHandles, type UpdateResult } from "./update.ts";
import { parametersByName } from "./variables.ts";

/** Steps that take longer, in milliseconds, are not recorded: they gain little, and would keep interrupts waiting. */
const LONG_STEP = 1000;

/** A step of training: its mean loss, and where variables and optimiser stand after it. */
export interface TakenStep {
  readonly loss: number;
  readonly after: UpdateResult;
}

/**
 * Takes the steps of a training. The first of a stage makes all arrays anew; the second is recorded, where steps can
 * be, and the others repeat it in place.
 */
export class Stepper {
  private readonly program: BoundProgram;
  private readonly options: TrainingOptions;
  /** handles that are not the training's own */
  readonly foreign: ReadonlySet<Handle>;
  private recorded: RecordedStep | null = null;
  /** the stage whose next step can be recorded */
  private ready: Stage | null = null;
  private readonly refused = new Set<Stage>();

  constructor(program: BoundProgram, options: TrainingOptions) {
    this.program = program;
    this.options = options;
    const bound = [...program.parameters.values(), ...program.stepGivens.values()].flat();
    this.foreign = new Set([...handlesOfKnown(program.known), ...bound.flatMap(handlesOf)]);
  }

  /**
   * Takes a step, and frees its data. It may move variables where they stand: who wants to keep those of before calls
   * `release` first. A step that fails or is interrupted has moved nothing.
   * @throws GradientError, or the reason of the interrupt
   */
  async take(stage: Stage, data: StepData, before: UpdateResult): Promise<TakenStep> {
    const { operations } = this.program;
    if (this.recorded?.fits(data) === true) {
      const loss = await perform(operations, this.recorded.take(data, before.optimiser.step)).finally(() => {
        this.free(data);
      });
      return { loss, after: inPlace(before) };
    }
    const loss = this.ready === stage ? await this.record(stage, data, before) : null;
    if (loss !== null) return { loss, after: inPlace(before) };
    this.release();
    return this.takeNew(stage, data, before);
  }

  /** From here on arrays stay as they are, until a step is recorded anew. */
  release(): void {
    this.recorded?.release();
    this.recorded = null;
    this.ready = null;
  }

  private async record(stage: Stage, data: StepData, before: UpdateResult): Promise<number | null> {
    const { operations } = this.program;
    this.release();
    const renumber: Renumber[] = [];
    const { task, update } = this.gradientOf(stage, data, before, renumber);
    const { foreign } = this;
    const recording = { operations, data, task, update, renumber, places: before, foreign };
    const made = await perform(operations, RecordedStep.of(recording)).catch((error: unknown) => {
      this.free(data);
      throw error;
    });
    if (made === null) this.refused.add(stage);
    this.recorded = made?.step ?? null;
    return made?.loss ?? null;
  }

  private async takeNew(stage: Stage, data: StepData, before: UpdateResult): Promise<TakenStep> {
    const { operations } = this.program;
    const begun = performance.now();
    const { task, update } = this.gradientOf(stage, data, before, null);
    const gradient = await perform(operations, task).catch((error: unknown) => {
      this.free(data);
      throw error;
    });
    const after = operations.engine.scope(() => update.finish(gradient.parameters), updateHandles);
    releaseGradient(operations, gradient);
    this.free(data);
    const isShort = performance.now() - begun < LONG_STEP;
    this.ready = isShort && this.isSteady(stage) ? stage : null;
    return { loss: gradient.value, after };
  }

  /** Whether the steps of a stage differ in their data only, and neither draw numbers nor bound norms on the host. */
  private isSteady(stage: Stage): boolean {
    const { definition } = this.program;
    return (
      definition.target.kind === "unrolled" &&
      !stage.greedy &&
      !this.refused.has(stage) &&
      isRepeatable(this.options.optimiser) &&
      (definition.draws ?? []).every(({ when, training }) => when === "sample" && training !== true) &&
      definition.parameters.every(({ spectralBound }) => spectralBound === null)
    );
  }

  /** The gradient of a step, and the update that takes it up; not to be interrupted where it is recorded. */
  private gradientOf(
    stage: Stage,
    { bound, wanted }: StepData,
    before: UpdateResult,
    recorded: Renumber[] | null,
  ): { readonly task: Task<Gradient>; readonly update: StageUpdate } {
    const { loss, recompute, signal, optimiser, rates = {}, clipping = null } = this.options;
    const program = withParameters(this.program, parametersByName(this.program, before.realised.values));
    const settings = { optimiser, clipping, rates, ...(recorded === null ? {} : { recorded }) };
    const update = new StageUpdate(program, stage, settings, before);
    const task = gradientTask(program, bound, (of, output) => loss(of, output, wanted.value), {
      ...(stage.depth === null ? {} : { steps: stage.depth }),
      ...(recompute === undefined ? {} : { recompute }),
      ...(signal === undefined || recorded !== null ? {} : { signal }),
      greedy: stage.greedy,
      resting: restingSteps(program, stage, settings),
      byInputs: false,
      sink: update,
    });
    return { task, update };
  }

  private free({ bound, wanted }: StepData): void {
    this.program.operations.engine.dispose([...bound.owned, ...wanted.owned]);
  }
}

function inPlace({ realised, optimiser }: UpdateResult): UpdateResult {
  return { realised, optimiser: { ...optimiser, step: optimiser.step + 1 } };
}
