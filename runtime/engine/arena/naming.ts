import { EngineError, type Handle } from "../engine.ts";
import { ALLOCATE } from "./memory.ts";

/** Operations whose errors for lack of memory name them and the shapes of what they are given. */
export function namingOperations<T extends object>(operations: T): T {
  const named = { ...operations };
  for (const name of Object.keys(operations)) {
    const operation: unknown = Reflect.get(operations, name);
    if (typeof operation === "function") Reflect.set(named, name, naming(name, operation));
  }
  return named;
}

function naming(name: string, operation: CallableFunction): (...given: readonly unknown[]) => unknown {
  return (...given) => {
    try {
      return Reflect.apply(operation, undefined, given);
    } catch (error) {
      const isUnnamed = error instanceof EngineError && error.operation === ALLOCATE;
      throw isUnnamed ? lacking(error, name, given) : error;
    }
  };
}

/** The error of an operation that found no room for an array, or for what it needs on the way. */
function lacking(
  { engine, shapes, reason }: EngineError,
  name: string,
  given: readonly unknown[],
): EngineError {
  const taken = given.flatMap(handlesIn).map(({ shape }) => shape);
  const [wanted] = shapes;
  const into = wanted === undefined ? "" : `into [${wanted.join(", ")}], `;
  return new EngineError(engine, name, taken, `${into}${reason}`);
}

function handlesIn(given: unknown): readonly Handle[] {
  if (isHandle(given)) return [given];
  return typeof given === "object" && given !== null ? Object.values(given).filter(isHandle) : [];
}

function isHandle(given: unknown): given is Handle {
  return typeof given === "object" && given !== null && "shape" in given && Array.isArray(given.shape);
}
