import type { CheckedRequirement } from "../../check/context.ts";
import type { CheckedProgram } from "../../check/program.ts";
import type { Instance } from "../../check/programs/instance.ts";
import type { IrFunction, Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { IrParameter } from "../../ir/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";

/** The weights of a program that is called. */
export interface TrainedWeights {
  /** as parameters of the caller, which no optimiser moves */
  readonly parameters: readonly IrParameter[];
  /** as the program itself declares them */
  readonly declared: readonly IrParameter[];
}

/** What the calls of programs add to the program that calls: functions of networks, and weights that stand still. */
export class CalledPrograms {
  /** where what depends on givens alone is computed */
  readonly constants: IrBuilder;
  readonly #names: Set<string>;
  readonly #functions = new Map<string, { readonly instance: Instance; readonly called: IrFunction }[]>();
  readonly #instances = new Set<Instance>();
  readonly #weights = new Map<string, { readonly instance: Instance; readonly weights: TrainedWeights }>();

  constructor(constants: IrBuilder, program: CheckedProgram) {
    this.constants = constants;
    this.#names = new Set(program.learnables.map((learn) => symbolOf(learn.declaration).name));
  }

  /** What called programs ask of the sizes of this one. */
  get requirements(): readonly CheckedRequirement[] {
    return [...this.#instances].flatMap(({ program }) => program.requirements);
  }

  /** Notes that an instance is called. */
  note(instance: Instance): void {
    this.#instances.add(instance);
  }

  /** The weights of the programs that are called as they were trained, in the order of their first use. */
  get weights(): readonly IrParameter[] {
    return [...this.#weights.values()].flatMap(({ weights }) => weights.parameters);
  }

  /** The weights of an instance as they were trained; null where the program already has them in other spaces. */
  trained(instance: Instance, make: () => TrainedWeights): readonly Variable[] | null {
    const { name } = instance.program.tree.name;
    const known = this.#weights.get(name) ?? { instance, weights: make() };
    this.#weights.set(name, known);
    return known.instance === instance ? known.weights.parameters.map(({ variable }) => variable) : null;
  }

  /** The parameters of an instance as it declares them itself, once its trained weights are known. */
  weightsOf({ program }: Instance): readonly IrParameter[] {
    return this.#weights.get(program.tree.name.name)?.weights.declared ?? [];
  }

  /** The function of a network of an instance, made at its first use under a name that no other has. */
  network(instance: Instance, wanted: string, make: (name: string) => IrFunction): IrFunction {
    const known = this.#functions.get(wanted) ?? [];
    const found = known.find((each) => each.instance === instance);
    if (found !== undefined) return found.called;
    let name = wanted;
    for (let count = 2; this.#names.has(name); count += 1) name = `${wanted}_${count}`;
    this.#names.add(name);
    const called = make(name);
    this.#functions.set(wanted, [...known, { instance, called }]);
    return called;
  }
}
