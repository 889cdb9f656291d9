import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  ELEMENTWISE,
  type ElementwiseExpression,
  type ElementwiseFunction,
} from "../../runtime/arrays/expression.ts";
import { split } from "../../runtime/arrays/complex.ts";
import { parse, parseAll } from "../../runtime/arrays/parse.ts";
import { differenced } from "../../runtime/engine/differences.ts";
import { deviations } from "../../runtime/engine/agreement.ts";
import { type Engine, EngineError, type Handle } from "../../runtime/engine/engine.ts";
import { nodeHost, SOFTWARE_VARIABLE } from "../../runtime/engine/node/webgpu.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { engine as engineOf } from "../../runtime/engine/select.ts";
import { openDevice } from "../../runtime/engine/webgpu/device.ts";
import type { Kernel } from "../../runtime/engine/webgpu/kernel.ts";
import { sparseRows } from "../../runtime/engine/sparseRows.ts";
import { elementwiseOf } from "../../runtime/engine/webgpu/elementwise.ts";
import { endingsOf } from "../../runtime/engine/webgpu/endings.ts";
import { createStore, type Store } from "../../runtime/engine/webgpu/store.ts";
import { webgpuEngine } from "../../runtime/engine/webgpu.ts";
import { type HostArray, realArray } from "../../runtime/io/hostArray.ts";
import { readNpy, writeNpy } from "../../runtime/io/npy.ts";
import { readSafetensors } from "../../runtime/io/safetensors.ts";
import { file, fine, PROGRAMS, temporaryFolder } from "../cli/support.ts";
import { agreesWithReference } from "./agreement.ts";
import { endingsAgree } from "./endings.ts";
import { gridsAgreeWithReference } from "./grids.ts";
import { projectionsAgreeWithReference } from "./projections.ts";
import { refusesWhatDoesNotFit } from "./refusals.ts";
import { deviation, onBoth, scattered } from "./support.ts";
import { updatesAsDefined } from "./updates.ts";

/** The host, with an adapter in software if there is no other. */
const hostOf = async () => ({ ...(await nodeHost()), software: true });

const found: Engine | Error = await hostOf()
  .then(webgpuEngine)
  .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
const why = found instanceof Error ? ` (skipped: ${found.message})` : "";
const engine = (): Engine => {
  if (found instanceof Error) throw found;
  return found;
};

