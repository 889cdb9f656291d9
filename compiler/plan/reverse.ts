import type { Equation, Variable } from "../ir/block.ts";
import type { AdjointBlock, SectionDerivative } from "../ir/derivative.ts";
import { spaceOf } from "../ir/spaces.ts";
import { definedBy, freeVariables } from "../ir/variables.ts";
import type { Parameter, PatternEntry, PlanFunction, Result, ResultEntry, Statement } from "./call.ts";
import { moduleFunction, type Setting } from "./function.ts";
import { uniqueIdentifier } from "./names.ts";
import type { PlanReverse } from "./plan.ts";

/** The names in the records that a section takes and gives. */
export interface SectionNames {
  /** of its parameters, the states */
  readonly states: readonly string[];
  /** of its first results */
  readonly values: readonly string[];
}

/**
 * Which cotangents of states an adjoint gives: those of all, with zeros where nothing reaches one; all, and by another
 * function them alone; or those only that something reaches.
 */
export type StateCotangents = "all" | "alone" | "reached";

/** The reverse of a section. `resultOf` is what the section returns, given the results of its block. */
export function planReverse(
  setting: Setting,
  names: SectionNames,
  derivative: SectionDerivative,
  resultOf: (results: readonly Variable[]) => readonly ResultEntry[],
  cotangents: StateCotangents,
): PlanReverse {
  const { save } = derivative;
  const adjoint = withOperators(derivative.adjoint, save.equations);
  const stateOnly =
    cotangents === "alone" && derivative.stateAdjoint
      ? withOperators(derivative.stateAdjoint, save.equations)
      : null;
  const byInputs = derivative.inputAdjoint ? withOperators(derivative.inputAdjoint, save.equations) : null;
  const states = save.parameters.filter((state) => cotangents !== "reached" || adjoint.of.includes(state));
  const named = {
    ...names,
    states: states.map((state) => names.states[save.parameters.indexOf(state)] ?? state.name),
  };
  const saved = savedFor(
    setting,
    [adjoint, stateOnly, byInputs].filter((each) => each !== null),
    definedBy(save),
  );
  return {
    save: moduleFunction(setting, [stateParameter(names.states, save.parameters)], save.equations, {
      kind: "record",
      entries: [...resultOf(save.results), { name: "saved", result: savedResult(saved) }],
    }),
    adjoint:
      states.length + adjoint.of.length === 0
        ? null
        : planAdjoint(setting, named, states, saved, adjoint, "both"),
    stateAdjoint: stateOnly && planAdjoint(setting, named, states, saved, stateOnly, "states"),
    inputAdjoint: byInputs && planAdjoint(setting, { ...names, states: [] }, [], saved, byInputs, "known"),
  };
}

/** The parameter that a section takes its states from. */
export function stateParameter(names: readonly string[], variables: readonly Variable[]): Parameter {
  return { role: "state", pattern: { kind: "record", entries: patternEntries(names, variables) } };
}

/** Records of variables by name. */
export function patternEntries(
  names: readonly string[],
  variables: readonly Variable[],
): readonly PatternEntry[] {
  return variables.flatMap((variable, index) => {
    const name = names[index];
    return name === undefined ? [] : [{ name, pattern: { kind: "variable", variable } }];
  });
}

/** A record of variables as a result. */
export function recordResult(entries: readonly (readonly [name: string, variable: Variable])[]): Result {
  return {
    kind: "record",
    entries: entries.map(([name, variable]) => ({ name, result: { kind: "variable", variable } })),
  };
}

interface Saved {
  readonly values: readonly (readonly [name: string, variable: Variable])[];
  readonly traces: readonly (readonly [name: string, variable: Variable])[];
}

/** What the adjoints read of the variables that saving defines, but for what they make themselves. */
function savedFor(setting: Setting, adjoints: readonly AdjointBlock[], defined: readonly Variable[]): Saved {
  const read = new Set(
    adjoints.flatMap((adjoint) => freeVariables(adjoint.block).map((v) => setting.same.get(v) ?? v)),
  );
  const taken = new Set<string>();
  const named = defined
    .filter((variable) => read.has(variable) && !setting.made.has(variable))
    .map((variable) => {
      const name = uniqueIdentifier(variable.name, (candidate) => taken.has(candidate));
      taken.add(name);
      return [name, variable] as const;
    });
  return {
    values: named.filter(([, variable]) => variable.type.kind === "value"),
    traces: named.filter(([, variable]) => variable.type.kind === "trace"),
  };
}

function savedResult(saved: Saved): Result {
  return {
    kind: "record",
    entries: [
      { name: "values", result: recordResult(saved.values) },
      { name: "traces", result: recordResult(saved.traces) },
    ],
  };
}

function planAdjoint(
  setting: Setting,
  names: SectionNames,
  states: readonly Variable[],
  saved: Saved,
  adjoint: AdjointBlock,
  gives: "both" | "states" | "known",
): PlanFunction {
  const cotangents = adjoint.block.results.map((result, index) => [adjoint.of[index], result] as const);
  const zeros = states
    .filter((state) => !adjoint.of.includes(state))
    .map((state) => ({ state, zero: { ...state, name: `${state.name}_zero` } }));
  const ofState = states.map((state, index) => {
    const found =
      cotangents.find(([of]) => of === state)?.[1] ?? zeros.find((one) => one.state === state)?.zero;
    if (found === undefined) throw new Error(`the cotangent of ${state.name} is missing`);
    return [names.states[index] ?? state.name, found] as const;
  });
  const ofKnown = cotangents.flatMap(([of, result]) =>
    of === undefined || states.includes(of) ? [] : [[setting.nameOf(of), result] as const],
  );
  const parameters: readonly Parameter[] = [
    { role: "saved", pattern: savedPattern(saved) },
    {
      role: "cotangents",
      pattern: { kind: "record", entries: patternEntries(names.values, adjoint.block.parameters) },
    },
  ];
  const both: Result = {
    kind: "record",
    entries: [
      { name: "state", result: recordResult(ofState) },
      { name: "known", result: recordResult(ofKnown) },
    ],
  };
  const result = gives === "both" ? both : recordResult(gives === "states" ? ofState : ofKnown);
  return moduleFunction(setting, parameters, adjoint.block.equations, result, zeros.map(zeroStatement));
}

/** The call that makes the cotangent of a state which nothing reaches. */
function zeroStatement({ state, zero }: { readonly state: Variable; readonly zero: Variable }): Statement {
  const given = [
    { kind: "number", value: 0 },
    { kind: "space", space: spaceOf(state) },
  ] as const;
  return {
    outputs: { kind: "variable", variable: zero },
    call: { kind: "method", method: "fill", arguments: given },
    span: null,
  };
}

function savedPattern(saved: Saved): Parameter["pattern"] {
  const record = (part: Saved["values"]) =>
    ({
      kind: "record",
      entries: patternEntries(
        part.map(([name]) => name),
        part.map(([, variable]) => variable),
      ),
    }) as const;
  return {
    kind: "record",
    entries: [
      { name: "values", pattern: record(saved.values) },
      { name: "traces", pattern: record(saved.traces) },
    ],
  };
}

/** Operators are not saved: the adjoint makes those that it reads once more, from what they are made of. */
function withOperators(adjoint: AdjointBlock, saving: readonly Equation[]): AdjointBlock {
  let block = adjoint.block;
  for (const equation of [...saving].reverse()) {
    const free = new Set(freeVariables(block));
    const needed = equation.outputs.some((output) => output.type.kind === "operator" && free.has(output));
    if (needed) block = { ...block, equations: [equation, ...block.equations] };
  }
  return { ...adjoint, block };
}
