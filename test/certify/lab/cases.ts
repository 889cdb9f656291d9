import { expect, test } from "vitest";
import { answerOf } from "./answers.ts";

export type Case = readonly [what: string, text: string, expected: RegExp];

/** Each text is proved as an algorithm of that name. */
export function proved(cases: readonly Case[]): void {
  test.each(cases)("%s is proved", (_what, text, algorithm) => {
    const { certificate, said } = answerOf(text);
    expect(`${certificate?.answer}: ${certificate?.algorithm}`).toMatch(/^proved: /u);
    expect(certificate?.algorithm).toMatch(algorithm);
    expect(said.filter((each) => !each.includes("IPX1006"))).toEqual(["note IPX7002"]);
  });
}

/** Each text is neither proved nor refuted; the reason is said. */
export function open(cases: readonly Case[]): void {
  test.each(cases)("%s is not proved", (_what, text, reason) => {
    const { certificate } = answerOf(text);
    expect(certificate?.answer).toBe("not_found");
    expect(certificate?.statement).toMatch(reason);
  });
}

/** Each text is refuted by an operator or by numbers that it admits: an error of that code. */
export function refuted(cases: readonly Case[]): void {
  test.each(cases)("%s is refuted", (_what, text, code) => {
    const { certificate, said } = answerOf(text);
    expect(certificate?.answer).toBe("refuted");
    expect(said.filter((each) => each.startsWith("error")).join()).toMatch(code);
  });
}

export const NONE = /none of the algorithms/u;
