import type { IrFunction } from "./block.ts";

/** The functions of a module while it is built. Names are unique; a function is added once. */
export class Functions {
  readonly #byName = new Map<string, IrFunction>();

  constructor(initial: readonly IrFunction[] = []) {
    for (const each of initial) this.add(each);
  }

  get(name: string): IrFunction | null {
    return this.#byName.get(name) ?? null;
  }

  /** Adds a function. That another one has its name is a fault of the compiler. */
  add(added: IrFunction): void {
    if (this.#byName.has(added.name)) throw new Error(`a second function ${added.name}`);
    this.#byName.set(added.name, added);
  }

  /** All functions in the order in which they were added. */
  all(): readonly IrFunction[] {
    return [...this.#byName.values()];
  }
}
