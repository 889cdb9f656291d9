import type { Variable } from "../ir/block.ts";

/** What the variables of a kernel are called in its expressions: by their own names, numbered where another has one. */
export class KernelNames {
  readonly #names = new Map<Variable, string>();

  /** The name of a variable, which it has from now on. */
  of(variable: Variable): string {
    const known = this.#names.get(variable);
    if (known !== undefined) return known;
    const taken = new Set(this.#names.values());
    let name = variable.name;
    for (let count = 2; taken.has(name); count += 1) name = `${variable.name}_${count}`;
    this.#names.set(variable, name);
    return name;
  }

  /** Takes the name that a variable has already; nothing where there is none. */
  take(variable: Variable | undefined, name: string): void {
    if (variable !== undefined) this.#names.set(variable, name);
  }

  has(variable: Variable): boolean {
    return this.#names.has(variable);
  }

  /** The variables that have a name, in the order in which they got it. */
  get variables(): readonly Variable[] {
    return [...this.#names.keys()];
  }
}
