import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";

const exact = { engine: { name: "reference" } } as const;
const numbers = (...shape: readonly number[]) =>
  realArray(
    shape,
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1 + 2 * i)),
  );

describe("index sets", () => {
  const pick = async (set: string, m = 6): Promise<readonly number[]> => {
    const text = `program pick[m] {\n  input y : R[m]\n  output y[${set}]\n}\n`;
    const program = await model(definitionFor(compiledText("pick", text), "direct"), {}, exact);
    const { output } = await program.run({
      y: realArray(
        [m],
        Float64Array.from({ length: m }, (_, i) => i),
      ),
    });
    return [...output.data];
  };

  test("interleaved and consecutive parts", async () => {
    expect(await pick("interleaved(m, parts = 3, part = 1)")).toEqual([1, 4]);
    expect(await pick("interleaved(m, parts = 2, part = 0)")).toEqual([0, 2, 4]);
    expect(await pick("consecutive(m, parts = 3, part = 1)")).toEqual([2, 3]);
    expect(await pick("consecutive(m, parts = 2, part = 1)", 8)).toEqual([4, 5, 6, 7]);
  });

  test("parts that do not divide the data are refused when these are bound", async () => {
    await expect(pick("interleaved(m, parts = 4, part = 1)", 10)).rejects.toThrow(
      /4 must divide m, which is 10/u,
    );
  });
});

test("indices of several axes are those of one axis after the other", async () => {
  const [m, n, c] = [4, 4, 2];
  const result = async (output: string): Promise<readonly number[]> => {
    const inputs = { x: numbers(m), y: numbers(m, n, c) };
    const read = /\bx\b/u.test(output) ? { x: inputs.x } : {};
    const both = /\by\b/u.test(output) ? { ...read, y: inputs.y } : read;
    const text = `program entries[m, n, c] {
  ${output.includes("A") ? "given A : linear R[m] -> R[m, n, c]" : ""}
  ${/\bx\b/u.test(output) ? "input x : R[m]" : ""}
  ${/\by\b/u.test(output) ? "input y : R[m, n, c]" : ""}
  output ${output}
}
`;
    const givens = output.includes("A") ? { A: numbers(m * n * c, m) } : {};
    const definition = definitionFor(compiledText("entries", text), "direct");
    const program = await model(definition, givens, { ...exact, sizes: { m, n, c } });
    return [...(await program.run(both)).output.data];
  };
  const y = numbers(m, n, c).data;
  const image = await result("A*x");
  const half = "consecutive(n, parts = 2, part = 0)";
  for (const [written, all] of [
    ["y", y],
    ["(A*x)", image],
  ] as const) {
    expect(await result(`${written}[2, 1]`)).toEqual([...all.slice(18, 20)]);
    expect(await result(`${written}[2, 1, 1]`)).toEqual([all[19]]);
    expect(await result(`${written}[1, ${half}]`)).toEqual([...all.slice(8, 12)]);
  }
  for (const [written, all] of [
    ["y", y],
    ["(A*x)", image],
  ] as const) {
    const at = (i: number, j: number, k: number): number => all[(i * n + j) * c + k] ?? NaN;
    const both = [0, 2].flatMap((i) => [0, 1].flatMap((j) => [0, 1].map((k) => at(i, j, k))));
    expect(await result(`${written}[interleaved(m, parts = 2, part = 0), ${half}]`)).toEqual(both);
    expect(await result(`${written}[interleaved(m, parts = 2, part = 0), 3, 1]`)).toEqual([
      at(0, 3, 1),
      at(2, 3, 1),
    ]);
    expect(await result(`${written}[1, ${half}, 1]`)).toEqual([at(1, 0, 1), at(1, 1, 1)]);
  }
  const several = "interleaved(m, parts = 2, part = 0), 3";
  const restricted = await result(`A[${several}]*x`);
  restricted.forEach((entry, i) => {
    expect(entry).toBeCloseTo(image[(i < c ? 3 : 2 * n + 3) * c + (i % c)] ?? NaN, 12);
  });
  expect(await result(`A[${several}]'*y[${several}]`)).toEqual(
    await result(`A[interleaved(m, parts = 2, part = 0)][0, 3]'*y[0, 3] + A[2, 3]'*y[2, 3]`),
  );
  const rows = await result("A[2, 1]*x");
  rows.forEach((entry, i) => expect(entry).toBeCloseTo(image[18 + i] ?? NaN, 12));
  expect(await result("A[2, 1]'*y[2, 1]")).toEqual(await result("A[2][1]'*y[2][1]"));
});

