import type { LoopTrace } from "../../runtime/arrays/operations.ts";
import type { ArrayValue, Value } from "../../runtime/arrays/value.ts";
import type {
  Bound,
  Cotangents,
  DataDeclaration,
  Differentiable,
  ParameterDeclaration,
  ProgramDefinition,
  Requirement,
  Reverse,
  Saved,
  StepExtras,
  Values,
} from "../../runtime/program/definition.ts";
import type { PlanFunction } from "./call.ts";
import { typeDeclaration } from "./declare.ts";
import { executable, type Executable } from "./frame.ts";
import type { Plan, PlanData, PlanParameter, PlanRequirement, PlanReverse, PlanSection } from "./plan.ts";

/** Makes a function of a plan run. */
type Prepare = (of: PlanFunction) => Executable;

/** The program that a plan describes, run by calling the runtime's operations one after the other. */
export function executePlan(plan: Plan): ProgramDefinition {
  const networks = new Map<string, Executable>();
  for (const network of plan.networks) networks.set(network.name, executable(network.function, networks));
  const prepare: Prepare = (of) => executable(of, networks);
  const { hash, sizes, spaces, target, certificate, notes } = plan;
  const constants = plan.constants && prepare(plan.constants);
  return {
    name: plan.name,
    doc: plan.doc,
    hash,
    sizes,
    spaces,
    givens: plan.givens.map((data) => dataDeclaration(data, prepare)),
    inputs: plan.inputs.map((data) => dataDeclaration(data, prepare)),
    parameters: plan.parameters.map((parameter) => parameterDeclaration(parameter, prepare)),
    ...(plan.requirements.length === 0
      ? {}
      : { requirements: plan.requirements.map((each) => requirementDeclaration(each, prepare)) }),
    ...(plan.divisions.length === 0
      ? {}
      : {
          divisions: plan.divisions.map(({ span, ...stated }) =>
            span === null ? stated : { ...stated, place: span },
          ),
        }),
    states: plan.states.map(({ name, type, assumedInterval, carried }) => ({
      name,
      type,
      assumedInterval,
      carried,
    })),
    ...(plan.counter === null ? {} : { counter: plan.counter }),
    ...(plan.draws.length === 0 ? {} : { draws: plan.draws.map(({ declaration }) => declaration) }),
    output: { type: plan.output },
    constants: (operations, known) => (constants ? recordOf(constants(operations, known), bound) : {}),
    prepare: plan.prepare && differentiable(plan.prepare, prepare, nothingMore),
    initial: differentiable(plan.initial, prepare, nothingMore),
    ...(plan.firstStep === null ? {} : { firstStep: differentiable(plan.firstStep, prepare, stepExtras) }),
    step: plan.step && differentiable(plan.step, prepare, stepExtras),
    finish: differentiable(plan.finish, prepare, nothingMore),
    objective: plan.objective && numberFunction(plan.objective, prepare),
    until: plan.until && numberFunction(plan.until, prepare),
    target,
    certificate,
    notes,
    ...(plan.inputGradients ? { inputGradients: true } : {}),
    ...(plan.frozen ? { frozen: true } : {}),
  };
}

function dataDeclaration(data: PlanData, prepare: Prepare): DataDeclaration {
  const { initial, type, ...stated } = data;
  return { ...stated, type: typeDeclaration(type), initial: initial && valueFunction(initial, prepare) };
}

function parameterDeclaration(parameter: PlanParameter, prepare: Prepare): ParameterDeclaration {
  const { initial, interval, projection, type, ...stated } = parameter;
  const ends = interval && prepare(interval);
  return {
    ...stated,
    type: typeDeclaration(type),
    projection: projection && valueFunction(projection, prepare),
    initial:
      initial.kind === "value"
        ? { kind: "value", evaluate: valueFunction(initial.evaluate, prepare) }
        : initial,
    interval:
      ends &&
      ((operations, known) => {
        const found = record(ends(operations, known));
        return {
          low: orNull(found["low"], arrayValue),
          high: orNull(found["high"], arrayValue),
          lowOpen: found["lowOpen"] === true,
          highOpen: found["highOpen"] === true,
        };
      }),
  };
}

