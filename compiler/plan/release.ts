import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Handle } from "../../runtime/engine/engine.ts";

/** Arrays that several values stand on, or something that is no value: the scope around frees them, nobody else. */
export type Shared = Set<Handle>;

/**
 * Notes which arrays a call's result shares with what it read, or holds twice. Of a result that is more than values
 * (an operator, the trace of a loop) nobody knows what it stands on: all that it read is shared.
 */
export function noteShared(shared: Shared, read: readonly unknown[], found: unknown): void {
  const made: Handle[] = [];
  const isPlain = collect(found, made);
  const given: Handle[] = [];
  read.forEach((each) => collect(each, given));
  if (!isPlain) {
    given.forEach((handle) => shared.add(handle));
    made.forEach((handle) => shared.add(handle));
    return;
  }
  made.forEach((handle, at) => {
    if (given.includes(handle) || made.indexOf(handle) !== at) shared.add(handle);
  });
}

/** Frees the arrays of what is not read any more, but shared ones. */
export function release({ engine }: Operations, shared: Shared, ended: readonly unknown[]): void {
  const handles: Handle[] = [];
  ended.forEach((each) => collect(each, handles));
  const own = handles.filter((handle) => !shared.has(handle));
  if (own.length > 0) engine.dispose(own);
}

/** Collects the handles of values, also in lists and records; whether there was nothing else. */
function collect(found: unknown, into: Handle[]): boolean {
  if (typeof found !== "object" || found === null) return true;
  if (Array.isArray(found)) return found.map((each: unknown) => collect(each, into)).every(Boolean);
  if ("kind" in found) {
    if (found.kind === "array" && "handle" in found && isHandle(found.handle)) {
      into.push(found.handle);
      return true;
    }
    if (found.kind === "product" && "parts" in found) return collect(found.parts, into);
    if ("handles" in found && Array.isArray(found.handles)) into.push(...found.handles.filter(isHandle));
    return false;
  }
  return Object.values(found)
    .map((each: unknown) => collect(each, into))
    .every(Boolean);
}

function isHandle(found: unknown): found is Handle {
  return typeof found === "object" && found !== null && "shape" in found;
}
