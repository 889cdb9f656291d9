import { describe, expect, it } from "vitest";
import { parseBinding } from "../../compiler/ast/parse.ts";
import { lossOf } from "../../cli/experiment/loss.ts";
import { Failure } from "../../cli/failure.ts";
import { numberThing, type Thing } from "../../cli/binding/thing.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { R } from "../../runtime/arrays/spaces.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { download, upload } from "../../runtime/program/transfer.ts";
import { stream } from "../../runtime/random/stream.ts";
import type { ArrayValue, Space, Value } from "../../runtime/arrays/value.ts";
import { apart, numbersOf } from "../laws/lab/steps.ts";

const SAMPLES = 2;
const SHAPE = [4, 6] as const;
const SIZE = 24;
const ops = operations(referenceEngine());
const space = R(...SHAPE);
const names = new Map<string, Thing>([["lambda", numberThing(0.3)]]);

function lossFor(text: string, reports: Readonly<Record<string, Space>> = {}) {
  const { expression, diagnostics } = parseBinding(text, "experiment.toml");
  if (expression === null || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return lossOf(expression, ops, { names, known: {} }, { output: space, target: space, reports });
}

function images(seed: number): Float64Array {
  const random = stream(seed, "images");
  return Float64Array.from({ length: SAMPLES * SIZE }, () => random.normal());
}

async function partsOf(cotangent: Value): Promise<readonly (readonly number[])[]> {
  const parts = cotangent.kind === "product" ? cotangent.parts : [];
  return Promise.all(parts.map((each) => numbersOf(ops, each, SAMPLES)));
}

function batch(data: Float64Array): ArrayValue {
  return upload(ops, realArray([SAMPLES, ...SHAPE], data), true);
}

const LOSSES = [
  "norm2sq(output - target)",
  "norm2sq(output - target) + 0.1*norm1(gradient*output)",
  "lambda*norm1(output) + norm2(output - target)",
  "norm2sq(wavelet(haar, levels = 1)'*output - target)/norm2sq(target)",
  "mean(abs(output - target))",
  "sqrt(mean((output - target) .* (output - target)))",
  "dot(output, target) + norm2sq(output)*norm2sq(output - target)",
  "huber(delta = 0.5)(output - target) + maximum(output)",
  "tv(output)",
  "norm2sq(fourier*output - 2*fourier*target)",
];

describe("a loss is an expression of the language", () => {
  it.each(LOSSES)("%s has its gradient, for each sample", async (text) => {
    const loss = lossFor(text);
    const [x, t, v] = [images(1), images(2), images(3)];
    const valuesAt = async (by: number): Promise<readonly number[]> => {
      const moved = x.map((entry, i) => entry + by * (v[i] ?? 0));
      return Array.from((await download(ops, loss(ops, batch(moved), batch(t)).value)).data);
    };
    const h = 1e-6;
    const [after, before] = [await valuesAt(h), await valuesAt(-h)];
    const { cotangent } = loss(ops, batch(x), batch(t));
    if (cotangent.kind !== "array") throw new TypeError("the gradient is an array");
    const gradient = (await download(ops, cotangent)).data;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const own = Array.from({ length: SIZE }, (_, i) => sample * SIZE + i);
      const exact = own.reduce((sum, i) => sum + (gradient[i] ?? NaN) * (v[i] ?? 0), 0);
      const numeric = ((after[sample] ?? NaN) - (before[sample] ?? NaN)) / (2 * h);
      expect(Math.abs(exact - numeric) / Math.max(1, Math.abs(numeric))).toBeLessThan(1e-5);
    }
  });

  it("has gradients by reports, which come in a product with the output", async () => {
    const reports = { energy: R(), residual: space };
    const loss = lossFor("norm2sq(output - target) + 0.3*energy^2 + norm2sq(residual)", reports);
    const [x, t, v] = [images(1), images(2), images(3)];
    const energy = upload(ops, realArray([SAMPLES], Float64Array.of(0.7, 1.3)), true);
    const { cotangent } = loss(ops, { kind: "product", parts: [batch(x), energy, batch(v)] }, batch(t));
    const expected = [
      Array.from(x, (entry, i) => 2 * (entry - (t[i] ?? 0))),
      [0.42, 0.78],
      Array.from(v, (entry) => 2 * entry),
    ];
    for (const [index, found] of (await partsOf(cotangent)).entries()) {
      expect(apart(found, expected[index] ?? [])).toBeLessThan(1e-12);
    }
  });

  it("may read reports alone", async () => {
    const loss = lossFor("energy", { energy: R() });
    const energy = upload(ops, realArray([SAMPLES], Float64Array.of(0.7, 1.3)), true);
    const { cotangent } = loss(ops, { kind: "product", parts: [batch(images(1)), energy] }, batch(images(2)));
    const [ofOutput, ofEnergy] = await partsOf(cotangent);
    expect(ofOutput?.every((entry) => entry === 0)).toBe(true);
    expect(ofEnergy).toEqual([1, 1]);
  });

  it.each([
    ["norm2sq(output - targets)", "IPX1001", 17, 24],
    ["norm2sq(output) + target", "IPX2003", 0, 15],
    ["norm2sq(target)", "IPX8403", 0, 15],
    ["output - target", "IPX8403", 0, 15],
  ])("%s is refused as %s, at its place", (text, code, start, end) => {
    try {
      lossFor(text);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const [first] = error.diagnostics;
      expect([first?.code, first?.span.start, first?.span.end]).toEqual([code, start, end]);
      return;
    }
    throw new Error("nothing is wrong with it");
  });
});
