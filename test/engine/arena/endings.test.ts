import { describe, expect, it } from "vitest";
import { parseAll } from "../../../runtime/arrays/parse.ts";
import { differenced } from "../../../runtime/engine/differences.ts";
import { differencesOf } from "../../../runtime/engine/arena/operations/differences.ts";
import { elementwiseOf } from "../../../runtime/engine/arena/operations/elementwise.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { createStore, type Store } from "../../../runtime/engine/arena/store.ts";
import type { Handle } from "../../../runtime/engine/engine.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";
import { computed, type Computing, endingsAgree, type Endings, endingsNear, SOFT } from "../endings.ts";
import { scattered } from "../support.ts";

const { engine: arena, store, runs } = engineOf(createStore(createMachine("wasm")));

/** An engine, and the kernels that it has run by name. */
function engineOf(made: Store): {
  readonly engine: Computing;
  readonly store: Store;
  readonly runs: string[];
} {
  const names: string[] = [];
  const run: Store["machine"]["run"] = (kernel, words, items, work) => {
    names.push(typeof kernel === "string" ? kernel : kernel.name);
    made.machine.run(kernel, words, items, work);
  };
  const counting = { ...made, machine: { ...made.machine, run } };
  return { engine: { ...counting, ...elementwiseOf(counting) }, store: made, runs: names };
}

describe("results that are reduced in their kernel", () => {
  endingsAgree(() => arena);

  it("are joined where they are made: a kernel, and one that joins its parts", () => {
    const x = scattered([64, 500], 1);
    const inputs = { x, y: scattered([1, 1], 2), z: scattered([64, 500], 3) };
    const ran = (texts: Readonly<Record<string, string>>, endings: Endings): readonly string[] => {
      runs.length = 0;
      endingsNear(arena, texts, endings, inputs);
      return [...runs];
    };
    const overRows = { s: { by: "sum", axes: [0] } } as const;
    const along = { s: { by: "sum", axes: [1] } } as const;
    expect(ran({ s: SOFT }, overRows)).toEqual(["elementwise"]);
    expect(ran({ s: SOFT }, along)).toEqual(["elementwise"]);
    expect(ran({ r: SOFT, s: "r*x", t: "r*z" }, { ...along, t: { by: "max", axes: [0] } })).toEqual([
      ...["elementwise", "reduce_rows"],
    ]);
    expect(ran({ s: SOFT }, { s: { by: "max", axes: [0, 1] } })).toEqual(["elementwise", "reduce_rows"]);
    expect(ran({ s: "pow(x, 2)" }, along)).toEqual(["elementwise"]);
  });

  it("round by no more than is said, and as much whatever the threads", () => {
    const x = scattered([1_000_003], 5);
    const endings = { s: { by: "sum", axes: [0] } } as const;
    const [got] = computed(arena, { s: "x + 0" }, endings, { x });
    const data = Float64Array.from(Float32Array.from(x.data));
    const exact = data.reduce((sum, each) => sum + each, 0);
    const absolute = data.reduce((sum, each) => sum + Math.abs(each), 0);
    expect(Math.abs((got?.data[0] ?? NaN) - exact)).toBeLessThan((4096 / 16 + 32) * 2 ** -24 * absolute);
    const threaded = createStore(
      createMachine("wasm", { threads: (memory) => createThreads("wasm", memory, 3) }),
    );
    const matrix = { x: scattered([301, 1003], 1), y: scattered([301, 1], 2), z: scattered([1003], 3) };
    const texts = { r: SOFT, s: "r*x", t: "r*z", u: "r*y" };
    const three: Endings = {
      s: { by: "sum", axes: [1] },
      t: { by: "sum", axes: [0] },
      u: { by: "sum", axes: [0, 1] },
    };
    expect(computed(engineOf(threaded).engine, texts, three, matrix)).toEqual(
      computed(arena, texts, three, matrix),
    );
  });

  it("of differences that the kernel reads", () => {
    const options = { axes: [1, 2], at: 3, boundary: "neumann", adjoint: false } as const;
    const x = scattered([2, 33, 41], 1);
    const p = scattered([2, 33, 41, 2], 2);
    const handle = store.upload(x.data, x.shape);
    const other = store.upload(p.data, p.shape);
    const within = differenced(handle, options);
    const apart = differencesOf(store).differences(handle, options);
    const reduced = (d: Handle): readonly (readonly number[])[] =>
      arena
        .elementwiseReduced(
          parseAll({ s: "d*p", t: "abs(d) + p" }),
          { s: { by: "sum", axes: [1, 2, 3] }, t: { by: "max", axes: [1, 2, 3] } },
          { d, p: other },
        )
        .map((result) => [...(store.readNow(result) ?? [])]);
    const [got, wanted] = [reduced(within), reduced(apart)];
    got.flat().forEach((value, at) => {
      expect(value).toBeCloseTo(wanted.flat()[at] ?? NaN, 3);
    });
  });
});
