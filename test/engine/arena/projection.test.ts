import { afterAll, describe, expect } from "vitest";
import { fillOf } from "../../../runtime/engine/arena/operations/fill.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { projectionOf } from "../../../runtime/engine/arena/operations/projection.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { projectionsAgreeWithReference } from "../projections.ts";

describe("X-ray transforms on the arena agree with their definition", () => {
  const store = createStore(createMachine("wasm"));
  const engine = { ...store, ...fillOf(store), ...projectionOf(store) };
  projectionsAgreeWithReference(() => engine);
  afterAll(() => {
    expect(store.memory(), "nothing leaks").toEqual({ arrays: 0, bytes: 0 });
  });
});
