import type { HostArray } from "../../runtime/io/hostArray.ts";
import { reshape } from "../../runtime/io/hostArray.ts";
import type { Safetensors } from "../../runtime/io/safetensors.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { type BoundProgram, release } from "../../runtime/program/bound.ts";
import type { Data, Datum } from "../../runtime/program/datum.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { take } from "../../runtime/train/data.ts";
import type { Assignment } from "../binding/assignment.ts";
import { namesIn } from "../binding/assignment.ts";
import { bindNames } from "../binding/bindNames.ts";
import { bindProgramData, type FileInput, type ProgramData } from "../binding/bindProgram.ts";
import type { Thing } from "../binding/thing.ts";
import { bindTo } from "../run/bindAll.ts";
import { type Measurement, measurement, noiseOf } from "./measurement.ts";
import { measuredInputs, type Setting } from "./setting.ts";

/** A program bound to an experiment, for samples of one shape. */
export interface Subject {
  readonly setting: Setting;
  readonly definition: ProgramDefinition;
  readonly program: BoundProgram;
  readonly data: ProgramData;
  /** all inputs of a batch of samples, whose numbers in their set are given */
  readonly inputsOf: (truth: HostArray, indices: readonly number[], seed: number) => Promise<Data>;
}

/** How a program of an experiment is bound, besides what the experiment says. */
export interface SubjectRequest {
  readonly definition: ProgramDefinition;
  /** one sample of the shape that is meant */
  readonly sample: HostArray;
  /** bindings that go before those of [given] */
  readonly overrides?: readonly Assignment[];
  /** whether the names of [given] that the program does not declare are left out: it is a baseline */
  readonly lenient?: boolean;
  readonly weights?: Safetensors;
  readonly weightsFile?: string;
  readonly steps?: number;
  /** names that expressions outside of the program read */
  readonly alsoRead?: ReadonlySet<string>;
}

/**
 * Binds a program to the data of an experiment. A sample is measured first, for its measurement tells the spaces of
 * operators whose size nothing else tells.
 * @throws Failure
 */
export async function bindSubject(setting: Setting, request: SubjectRequest): Promise<Subject> {
  const { context, experiment, operations } = setting;
  const { definition, sample, overrides = [] } = request;
  const general = setting.assignments.filter(
    ({ name }) => !overrides.some((override) => override.name === name),
  );
  const assignments = [...general, ...overrides];
  const things = new Map<string, Thing>(
    setting.named.map(({ name, array, batched }) => [
      name,
      { kind: "host", array, batched: batched ?? false },
    ]),
  );
  const expressions = measuredInputs(setting, definition);
  const measuring = async (names: ReadonlyMap<string, Thing>): Promise<Measurement> =>
    measurement({ operations, names, expressions, noise: noiseOf(experiment.settings.data) });
  const names = await bindNames({ context, operations, folder: experiment.folder }, assignments, things);
  const batch = reshape(sample, [1, ...sample.shape]);
  const first = await (await measuring(names)).measure(batch, [0], 0);
  const measured = Object.entries(first).map(([name, array]): FileInput => ({
    name,
    file: experiment.toml.source.path,
    array,
    batched: true,
  }));
  const data = await bindProgramData({
    context,
    definition,
    operations,
    assignments,
    inputs: [...setting.named, ...measured],
    batched: false,
    origin: experiment.toml.source.path,
    folder: experiment.folder,
    operators: knownOperators(setting, sample, overrides),
    alsoRead: new Set([
      ...(request.lenient === true ? general.map(({ name }) => name) : []),
      ...[...expressions.values()].flatMap((each) => [...namesIn(each)]),
      ...(request.alsoRead ?? []),
    ]),
  });
  rememberOperators(setting, sample, data);
  const program = await bindTo(definition, operations, data, {
    seed: experiment.settings.seed,
    ...(request.weights === undefined ? {} : { weights: request.weights }),
    ...(request.weightsFile === undefined ? {} : { weightsFile: request.weightsFile }),
    ...(request.steps === undefined ? {} : { steps: request.steps }),
  });
  const { measure } = await measuring(data.names);
  return {
    setting,
    definition,
    program,
    data,
    inputsOf: async (truth, indices, seed) => ({
      ...data.inputs,
      ...perSample(setting.named, definition, indices),
      ...(await measure(truth, indices, seed)),
    }),
  };
}

function keyOf(name: string, { field, shape }: HostArray): string {
  return `${name}: ${field} ${shape.join(" ")}`;
}

/** Operators of [given] that programs before this one were bound to. */
function knownOperators(
  { operators, assignments }: Setting,
  sample: HostArray,
  overrides: readonly Assignment[],
): ReadonlyMap<string, Operator> {
  return new Map(
    assignments.flatMap(({ name }) => {
      const operator = operators.get(keyOf(name, sample));
      const overridden = overrides.some((override) => override.name === name);
      return operator === undefined || overridden ? [] : [[name, operator] as const];
    }),
  );
}

function rememberOperators(
  { operators, assignments }: Setting,
  sample: HostArray,
  { givens }: ProgramData,
): void {
  for (const { name } of assignments) {
    const bound = givens[name];
    if (isOperator(bound)) operators.set(keyOf(name, sample), bound);
  }
}

function isOperator(datum: Datum | undefined): datum is Operator {
  return typeof datum === "object" && "kind" in datum && datum.kind === "operator";
}

/** The data that each sample has of its own; there may be fewer than samples, which then share them in turn. */
function perSample(
  named: readonly FileInput[],
  { inputs }: ProgramDefinition,
  indices: readonly number[],
): Readonly<Record<string, HostArray>> {
  const own = named.filter(
    ({ name, batched }) => batched === true && inputs.some((input) => input.name === name),
  );
  return Object.fromEntries(
    own.map(({ name, array }) => {
      const count = Math.max(1, array.shape[0] ?? 1);
      return [
        name,
        take(
          array,
          indices.map((index) => index % count),
        ),
      ];
    }),
  );
}

/** Frees a subject; operators of [given] stay for others. */
export function releaseSubject({ program }: Subject): void {
  release(program, program.operations);
  const parameters = [...program.parameters.values()].flat();
  program.operations.engine.dispose(
    parameters.flatMap((value) => (value.kind === "array" ? [value.handle] : [])),
  );
}
