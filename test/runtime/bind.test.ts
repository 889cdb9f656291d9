import { expect, test } from "vitest";
import { bind } from "../../runtime/program/bind.ts";
import type { DataDeclaration, ProgramDefinition, Target } from "../../runtime/program/definition.ts";
import { inInterval } from "../../runtime/program/checks.ts";
import { parseDimension, solveDimension } from "../../runtime/program/dimension.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import type { Data } from "../../runtime/program/datum.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { perform } from "../../runtime/solve/task.ts";
import fc from "fast-check";
import { istaProgram } from "./istaProgram.ts";
import { gaussianMatrix, normals, reference } from "./setting.ts";

const solver: Target = { kind: "solver", maximum: 10, every: 1, accelerate: null };
const ista = istaProgram({ target: solver, perStep: false });
const A = gaussianMatrix(4, 6);

async function bound(givens: Data, inputs: Data, definition: ProgramDefinition = ista) {
  const operations = reference();
  const program = await bind(definition, operations, { givens });
  return { program, batch: await perform(operations, bindInputs(program, inputs)) };
}

function withInput(change: Partial<DataDeclaration>): ProgramDefinition {
  return { ...ista, inputs: ista.inputs.map((input) => ({ ...input, ...change })) };
}

test("sizes are solved from data, and batches by their axes", async () => {
  const { program, batch } = await bound({ A }, { y: normals(1, 3, 4) });
  expect(Object.fromEntries(program.dimensions.sizes)).toEqual({ m: 4, n: 6 });
  expect(batch.batch).toBe(3);
  expect(batch.single).toBe(false);
  expect((await bound({ A }, { y: [1, 2, 3, 4] })).batch).toMatchObject({ batch: 1, single: true });
});

test.each<[string, string, () => Promise<unknown>]>([
  ["IPX8001", "an unknown name", () => bound({ A, B: 1 }, {})],
  ["IPX8003", "a missing given", () => bound({}, {})],
  ["IPX8003", "a missing input", () => bound({ A }, {})],
  ["IPX8004", "another shape", () => bound({ A }, { y: normals(1, 5) })],
  ["IPX8004", "a batch of no samples", () => bound({ A }, { y: normals(1, 0, 4) })],
  ["IPX8004", "an axis without entries", () => bound({ A: normals(1, 4, 0) }, {})],
  ["IPX8004", "ragged rows", () => bound({ A: [[1, 2], [3]] }, {})],
  ["IPX8007", "a value outside its interval", () => bound({ A, lambda: 0 }, {})],
  ["IPX8009", "an array where an operator is declared", () => bound({ A: [1, 2] }, {})],
  [
    "IPX8006",
    "complex data",
    () => bound({ A }, { y: { field: "complex", shape: [4], data: new Float64Array(8) } }),
  ],
  ["IPX8106", "NaN", () => bound({ A }, { y: [1, Number.NaN, 0, 0] })],
  [
    "IPX8008",
    "a mask that is not binary",
    () => bound({ A }, { y: [0, 1, 0.5, 1] }, withInput({ properties: [{ name: "binary", bound: null }] })),
  ],
])("%s for %s", async (code, _what, bindIt) => {
  await expect(bindIt()).rejects.toMatchObject({ code });
});

test("an operator is refuted by a lower bound of its norm, not by an upper one", async () => {
  const operations = reference();
  const operator = matrixOperator(operations, A);
  const declared = (bound: number): ProgramDefinition => ({
    ...ista,
    givens: ista.givens.map((given) =>
      given.name === "A" ? { ...given, properties: [{ name: "norm", bound }] } : given,
    ),
  });
  const exact = operator.norm.value;
  const loose = { ...operator, norm: { ...operator.norm, value: 3 * exact } };
  const bindOn = (definition: ProgramDefinition) => bind(definition, operations, { givens: { A: loose } });
  await expect(bindOn(declared(1.001 * exact))).resolves.toBeDefined();
  await expect(bindOn(declared(0.9 * exact))).rejects.toMatchObject({ code: "IPX8008" });
  const properties: [string, string][] = [
    ["nonnegative", "has negative entries"],
    ["orthonormal", "differs from x"],
    ["unit_columns", "column has the norm"],
  ];
  for (const [name, why] of properties) {
    const definition = {
      ...ista,
      givens: ista.givens.map((given) => ({
        ...given,
        properties: given.name === "A" ? [{ name, bound: null }] : [],
      })),
    };
    await expect(bindOn(definition)).rejects.toThrow(why);
  }
});

