import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { engine, matrixOperator, operations, realArray, writeSafetensors } from "ipc/runtime";
import type { DataSet } from "./case.ts";
import { normals, uniforms } from "./draw.ts";
import { definition, save } from "./files.ts";

/** Rows and columns of the dictionary, samples of the batch, layers of the networks. */
export const SIZES = { m: 250, n: 500, batch: 64, layers: 16 } as const;

/**
 * Sparse coding: a dictionary A with normalised columns, sparse x with a tenth of its entries, y = A x, and weights of
 * the unrolled networks near those of ISTA, those of each layer a little different.
 */
export const sparse: DataSet = {
  name: "sparse",
  write: async (folder) => {
    const { m, n, batch, layers } = SIZES;
    const a = dictionary(m, n);
    const norm = await normOf(a, m, n);
    const x = normals(batch * n, "x");
    const kept = uniforms(batch * n, "support");
    x.forEach((value, index) => {
      x[index] = (kept[index] ?? 1) < 0.1 ? value : 0;
    });
    const y = new Float64Array(batch * m);
    for (let sample = 0; sample < batch; sample += 1) {
      for (let row = 0; row < m; row += 1) {
        let sum = 0;
        for (let column = 0; column < n; column += 1) {
          sum += (a[row * n + column] ?? 0) * (x[sample * n + column] ?? 0);
        }
        y[sample * m + row] = sum;
      }
    }
    await save(folder, "A", [m, n], a);
    await save(folder, "L", [], Float64Array.of(norm ** 2));
    await save(folder, "x", [batch, n], x);
    await save(folder, "y", [batch, m], y);
    await save(folder, "y1", [m], y.subarray(0, m));
    await saveWeights(folder, "lista", {
      W1: [[layers, n, m], perturbed(layers, backProjection(a, m, n, norm ** 2), "W1")],
      W2: [[layers, n, n], perturbed(layers, residualMap(a, m, n, norm ** 2), "W2")],
      theta: [[layers, n], new Float64Array(layers * n).fill(0.1 / norm ** 2)],
    });
    await saveWeights(folder, "lista_cp", {
      W: [[layers, n, m], perturbed(layers, backProjection(a, m, n, norm ** 2), "W")],
      theta: [[layers], new Float64Array(layers).fill(0.1 / norm ** 2)],
    });
  },
};

type Weights = Readonly<Record<string, readonly [shape: readonly number[], data: Float64Array]>>;

/** Weights of programs/NAME.ipx, as a file for it and as arrays for the peers. */
async function saveWeights(folder: string, name: string, weights: Weights): Promise<void> {
  const { hash, name: program } = definition(`programs/${name}.ipx`);
  const entries = Object.entries(weights);
  const tensors = new Map(
    entries.map(([key, [shape, data]]) => [key, realArray(shape, Float32Array.from(data))]),
  );
  const bytes = writeSafetensors({ tensors, metadata: { program_hash: hash, program } });
  await writeFile(join(folder, `${name}.safetensors`), bytes);
  for (const [key, [shape, data]] of entries) await save(folder, `${name}.${key}`, shape, data);
}

function dictionary(m: number, n: number): Float64Array {
  const a = normals(m * n, "A");
  for (let column = 0; column < n; column += 1) {
    let square = 0;
    for (let row = 0; row < m; row += 1) square += (a[row * n + column] ?? 0) ** 2;
    for (let row = 0; row < m; row += 1) a[row * n + column] = (a[row * n + column] ?? 0) / Math.sqrt(square);
  }
  return a.map(Math.fround);
}

/** The bound that programs get by `norm(A)`. */
async function normOf(a: Float64Array, m: number, n: number): Promise<number> {
  const host = operations(await engine({ name: "reference" }));
  return matrixOperator(host, realArray([m, n], a)).norm.value;
}

/** A'/L */
function backProjection(a: Float64Array, m: number, n: number, l: number): Float64Array {
  return Float64Array.from({ length: n * m }, (_, at) => (a[(at % m) * n + Math.floor(at / m)] ?? 0) / l);
}

/** I - A'A/L */
function residualMap(a: Float64Array, m: number, n: number, l: number): Float64Array {
  const map = new Float64Array(n * n);
  for (let row = 0; row < m; row += 1) {
    for (let i = 0; i < n; i += 1) {
      const factor = (a[row * n + i] ?? 0) / l;
      for (let j = 0; j < n; j += 1) map[i * n + j] = (map[i * n + j] ?? 0) - factor * (a[row * n + j] ?? 0);
    }
  }
  for (let i = 0; i < n; i += 1) map[i * n + i] = (map[i * n + i] ?? 0) + 1;
  return map;
}

/** So many copies of a matrix, each entry off by a relative hundredth. */
function perturbed(layers: number, matrix: Float64Array, key: string): Float64Array {
  const noise = normals(layers * matrix.length, "layers", key);
  return noise.map((value, index) => (1 + 0.01 * value) * (matrix[index % matrix.length] ?? 0));
}