/** Rows of states and variables, at computed indices and at index sets, in a loop and in a branch. */
const TEXT = `
program sweep[n, m, c] {
  given A : linear R[n] -> R[2*m, c]
  input y : R[2*m, c]
  learn t : R in (0, 1) = 0.5
  state x : R[n] = 0
  state p : R[2*m, c] in [-5, 5] = 1
  step k {
    let i = mod(k, 2*m)
    var q = p
    q[i] <- clip(A[i]*x - y[i], -5, 5)
    q[interleaved(2*m, parts = 2, part = mod(k, 2))] <- 0
    p[mod(k + 1, 2*m)] <- 0
    if k > 0 { p[i] <- clip(t*q[i] + p[i], -5, 5) }
    x <- x - t*A[i]'*q[i] - 0.1*t*(A'*p)
  }
  output x
  unroll(5)
  converge(max = 5)
}
`;

describe("updates of rows", () => {
  const [N, M, C] = [3, 2, 2];
  const using = operations(referenceEngine());
  const A = numbers(2 * M * C, N);
  const y = numbers(2 * M, C);
  const compiled = compiledText("sweep", TEXT);

  /** The same by hand. */
  function expected(t: number): number[] {
    const row = (i: number, x: readonly number[]): number[] =>
      Array.from({ length: C }, (_, c) =>
        x.reduce((sum, each, j) => sum + each * (A.data[(i * C + c) * N + j] ?? 0), 0),
      );
    const back = (i: number, r: readonly number[], j: number): number =>
      r.reduce((sum, each, c) => sum + each * (A.data[(i * C + c) * N + j] ?? 0), 0);
    const clip = (v: number): number => Math.min(5, Math.max(-5, v));
    let x = new Array<number>(N).fill(0);
    const p = Array.from({ length: 2 * M }, () => new Array<number>(C).fill(1));
    for (let k = 0; k < 5; k++) {
      const i = k % (2 * M);
      const q = p.map((each) => [...each]);
      q[i] = row(i, x).map((each, c) => clip(each - (y.data[i * C + c] ?? 0)));
      for (let j = k % 2; j < 2 * M; j += 2) q[j] = new Array<number>(C).fill(0);
      p[(k + 1) % (2 * M)] = new Array<number>(C).fill(0);
      const own = q[i] ?? [];
      if (k > 0) p[i] = (p[i] ?? []).map((each, c) => clip(t * (own[c] ?? 0) + each));
      const before = x;
      x = before.map(
        (each, j) => each - t * back(i, own, j) - 0.1 * t * p.reduce((sum, r, l) => sum + back(l, r, j), 0),
      );
    }
    return x;
  }

  test("are those of the algorithm", async () => {
    for (const target of ["solver", "unrolled"] as const) {
      const program = await model(
        definitionFor(compiled, target),
        { A },
        { engine: using, sizes: { m: M, n: N, c: C } },
      );
      const { output } = await program.run({ y });
      expected(0.5).forEach((each, j) => expect(output.data[j]).toBeCloseTo(each, 12));
    }
  });

  test("have gradients", async () => {
    const program = await bind(definitionFor(compiled, "unrolled"), using, {
      givens: { A },
      sizes: { m: M, n: N, c: C },
    });
    const inputs = await perform(using, bindInputs(program, { y }));
    const found = await valueAndGradient(program, inputs, (ops, value) => ({
      value: ops.dot(value, value),
      cotangent: ops.map("2*v", { v: value }),
    }));
    const t = found.parameters.get("t")?.[0];
    if (t?.kind !== "array") throw new Error("no gradient");
    const loss = (at: number): number => expected(at).reduce((sum, each) => sum + each * each, 0);
    const slope = (loss(0.5 + 1e-6) - loss(0.5 - 1e-6)) / 2e-6;
    expect((using.engine.readNow(t.handle)?.[0] ?? 0) / slope).toBeCloseTo(1, 6);
  });
});

/** Entries of images, of rows, and columns of some rows, all from a step in which samples take different branches. */
const ENTRIES = `
program entries[m, n] {
  input y : R[m, n]
  input start : R in [0, 1]
  learn t : R in (0, 2) = 0.5
  state x : R[m, n] = 0
  step k {
    let i = mod(k, m)
    let J = interleaved(m, parts = 2, part = mod(k, 2))
    var z = y + t*x
    z[i, 1] <- t*start*y[i, 2]
    z[J, 0] <- t*z[J, 1] + start*y[J, 0]
    z[i, interleaved(n, parts = 2, part = 1)] <- t^2*y[1, interleaved(n, parts = 2, part = 0)]
    z[J, interleaved(n, parts = 2, part = mod(k + 1, 2))] <- 3*z[J, interleaved(n, parts = 2, part = 0)]
    x[0] <- z[i]
    if start > 0.5 { x <- x + z } else { x[J] <- z[J] }
  }
  output x
  unroll(3)
}
`;