const squareProgram = (properties: readonly string[]): ProgramDefinition => {
  const vectors = { kind: "array", field: "real", dimensions: ["n"] } as const;
  return {
    ...ista,
    sizes: [{ name: "n", initial: null }],
    givens: ista.givens
      .filter(({ name }) => name === "A")
      .map((given) => ({
        ...given,
        type: { kind: "operator", domain: vectors, codomain: vectors },
        properties: properties.map((name) => ({ name, bound: null })),
      })),
    inputs: [],
    parameters: [],
    constants: () => ({}),
    prepare: null,
  };
};

test("symmetric matrices are refuted as positive exactly where they are indefinite", async () => {
  const size = 12;
  const { data } = gaussianMatrix(size, size);
  const entry = (i: number, j: number): number => data[i * size + j] ?? 0;
  const matrix = (of: (i: number, j: number) => number): number[][] =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_each, j) => of(i, j)));
  const gram = (i: number, j: number): number =>
    matrix(entry).reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0);
  const declared = squareProgram(["symmetric", "positive"]);
  const bindOn = (square: number[][]) => bind(declared, reference(), { givens: { A: square } });
  await expect(bindOn(matrix((i, j) => entry(i, j) + entry(j, i)))).rejects.toThrow("<A x, x> is negative");
  await expect(bindOn(matrix(gram))).resolves.toBeDefined();
  await expect(bindOn(matrix((i, j) => (i === j ? (i === 3 ? -0.3 : 1) : 0)))).rejects.toThrow("negative");
  await expect(bindOn(matrix((i, j) => (i === j && i > 6 ? 1 : 0)))).resolves.toBeDefined();
});

test("columns of norm 1 are accepted as they are", async () => {
  const angle = 0.7;
  const rotation = [
    [Math.cos(angle), -Math.sin(angle)],
    [Math.sin(angle), Math.cos(angle)],
  ];
  const program = bind(squareProgram(["unit_columns"]), reference(), { givens: { A: rotation } });
  await expect(program).resolves.toBeDefined();
});

test("a complex operator on a declared real domain acts after the embedding", async () => {
  const operations = reference();
  const fourier = operations.library("fourier", {}, { kind: "array", field: "complex", shape: [2, 2] }, []);
  const definition: ProgramDefinition = {
    ...ista,
    sizes: [{ name: "h", initial: null }],
    givens: [
      {
        ...(ista.givens[0] as DataDeclaration),
        type: {
          kind: "operator",
          domain: { kind: "array", field: "real", dimensions: ["h", "h"] },
          codomain: { kind: "array", field: "complex", dimensions: ["h", "h"] },
        },
      },
    ],
    inputs: [],
    parameters: [],
    constants: () => ({}),
    prepare: null,
  };
  const program = await bind(definition, operations, { givens: { A: fourier } });
  expect(program.known["A"]).toMatchObject({ domain: { field: "real" }, codomain: { field: "complex" } });
});

test("a space that is declared real refuses complex data", async () => {
  const space = { kind: "space", name: "Y" } as const;
  const definition: ProgramDefinition = {
    ...withInput({ type: space }),
    spaces: [{ name: "Y", field: "real" }],
  };
  const y = { field: "complex", shape: [4], data: new Float64Array(8) } as const;
  await expect(bound({ A }, { y }, definition)).rejects.toMatchObject({ code: "IPX8006" });
});

test("a dimension is solved where its only open size occurs linearly", () => {
  const sizes = new Map([["h", 3]]);
  expect(solveDimension(parseDimension("2*h*w + 1"), 25, sizes)).toEqual({
    kind: "solved",
    name: "w",
    value: 4,
  });
  expect(solveDimension(parseDimension("n/4"), 3, sizes)).toEqual({ kind: "solved", name: "n", value: 12 });
  expect(solveDimension(parseDimension("n*n"), 9, sizes).kind).toBe("open");
  expect(solveDimension(parseDimension("w + v"), 9, sizes).kind).toBe("open");
  expect(solveDimension(parseDimension("2*w"), 9, sizes)).toEqual({ kind: "unsolvable", name: "w" });
  expect(solveDimension(parseDimension("h^2 - 1"), 8, sizes)).toEqual({ kind: "equal" });
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 90 }), (a, b, size) => {
      fc.pre(a > 0);
      const answer = solveDimension(parseDimension(`${a}*λ₀ + ${b}`), a * size + b, new Map());
      expect(answer).toEqual({ kind: "solved", name: "λ₀", value: size });
    }),
  );
});

test("open ends are outside their interval", () => {
  const interval = { low: 0, high: 1, lowOpen: true, highOpen: false };
  expect([0, 1e-9, 1, 1.1].map((value) => inInterval(value, interval))).toEqual([false, true, true, false]);
});
