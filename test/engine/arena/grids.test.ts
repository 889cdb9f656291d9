import { afterAll, describe, expect, it } from "vitest";
import { parse } from "../../../runtime/arrays/parse.ts";
import { differencesOf } from "../../../runtime/engine/arena/operations/differences.ts";
import { elementwiseOf } from "../../../runtime/engine/arena/operations/elementwise.ts";
import { fillOf } from "../../../runtime/engine/arena/operations/fill.ts";
import { createMachine, type Machine } from "../../../runtime/engine/arena/machine.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { waveletOf } from "../../../runtime/engine/arena/operations/wavelet.ts";
import { differenced } from "../../../runtime/engine/differences.ts";
import { gridsAgreeWithReference } from "../grids.ts";

describe("wavelets and differences on the arena agree with their definitions", () => {
  const store = createStore(createMachine("wasm"));
  const runs: string[] = [];
  const counting = {
    ...store,
    machine: {
      ...store.machine,
      run: (...given: Parameters<Machine["run"]>) => {
        const [kernel] = given;
        runs.push(typeof kernel === "string" ? kernel : kernel.name);
        store.machine.run(...given);
      },
    },
  };
  const parts = [fillOf(store), waveletOf(store), differencesOf(store), elementwiseOf(counting)] as const;
  const [filling, transforming, differing, computing] = parts;
  const engine = { ...store, ...filling, ...transforming, ...differing, ...computing };
  gridsAgreeWithReference(() => engine);

  it.each([
    ["x + d", [9, 5], [1], ["elementwise"]],
    ["x + d", [9, 5], [0, 1], ["elementwise"]],
    ["x + d", [4, 9, 5], [1, 2], ["elementwise"]],
    ["x + d", [4, 9, 5], [0, 1, 2], ["differences", "elementwise"]],
  ] as const)("%s of differences of [%s] along [%s] runs %s", (text, shape, axes, wanted) => {
    for (const adjoint of [false, true]) {
      const options = { axes, at: shape.length, boundary: "neumann", adjoint } as const;
      const of = engine.fill(1, adjoint ? [...shape, axes.length] : shape);
      const x = engine.fill(2, adjoint ? shape : [...shape, axes.length]);
      runs.length = 0;
      engine.dispose([engine.elementwise(parse(text), { x, d: differenced(of, options) }), of, x]);
      expect(runs).toEqual(wanted);
    }
  });
  afterAll(() => {
    expect(store.memory(), "nothing leaks").toEqual({ arrays: 0, bytes: 0 });
  });
});
