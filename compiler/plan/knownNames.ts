import type { Variable } from "../ir/block.ts";
import type { IrProgram } from "../ir/program.ts";
import { definedBy } from "../ir/variables.ts";
import { uniqueIdentifier } from "./names.ts";
import type { NamedVariable } from "./plan.ts";

/**
 * The names under which functions know variables of the declarations and of earlier sections. Values of `constants`
 * and `prepare` get a name when they are first asked for: what nobody asks for is not computed. One that is called as
 * a state is where that starts, and becomes `x_0`.
 */
export class KnownNames {
  private readonly names: Map<Variable, string>;
  private readonly declared: ReadonlySet<Variable>;
  private readonly states: ReadonlySet<string>;
  private readonly taken: Set<string>;
  private readonly computed: { readonly [S in "constants" | "prepare"]: readonly Variable[] };

  constructor(program: IrProgram) {
    this.names = new Map([
      ...[...program.givens, ...program.inputs].map((data) => [data.variable, data.variable.name] as const),
      ...program.parameters.map((parameter) => [parameter.variable, parameter.name] as const),
      ...program.draws.map(({ variable }) => [variable, variable.name] as const),
      ...(program.counter === null ? [] : [[program.counter, program.counter.name] as const]),
    ]);
    this.declared = new Set(this.names.keys());
    const others = [...program.sizes, ...program.spaces].map((declared) => declared.name);
    this.states = new Set(program.states.map((state) => state.name));
    this.taken = new Set([...this.names.values(), ...others, ...this.states]);
    this.computed = { constants: definedBy(program.constants), prepare: definedBy(program.prepare) };
  }

  /** Whether a variable is a given, an input, a parameter or the counter. */
  isDeclared(variable: Variable): boolean {
    return this.declared.has(variable);
  }

  /** The name of a known variable. A variable of another section is a fault of the compiler. */
  readonly nameOf = (variable: Variable): string => {
    const name = this.names.get(variable);
    if (name !== undefined) return name;
    if (!this.computed.constants.includes(variable) && !this.computed.prepare.includes(variable)) {
      throw new Error(`${variable.name} is read where it is not known`);
    }
    const hint = this.states.has(variable.name) ? `${variable.name}_0` : variable.name;
    const fresh = uniqueIdentifier(hint, (candidate) => this.taken.has(candidate));
    this.taken.add(fresh);
    this.names.set(variable, fresh);
    return fresh;
  };

  /** The values of a section that were asked for, in the order in which they are computed. */
  read(section: "constants" | "prepare"): readonly NamedVariable[] {
    return this.computed[section].flatMap((variable) => {
      const name = this.names.get(variable);
      return name === undefined ? [] : [{ name, variable }];
    });
  }
}
