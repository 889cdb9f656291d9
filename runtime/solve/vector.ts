import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import type { Values } from "../program/definition.ts";

/** Some states as one vector of the product space; a single one as itself. */
export function pack(operations: Operations, names: readonly string[], values: Values): Value {
  const parts = names.map((name) => named(values, name));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : operations.product(parts);
}

/** The states that a packed vector holds. */
export function unpack(operations: Operations, names: readonly string[], vector: Value): Values {
  if (names.length === 1) return { [names[0] ?? ""]: vector };
  return Object.fromEntries(names.map((name, index) => [name, operations.part(vector, index)]));
}

/** A value that must be there. */
export function named(values: Values, name: string): Value {
  const value = values[name];
  if (value === undefined) throw new TypeError(`The program gives no value of \`${name}\`.`);
  return value;
}

/** All handles of named values. */
export function handlesOfValues(values: Values): readonly Handle[] {
  return Object.values(values).flatMap(handlesOf);
}

/** Sample by sample `chosen` where the mask is not 0, else `other`. */
export function select(operations: Operations, mask: ArrayValue, chosen: Value, other: Value): Value {
  return operations.map("select(mask, a, b)", { mask, a: chosen, b: other });
}

/** The same for named values. */
export function selectValues(
  operations: Operations,
  mask: ArrayValue,
  chosen: Values,
  other: Values,
): Values {
  return Object.fromEntries(
    Object.entries(chosen).map(([name, value]) => {
      const kept = other[name];
      return [name, kept === undefined || kept === value ? value : select(operations, mask, value, kept)];
    }),
  );
}

/**
 * Handles that live from scope to scope. `hold` frees those of before that are not held any more; handles that are
 * `foreign` (data, parameters) are never freed.
 */
export class Holder {
  private readonly engine: Engine;
  private readonly foreign: ReadonlySet<Handle>;
  private held: ReadonlySet<Handle> = new Set();

  constructor(engine: Engine, foreign: Iterable<Handle>) {
    this.engine = engine;
    this.foreign = new Set(foreign);
  }

  /** Holds these handles, and no others. */
  hold(handles: readonly Handle[]): void {
    const next = new Set(handles.filter((handle) => !this.foreign.has(handle)));
    this.engine.dispose([...this.held].filter((handle) => !next.has(handle)));
    this.held = next;
  }

  /** Frees all that is held but `kept`, which the caller owns from now on: the handles of it that are not foreign. */
  release(kept: readonly Handle[] = []): readonly Handle[] {
    const survivors = new Set(kept);
    this.engine.dispose([...this.held].filter((handle) => !survivors.has(handle)));
    const owned = [...survivors].filter((handle) => !this.foreign.has(handle));
    this.held = new Set();
    return owned;
  }
}
