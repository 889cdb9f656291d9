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
 * Sums cotangents of known names over the parts of a program: shared parameters over all steps, `per step` ones apart.
 * Methods are called inside scopes whose results keep `handles()`.
 */
export class GradientSum {
  private readonly operations: Operations;
  private readonly program: BoundProgram;
  private readonly beyond: Beyond;
  private readonly stepped: ReadonlyMap<string, (Value | null)[]>;
  private readonly shared = new Map<string, Value>();

  constructor(program: BoundProgram, beyond: Beyond) {
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

  /** The cotangent of a name so far, as zeros where nothing depends on it. */
  of(name: string, value: Value): Value {
    return this.shared.get(name) ?? this.operations.fill(0, spaceOf(value));
  }

  /** The handles of all sums. */
  handles(): readonly Handle[] {
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