describe("updates of several axes", () => {
  const [M, N] = [4, 4];
  const T = 0.5;
  const using = operations(referenceEngine());
  const compiled = compiledText("entries", ENTRIES);
  const samples = [0.3, 0.8].map((start, s) => ({
    start,
    y: Array.from({ length: M * N }, (_, i) => Math.sin(1 + 2 * i + 5 * s)),
  }));

  /** The same by hand. */
  function expected(t: number, { y, start }: (typeof samples)[number]): number[] {
    const at = (a: readonly number[], i: number, j: number): number => a[i * N + j] ?? NaN;
    let x = new Array<number>(M * N).fill(0);
    for (let k = 0; k < 3; k++) {
      const i = k % M;
      const J = [k % 2, (k % 2) + 2];
      const z = y.map((each, e) => each + t * (x[e] ?? 0));
      z[i * N + 1] = t * start * at(y, i, 2);
      for (const j of J) z[j * N] = t * at(z, j, 1) + start * at(y, j, 0);
      for (const l of [0, 1]) z[i * N + 2 * l + 1] = t * t * at(y, 1, 2 * l);
      const chosen = J.map((j) => [0, 2].map((l) => 3 * at(z, j, l)));
      J.forEach((j, a) => {
        [0, 1].forEach((b) => (z[j * N + 2 * b + ((k + 1) % 2)] = chosen[a]?.[b] ?? NaN));
      });
      for (let l = 0; l < N; l++) x[l] = at(z, i, l);
      if (start > 0.5) x = x.map((each, e) => each + (z[e] ?? 0));
      else for (const j of J) for (let l = 0; l < N; l++) x[j * N + l] = at(z, j, l);
    }
    return x;
  }

  const bound = async () => {
    const program = await bind(definitionFor(compiled, "unrolled"), using, {
      givens: {},
      sizes: { m: M, n: N },
    });
    const batch = {
      y: realArray([2, M, N], Float64Array.from(samples.flatMap(({ y }) => y))),
      start: realArray([2], Float64Array.from(samples.map(({ start }) => start))),
    };
    const inputs = await perform(using, bindInputs(program, batch));
    return valueAndGradient(program, inputs, (ops, value) => ({
      value: ops.dot(value, value),
      cotangent: ops.map("2*v", { v: value }),
    }));
  };

  test("are those of the algorithm in each sample, and have gradients", async () => {
    const found = await bound();
    const t = found.parameters.get("t")?.[0];
    if (t?.kind !== "array") throw new Error("no gradient");
    const loss = (at: number): number =>
      samples.flatMap((sample) => expected(at, sample)).reduce((sum, each) => sum + each * each, 0);
    expect(found.value).toBeCloseTo(loss(T) / 2, 10);
    const slope = (loss(T + 1e-6) - loss(T - 1e-6)) / 4e-6;
    expect((using.engine.readNow(t.handle)?.[0] ?? 0) / slope).toBeCloseTo(1, 6);
  });
});

/** Rows of a weighted X-ray transform inside a program: those of the whole, and no other views are projected. */
test("rows of a diagonal times an X-ray transform cost those rows", async () => {
  const text = (weighted: string): string => `
program views[h, w, v, d] {
  given angles : R[v]
  given c : R[v]
  input x : R[h, w]
  input y : R[v, d]
  let F : linear R[h, w] -> R[v, d] = radon(angles, detectors = d)
  let B = diag(c)*F
  output ${weighted}
}
`;
  const J = "interleaved(v, parts = 3, part = 1)";
  const projected: number[] = [];
  const engine = referenceEngine();
  const using = operations({
    ...engine,
    project: (array, options) => {
      projected.push(options.geometry.angles.length);
      return engine.project(array, options);
    },
  });
  const data = { angles: numbers(6), c: numbers(6) };
  const result = async (weighted: string, back: string): Promise<readonly number[]> => {
    const definition = definitionFor(
      compiledText("views", text(`${back}*(${weighted} .* y[${J}])`)),
      "direct",
    );
    const program = await model(definition, data, { engine: using });
    projected.length = 0;
    const { output } = await program.run({ x: numbers(4, 5), y: numbers(6, 7) });
    return [...output.data];
  };
  const rows = await result(`(B[${J}]*x)`, `B[${J}]'`);
  expect(projected).toEqual([2, 2]);
  const whole = await result(`(B*x)[${J}]`, `B[${J}]'`);
  rows.forEach((each, i) => expect(each).toBeCloseTo(whole[i] ?? NaN, 12));
});
