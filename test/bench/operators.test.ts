import { expect, test } from "vitest";
import { CASES } from "../../bench/cases/index.ts";
import { MEASURED } from "../../bench/cases/operators/index.ts";
import { OPERATOR_NAMES } from "../../compiler/library/names.ts";

const cases = CASES.map(({ name }) => name);
const named = Object.values(MEASURED).flatMap((entry) => (typeof entry === "string" ? [] : entry));

test("every operator of the language is measured, or says why not", () => {
  expect(Object.keys(MEASURED)).toEqual(expect.arrayContaining([...OPERATOR_NAMES]));
  expect(new Set(cases).size).toBe(cases.length);
  expect(cases).toEqual(expect.arrayContaining(named));
});

/** What is no word of its own: a matrix that is stored, and rows of an operator. */
const WORDLESS = ["operator-dense", "operator-rows", "operator-sparse"];

test("every case of an operator is named by one, and has a floor", () => {
  const measured = CASES.filter(({ name }) => name.startsWith("operator-"));
  expect(named).toEqual(
    expect.arrayContaining(measured.map(({ name }) => name).filter((name) => !WORDLESS.includes(name))),
  );
  for (const { work } of measured) expect(Math.max(work.flops, work.bytes)).toBeGreaterThan(0);
});