describe.skipIf(found instanceof Error)(`WebGPU agrees with the reference${why}`, () => {
  agreesWithReference(() => Promise.resolve(engine()));
  // each structure is compiled anew, which takes its time in software
  gridsAgreeWithReference(engine, 120);
  projectionsAgreeWithReference(engine);
  describe("results that are reduced in their kernel", () => {
    endingsAgree(engine, 15);
  });
  refusesWhatDoesNotFit(() => Promise.resolve(engine()));

  it("in updates, each in one pass", () => {
    updatesAsDefined(engine());
  });

  it("and with WebAssembly, as `ipc setup webgpu` demands", async () => {
    for (const { operation, deviation } of deviations(engine(), await engineOf({ name: "wasm" }))) {
      expect(deviation, operation).toBeLessThan(2e-5);
    }
  });

  const real = (Object.keys(ELEMENTWISE) as ElementwiseFunction[]).filter(
    (name) => !["complex", "imaginary", "pairNorm", "pow"].includes(name),
  );
  it.each(real)("%s of NaN, infinities and zeros is as defined", (name) => {
    const special = [NaN, Infinity, -Infinity, 0, 1, -2.5, 100, -100];
    const inputs = ["a", "b", "c"].slice(0, ELEMENTWISE[name].arguments);
    const expression: ElementwiseExpression = {
      kind: "apply",
      function: name,
      arguments: inputs.map((input) => ({ kind: "input", name: input })),
    };
    const arrays = inputs.map((_, axis) => ({
      shape: inputs.map((_, other) => (other === axis ? special.length : 1)),
      data: Float64Array.from(special),
    }));
    const [got, wanted] = onBoth([engine(), referenceEngine()], arrays, (on, ...handles) =>
      on.elementwise(expression, Object.fromEntries(handles.map((handle, at) => [inputs[at] ?? "", handle]))),
    );
    const scaled = (data: Float64Array): Float64Array =>
      data.map((x) => (Math.abs(x) > 1e38 ? x * Infinity : x));
    expect(
      deviation({ ...got, data: scaled(got.data) }, { ...wanted, data: scaled(wanted.data) }),
    ).toBeLessThan(1e-5);
  });

  it("patches, symmetrised gradients and sparse products pass on NaN and infinities to where they belong", async () => {
    const own = await engineOf({ name: "wasm" });
    const filled = (shape: readonly number[], seed: number) => {
      const { data } = scattered(shape, seed);
      [NaN, Infinity, -Infinity].forEach((value, at) => (data[11 + 17 * at] = value));
      return { shape, data };
    };
    const [field, matrices] = [
      [1, 7, 9, 2, 1],
      [1, 7, 9, 3, 1],
    ];
    const patches = [1, 2, 2, 1, 4, 5, 1];
    const bodies: readonly (readonly [readonly number[], (on: Engine, x: Handle) => Handle])[] = [
      [[1, 8, 10, 1, 1], (on, x) => on.patches(x, { size: 2, stride: 2, adjoint: false })],
      [patches, (on, x) => on.patches(x, { size: 2, stride: 2, adjoint: true })],
      ...(["neumann", "periodic", "zero"] as const).flatMap((boundary) => [
        [field ?? [], (on: Engine, x: Handle) => on.symmetrised(x, { boundary, adjoint: false })] as const,
        [matrices ?? [], (on: Engine, x: Handle) => on.symmetrised(x, { boundary, adjoint: true })] as const,
      ]),
      [
        [2, 9, 4],
        (on, x) =>
          on.scope(
            () =>
              on.sparseProduct(
                sparseRows(
                  on,
                  [3, 9],
                  [
                    { row: 0, column: 4, value: 2 },
                    { row: 2, column: 0, value: -1 },
                    { row: 2, column: 8, value: 3 },
                  ],
                ),
                x,
              ),
            (result) => [result],
          ),
      ],
      [
        [8, 9],
        (on, x) =>
          on.elementwisePairs(split(parse("conj(x) + 1"), new Map([["x", "complex"]])), {
            pairs: { x: on.reshape(x, [36, 2]) },
            reals: {},
          }),
      ],
    ];
    for (const [shape, body] of bodies) {
      const [got, wanted] = onBoth([engine(), own], [filled(shape, 3)], (on, x) => {
        if (x === undefined) throw new Error("an array");
        return on.scope(
          () => body(on, x),
          (result) => [result],
        );
      });
      expect(deviation(got, wanted), shape.join()).toBeLessThan(1e-5);
    }
  });

  it("expressions of more inputs than a kernel can name are computed in parts", () => {
    const names = Array.from({ length: 40 }, (_, index) => `x${index}`);
    const sum = names
      .map((name): ElementwiseExpression => ({ kind: "input", name }))
      .reduce((left, right) => ({ kind: "apply", function: "add", arguments: [left, right] }));
    const arrays = names.map((_, index) => ({
      shape: index % 3 === 0 ? [3, 1] : [2],
      data: Float64Array.from({ length: index % 3 === 0 ? 3 : 2 }, (_, at) => index + at),
    }));
    const [got, wanted] = onBoth([engine(), referenceEngine()], arrays, (on, ...handles) =>
      on.elementwise(sum, Object.fromEntries(handles.map((handle, at) => [`x${at}`, handle]))),
    );
    expect(got).toEqual(wanted);
  });
});

const SMALL = `program small[h, w] {
  input y : R[h, w]
  learn N : net R[h, w] -> R[h, w] = tiny(width = 4)
  output y - N(y)
}

net tiny[h, w, c, width = 4](u : R[h, w, c]) -> R[h, w, c] {
  return u |> conv(width) |> relu |> maxpool(2) |> shuffle(2) |> conv(c)
}
`;

const EXPERIMENT = `program = "small.ipx"
out     = "OUT"
target  = "direct"
seed    = 1
[data]
generate = "ellipses(16)"
measure  = "x"
noise    = { sigma = 0.1 }
train    = { count = 8 }
validate = { count = 4, seed = 2 }
[train]
loss      = "norm2sq(output - target)"
optimiser = { name = "adam", rate = 1e-2 }
batch     = 4
steps     = 6
`;

