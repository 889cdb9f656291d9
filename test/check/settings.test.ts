import { describe, expect, it } from "vitest";
import { METHODS } from "../../compiler/library/methods/table.ts";
import { NETS } from "../../compiler/library/nets/table.ts";
import type { SettingRules } from "../../compiler/library/signature.ts";
import { analyse } from "../../compiler/compile.ts";

/** The codes of the errors of a program with a step and this target. */
function errorsOf(target: string, member = ""): readonly string[] {
  const text = `program p[n] {
  input y : R[8, 8]
  ${member}
  state x : R[8, 8] = 0
  step { x <- 0.5*x + y }
  output x${member === "" ? "" : " + N(y)"}
  ${target}
}
`;
  const { diagnostics } = analyse({ path: "p.ipx", text }, () => null);
  return diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

const TARGETS: Readonly<Record<string, readonly string[]>> = {
  converge: ["max", "every", "accelerate", "proof", "until"],
  equilibrium: ["solver", "tol", "max", "backward", "otherwise", "proof"],
  "unroll(3)": ["beyond"],
};
const WRONG = ['"a"', "y", "true", "3*nobody"];

describe("a setting of the wrong kind is an error, never dropped", () => {
  const calls = Object.entries(TARGETS).flatMap(([target, settings]) =>
    settings.flatMap((setting) =>
      WRONG.map((value) =>
        target.endsWith(")") ? `unroll(3, ${setting} = ${value})` : `${target}(${setting} = ${value})`,
      ),
    ),
  );
  it.each(calls.filter((call) => call !== "converge(until = true)"))("%s", (call) => {
    expect(errorsOf(call)).not.toEqual([]);
  });
  it.each(WRONG)("unroll(%s)", (value) => {
    expect(errorsOf(`unroll(${value})`)).not.toEqual([]);
    expect(errorsOf(`equilibrium(otherwise = unroll(${value}))`)).not.toEqual([]);
  });
  it("below 1 step", () => {
    expect(errorsOf("equilibrium(otherwise = unroll(0))")).toEqual(["IPX3205"]);
  });

  const settingsOf = (rules: SettingRules, kind: "count" | "number"): readonly string[] =>
    Object.entries(rules).flatMap(([name, rule]) => (rule.kind === kind ? [name] : []));
  const methods = Object.entries(METHODS).flatMap(([method, rules]) =>
    [...settingsOf(rules, "count"), ...settingsOf(rules, "number")].flatMap((setting) =>
      ['"a"', "-1"].map((value) => `${method}(${setting} = ${value})`),
    ),
  );
  it.each(methods)("%s", (method) => {
    const key = /^(?:anderson|broyden)/u.test(method) ? "solver" : "backward";
    if (/^(?:cg|inner)/u.test(method)) {
      expect(errorsOf("unroll(2)", `let N : R[8, 8] = solve(2*I, y, by = ${method})`)).not.toEqual([]);
    } else expect(errorsOf(`equilibrium(${key} = ${method})`)).not.toEqual([]);
  });

  const nets = Object.entries(NETS).flatMap(([net, { settings, result }]) =>
    settingsOf(settings, "count").map((setting) => ({
      net,
      setting,
      codomain: result === "image" ? "R[8, 8]" : "R",
    })),
  );
  it.each(nets)("$net($setting = 0)", ({ net, setting, codomain }) => {
    const member = `learn N : net R[8, 8] -> ${codomain} = ${net}(${setting} = 0)`;
    expect(errorsOf("unroll(2)", member)).toContain("IPX3205");
  });
});
