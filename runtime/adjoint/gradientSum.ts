import type { Operations } from "../arrays/operations.ts";
import { handlesOf, spaceOf, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { BoundProgram } from "../program/bound.ts";
import type { Values } from "../program/definition.ts";
import { stepIndex } from "../program/parameters.ts";
import type { Beyond } from "../solve/batch.ts";

/** Cotangents by the names of parameters, one or one for each step; null where nothing depends on it. */
export type ParameterGradients = ReadonlyMap<string, readonly (Value | null)[]>;

/**
 * Takes gradients of single values of `per step` parameters while those of earlier steps are still to come: what was
 * just computed is still in cache, and need not be kept. Called inside scopes whose results keep `handles()`.
 */
export interface GradientSink {
  /** whether the gradient of a parameter in a step is taken; if not, it stays in the sum */
  wants(name: string, index: number): boolean;
  take(name: string, index: number, gradient: Value): void;
  /** the handles of what was made of the gradients, which are not the sum's */
  handles(): readonly Handle[];
}

/**
 * Sums cotangents of known names over the parts of a program: shared parameters over all steps, `per step` ones apart.
 * Methods are called inside scopes whose results keep `handles()`.
 */
export class GradientSum {
  private readonly operations: Operations;
  private readonly program: BoundProgram;
  private readonly beyond: Beyond;
  private readonly stepped: ReadonlyMap<string, (Value | null)[]>;
  private readonly shared = new Map<string, Value>();
  private readonly sink: GradientSink | null;
  /** whether the cotangents of inputs are wanted */
  readonly byInputs: boolean;

  constructor(
    program: BoundProgram,
    beyond: Beyond,
    {
      sink = null,
      byInputs = true,
    }: { readonly sink?: GradientSink | null; readonly byInputs?: boolean } = {},
  ) {
    this.sink = sink;
    this.byInputs = byInputs;
    this.operations = program.operations;
    this.program = program;
    this.beyond = beyond;
    const perStep = program.definition.parameters.filter((declaration) => declaration.perStep);
    this.stepped = new Map(
      perStep.map(({ name }) => [name, (program.parameters.get(name) ?? []).map(() => null)]),
    );
  }

  /** Adds the cotangents that step `step`, or a part outside the steps, gives to names; those of givens are left out. */
  add(cotangents: Values, step = 0): void {
    for (const [name, cotangent] of Object.entries(cotangents)) {
      if (name in this.program.known) continue;
      const slots = this.stepped.get(name);
      if (slots === undefined) {
        this.shared.set(name, this.plus(this.shared.get(name) ?? null, this.summed(name, cotangent)));
        continue;
      }
      const index = stepIndex(slots.length, step, this.beyond);
      slots[index] = this.plus(slots[index] ?? null, this.summed(name, cotangent));
    }
  }

  /**
   * Hands on the gradients of the values of step `step`, to which no earlier step adds: a value past the last one is
   * that of an earlier step.
   */
  complete(step: number): void {
    const { sink } = this;
    if (sink === null) return;
    for (const [name, slots] of this.stepped) {
      const gradient = slots[step];
      if (gradient == null || !sink.wants(name, step)) continue;
      slots[step] = null;
      sink.take(name, step, gradient);
    }
  }

  /** The cotangent of a name so far, as zeros where nothing depends on it. */
  of(name: string, value: Value): Value {
    return this.shared.get(name) ?? this.operations.fill(0, spaceOf(value));
  }

  /** The handles of all sums, and of what a sink has made of some. */
  handles(): readonly Handle[] {
    return [...this.own(), ...(this.sink?.handles() ?? [])];
  }

  /** The handles of all sums. */
  own(): readonly Handle[] {
    const stepped = [...this.stepped.values()]
      .flat()
      .flatMap((value) => (value === null ? [] : handlesOf(value)));
    return [...stepped, ...[...this.shared.values()].flatMap(handlesOf)];
  }

  /** The gradients of the parameters. */
  parameters(): ParameterGradients {
    return new Map(
      this.program.definition.parameters.map(({ name }) => [
        name,
        this.stepped.get(name) ?? [this.shared.get(name) ?? null],
      ]),
    );
  }

  /** The cotangents of the inputs that are values. */
  inputs(): Values {
    return Object.fromEntries(
      this.program.definition.inputs.flatMap(({ name }) => {
        const cotangent = this.shared.get(name);
        return cotangent === undefined ? [] : [[name, cotangent]];
      }),
    );
  }

  /** Parameters are shared by the samples: a cotangent for each sample is summed. */
  private summed(name: string, cotangent: Value): Value {
    return this.program.parameters.has(name) && hasSamples(cotangent)
      ? this.operations.sumSamples(cotangent)
      : cotangent;
  }

  private plus(sum: Value | null, more: Value): Value {
    return sum === null ? more : this.operations.map("a + b", { a: sum, b: more });
  }
}

function hasSamples(value: Value): boolean {
  return value.kind === "array" ? value.batch !== null : value.parts.some(hasSamples);
}