describe.skipIf(found instanceof Error)(`programs on WebGPU${why}`, () => {
  const folder = temporaryFolder();
  const size = async (name: string, program: string, ...options: readonly string[]): Promise<number> => {
    const y = join(folder, "y.npy");
    writeFileSync(y, writeNpy(realArray([2, 12], scattered([2, 12], 5).data)));
    const bound = ["--bind", "A=gaussian(12, 24, seed = 1)", "--bind", "lambda=0.1", "--input", `y=${y}`];
    const out = join(folder, `${name}.npy`);
    const run = ["run", join(PROGRAMS, program), "--engine", name, "--batch", "--output", `x=${out}`];
    await fine(...run, ...options, ...bound);
    return Float64Array.from(readNpy(readFileSync(out)).data).reduce((sum, x) => sum + Math.abs(x), 0);
  };

  it.each([
    ["ista.ipx", "--max", "60"],
    ["fista.ipx", "--max", "60"],
    ["lista.ipx", "--steps", "4"],
  ])("%s gives what it gives on WebAssembly", async (program, ...options) => {
    process.env[SOFTWARE_VARIABLE] = "1";
    const [got, wanted] = [
      await size("webgpu", program, ...options),
      await size("wasm", program, ...options),
    ];
    expect(Math.abs(got - wanted)).toBeLessThan(1e-4 * wanted);
  });

  it("a small network is trained to the weights that it gets on WebAssembly", async () => {
    process.env[SOFTWARE_VARIABLE] = "1";
    file(folder, "small.ipx", SMALL);
    const weights = async (name: string): Promise<ReadonlyMap<string, HostArray>> => {
      const text = EXPERIMENT.replace("OUT", name);
      await fine("train", file(folder, `${name}.toml`, text), "--engine", name);
      return readSafetensors(readFileSync(join(folder, name, "weights.safetensors"))).tensors;
    };
    const [got, wanted] = [await weights("webgpu"), await weights("wasm")];
    expect(wanted.size).toBeGreaterThan(2);
    for (const [name, array] of wanted) {
      const data = Float64Array.from(array.data);
      const found = Float64Array.from(got.get(name)?.data ?? []);
      expect(deviation({ shape: array.shape, data: found }, { shape: array.shape, data }), name).toBeLessThan(
        1e-4,
      );
    }
  });
});

