import { expect, test } from "vitest";
import { download, upload } from "../../runtime/arrays/host.ts";
import { bind } from "../../runtime/program/bind.ts";
import { release } from "../../runtime/program/bound.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { hostArray, realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledText, definitionFor } from "../laws/lab/compiled.ts";
import { ENGINES } from "./setting.ts";

const [M, N] = [3, 2];
const entries = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i + 1);
const vector = realArray([1, N], entries(N));

/** Matrices of the caller's, as they are held on an engine. */
const MATRICES: Readonly<Record<string, { readonly member: string; readonly matrix: HostArray }>> = {
  "a given": { member: "given A : linear R[n] -> R[m]", matrix: realArray([M, N], entries(M * N)) },
  "a complex given": {
    member: "given A : linear C[n] -> C[m]",
    matrix: hostArray("complex", [M, N], entries(2 * M * N)),
  },
  "an input": { member: "input A : linear R[n] -> R[m]", matrix: realArray([M, N], entries(M * N)) },
};

const cases = ENGINES.flatMap(([engine, make]) =>
  Object.entries(MATRICES).map(([kind, of]) => [kind, engine, make, of] as const),
);

test.each(cases)("a matrix of the caller's, bound as %s on %s, stays", async (_, __, make, of) => {
  const { member, matrix } = of;
  const operations = await make();
  const value = upload(operations, matrix, { batch: false });
  const isGiven = member.startsWith("given");
  const definition = definitionFor(
    compiledText("p", `program p[m, n] {\n  ${member}\n  input x : R[n]\n  output A*x\n}`),
    "direct",
  );
  const program = await bind(definition, operations, { givens: isGiven ? { A: value } : {} });
  const data = { x: vector, ...(isGiven ? {} : { A: value }) };
  const inputs = await perform(operations, bindInputs(program, data, true));
  release(inputs, operations);
  release(program, operations);
  const [held] = await download(operations, value);
  expect([...(held?.data ?? [])]).toEqual([...matrix.data]);
});