function requirementDeclaration({ evaluate, ...stated }: PlanRequirement, prepare: Prepare): Requirement {
  const run = prepare(evaluate);
  return {
    ...stated,
    evaluate: (operations, known) => {
      const found = record(run(operations, known));
      return {
        value: arrayValue(found["value"]),
        low: orNull(found["low"], arrayValue),
        high: orNull(found["high"], arrayValue),
      };
    },
  };
}

function valueFunction(of: PlanFunction, prepare: Prepare): (...given: Parameters<Executable>) => Value {
  const run = prepare(of);
  return (operations, ...given) => value(run(operations, ...given));
}

function numberFunction(
  of: PlanFunction,
  prepare: Prepare,
): (...given: Parameters<Executable>) => ArrayValue {
  const run = prepare(of);
  return (operations, ...given) => arrayValue(run(operations, ...given));
}

/** Reads what a section returns beside its values. */
type Extras<E> = (found: Readonly<Record<string, unknown>>) => E;

const nothingMore: Extras<unknown> = () => ({});
const stepExtras: Extras<StepExtras> = (found) => ({
  reports: values(found["reports"]),
  capped: orNull(found["capped"], arrayValue),
});

function differentiable<E>(section: PlanSection, prepare: Prepare, extras: Extras<E>): Differentiable<E> {
  const run = prepare(section.run);
  return {
    run: (operations, known, state) => {
      const found = record(run(operations, known, state));
      return { ...extras(found), values: values(found["values"]) };
    },
    reverse: section.reverse && reverse(section.reverse, prepare, extras),
  };
}

function reverse<E>(of: PlanReverse, prepare: Prepare, extras: Extras<E>): Reverse<E> {
  const save = prepare(of.save);
  const adjoint = of.adjoint && prepare(of.adjoint);
  const stateAdjoint = of.stateAdjoint && prepare(of.stateAdjoint);
  const inputAdjoint = of.inputAdjoint && prepare(of.inputAdjoint);
  return {
    save: (operations, known, state) => {
      const found = record(save(operations, known, state));
      return { ...extras(found), values: values(found["values"]), saved: savedOf(found["saved"]) };
    },
    adjoint:
      adjoint &&
      ((operations, known, saved, cotangents): Cotangents => {
        const found = record(adjoint(operations, known, saved, cotangents));
        return { state: values(found["state"]), known: values(found["known"]) };
      }),
    stateAdjoint:
      stateAdjoint &&
      ((operations, known, saved, cotangents) => values(stateAdjoint(operations, known, saved, cotangents))),
    ...(inputAdjoint === null
      ? {}
      : {
          inputAdjoint: (operations, known, saved, cotangents) =>
            values(inputAdjoint(operations, known, saved, cotangents)),
        }),
  };
}

function savedOf(found: unknown): Saved {
  const { values: kept, traces } = record(found);
  return { values: values(kept), traces: recordOf(traces, trace) };
}

// ---- what the operations returned, as the types of the definition

function isRecord(found: unknown): found is Readonly<Record<string, unknown>> {
  return typeof found === "object" && found !== null;
}

function record(found: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(found)) throw new Error("a function of the plan returned no record");
  return found;
}

function recordOf<T>(found: unknown, as: (entry: unknown) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record(found)).map(([name, entry]) => [name, as(entry)]));
}

function isValue(found: unknown): found is Value {
  return isArrayValue(found) || (isRecord(found) && found["kind"] === "product");
}

function isArrayValue(found: unknown): found is ArrayValue {
  return isRecord(found) && found["kind"] === "array" && "handle" in found;
}

function isBound(found: unknown): found is Bound {
  return (
    isValue(found) ||
    typeof found === "number" ||
    (isRecord(found) && (found["kind"] === "operator" || found["kind"] === "map"))
  );
}

function isTrace(found: unknown): found is LoopTrace {
  return isRecord(found) && "rounds" in found;
}

const values = (found: unknown): Values => recordOf(found, value);
const value = expected(isValue, "value");
const arrayValue = expected(isArrayValue, "number");
const bound = expected(isBound, "value or operator");
const trace = expected(isTrace, "trace of a loop");

function expected<T>(test: (found: unknown) => found is T, what: string): (found: unknown) => T {
  return (found) => {
    if (!test(found)) throw new Error(`the plan made something that is no ${what}`);
    return found;
  };
}

function orNull<T>(found: unknown, as: (entry: unknown) => T): T | null {
  return found === null ? null : as(found);
}
