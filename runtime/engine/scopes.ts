import type { Engine, Handle } from "./engine.ts";

/** The arrays that open scopes have made. */
export interface Scopes<A extends Handle> extends Pick<Engine, "scope"> {
  /** Notes an array that has been made: it belongs to the innermost open scope, if there is one. */
  note(array: A): void;
}

/** Scopes that free what was made in them by `dispose`, and hand what is kept to the scope around. */
export function createScopes<A extends Handle>(dispose: (arrays: readonly A[]) => void): Scopes<A> {
  const open: A[][] = [];
  return {
    note: (array) => {
      open.at(-1)?.push(array);
    },
    scope: (body, kept) => {
      open.push([]);
      let survivors: ReadonlySet<Handle> = new Set();
      try {
        const result = body();
        survivors = new Set(kept(result));
        return result;
      } finally {
        const made = open.pop() ?? [];
        dispose(made.filter((array) => !survivors.has(array)));
        open.at(-1)?.push(...made.filter((array) => survivors.has(array)));
      }
    },
  };
}
