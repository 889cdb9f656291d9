import { afterAll, describe, expect } from "vitest";
import { differencesOf } from "../../../runtime/engine/arena/differences.ts";
import { fillOf } from "../../../runtime/engine/arena/fill.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { waveletOf } from "../../../runtime/engine/arena/wavelet.ts";
import { gridsAgreeWithReference } from "../grids.ts";

describe("wavelets and differences on the arena agree with their definitions", () => {
  const store = createStore(createMachine("wasm"));
  const engine = { ...store, ...fillOf(store), ...waveletOf(store), ...differencesOf(store) };
  gridsAgreeWithReference(() => engine);
  afterAll(() => {
    expect(store.memory(), "nothing leaks").toEqual({ arrays: 0, bytes: 0 });
  });
});