describe.skipIf(found instanceof Error)(`a device of WebGPU${why}`, () => {
  it("in software is refused where it was not asked for", async () => {
    const host = await nodeHost();
    const adapter = await host.gpu.requestAdapter();
    const opened = await openDevice({ ...host, software: false }).catch((error: unknown) => error);
    if (adapter?.info.isFallbackAdapter !== true) expect(opened).not.toBeInstanceOf(EngineError);
    else expect(String(opened)).toMatch(/webgpu: start: there is no graphics adapter but .*, in software/u);
  });

  it("throws what it finds wrong by the operation's name and sizes, and goes on", async () => {
    const store = createStore(await openDevice(await hostOf()));
    const x = store.upload(Float32Array.of(1, 2, 3), [3]);
    const kernel: Kernel = {
      form: "entries",
      reads: ["f32"],
      writes: 1,
      numbers: [],
      body: "r0[i] = a0[i];",
    };
    const broken = { ...kernel, body: "r0[i] = b0[i];" };
    const call = (each: Kernel) => () =>
      store.compute({ operation: "twice", kernel: each, inputs: [x] }, [3]);
    expect(call(broken)).toThrow(EngineError);
    expect(call(broken)).toThrow(/webgpu: twice of \[3\]: .*unresolved value 'b0'/u);
    expect(call({ ...kernel, writes: 2 })).toThrow(/webgpu: twice of \[3\]: /u);
    const copy = call(kernel)();
    expect([...(await store.read(copy))]).toEqual([1, 2, 3]);
    expect([...(store.readNow(copy) ?? [])]).toEqual([1, 2, 3]);
  });

  it("says what is too large for it", () => {
    expect(() => engine().fill(1, [2 ** 20, 2 ** 20])).toThrow(
      /webgpu: fill of \[1048576, 1048576\]: \d+ bytes/u,
    );
  });

  it("reads differences and gives several results in one kernel", async () => {
    const store = createStore(await openDevice(await hostOf()));
    const calls: string[] = [];
    const counted: Store = {
      ...store,
      computeAll(work, shapes, count) {
        calls.push(`${work.operation}: ${shapes.length} of ${work.inputs.length}`);
        return store.computeAll(work, shapes, count);
      },
    };
    const on = elementwiseOf(counted);
    const x = store.upload(Float32Array.of(1, 4, 9, 16), [4]);
    const d = differenced(x, { axes: [0], at: 1, boundary: "periodic", adjoint: false });
    const u = store.upload(Float32Array.of(1, 2), [1, 2]);
    const [twice, sum] = on.elementwiseAll({ r: parse("2*d"), s: parse("r + u") }, { d, u });
    expect(calls).toEqual(["elementwise: 2 of 2"]);
    if (twice === undefined || sum === undefined) throw new Error("two results");
    expect([...(await store.read(twice))]).toEqual([6, 6, 10, 10, 14, 14, -30, -30]);
    expect([...(await store.read(sum))]).toEqual([7, 8, 11, 12, 15, 16, -29, -28]);
  });

  it("reduces results in the kernel that computes them, and joins their parts in further ones", async () => {
    const store = createStore(await openDevice(await hostOf()));
    const calls: string[] = [];
    const counted: Store = {
      ...store,
      computeAll(work, shapes, count) {
        calls.push(`${work.operation}: ${shapes.length} of ${work.inputs.length}`);
        return store.computeAll(work, shapes, count);
      },
    };
    const fused = endingsOf(counted, engine());
    const x = store.upload(scattered([3, 20_000], 1).data, [3, 20_000]);
    const d = differenced(x, { axes: [1], at: 2, boundary: "neumann", adjoint: false });
    const texts = parseAll({ r: "2*x", s: "r*x", t: "abs(x)" });
    const endings = { s: { by: "sum", axes: [1] }, t: { by: "max", axes: [1] } } as const;
    expect(fused.elementwiseReduced(texts, endings, { x }).map(({ shape }) => shape)).toEqual([
      ...[[3, 20_000], [3], [3]],
    ]);
    expect(calls).toEqual([
      "elementwiseReduced: 3 of 1",
      "elementwiseReduced: 1 of 1",
      "elementwiseReduced: 1 of 1",
    ]);
    const [differences] = fused.elementwiseReduced(
      parseAll({ s: "d*d" }),
      { s: { by: "sum", axes: [1, 2] } },
      { d },
    );
    const [apart] = engine().elementwiseReduced(
      parseAll({ s: "d*d" }),
      { s: { by: "sum", axes: [1, 2] } },
      {
        d: engine().differences(engine().upload(scattered([3, 20_000], 1).data, [3, 20_000]), d.options),
      },
    );
    if (differences === undefined || apart === undefined) throw new Error("a sum");
    const [got, wanted] = [store.readNow(differences) ?? [], engine().readNow(apart) ?? []];
    got.forEach((value, at) => expect(value / (wanted[at] ?? NaN)).toBeCloseTo(1, 5));
  });

  it("that nobody holds is collected, and leaves the process and others alone", async () => {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    if (typeof collect !== "function") throw new TypeError("no function that collects");
    const dropped = async (): Promise<void> => {
      const store = createStore(await openDevice(await hostOf()));
      expect(store.readNow(store.upload(Float32Array.of(1, 2), [2]))?.[1]).toBe(2);
    };
    for (let round = 0; round < 3; round++) {
      await dropped();
      collect();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(engine().readNow(engine().fill(round, [3]))?.[2]).toBe(round);
    }
  });

  it("that is lost says so, with the operation and its sizes", async () => {
    const device = await openDevice(await hostOf());
    const store = createStore(device);
    const x = store.upload(Float32Array.of(1), [1]);
    const on = elementwiseOf(store);
    device.own.destroy();
    await device.own.lost;
    expect(() => on.elementwise(parse("x + y"), { x, y: x })).toThrow(
      /webgpu: elementwise of \[1\]( and \[1\])*: the device was lost: /u,
    );
    expect(() => store.readNow(x)).toThrow(/webgpu: read .*the device was lost/u);
    await expect(store.read(x)).rejects.toThrow(EngineError);
  });

  it("on a host that cannot wait is read later only", async () => {
    const host = await hostOf();
    const store = createStore(await openDevice({ ...host, wait: () => null }));
    const x = store.upload(Float32Array.of(4, 5), [2]);
    expect(store.readNow(x)).toBeNull();
    expect([...(await store.read(x))]).toEqual([4, 5]);
  });

  it("makes no more buffers in a loop than in its first round", () => {
    const on = engine();
    const before = on.memory();
    for (let round = 0; round < 3000; round++) {
      on.scope(
        () => on.reduce("sum", on.matmul(on.fill(round, [7, 5]), on.fill(1, [5, 3])), [0]),
        () => [],
      );
    }
    expect(on.memory()).toEqual(before);
  });
});
