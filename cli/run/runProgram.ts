import type { Operations } from "../../runtime/arrays/operations.ts";
import type { BoundProgram } from "../../runtime/program/bound.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import type { Span } from "../../compiler/source/span.ts";
import { locateArray } from "../../runtime/io/format.ts";
import { readBytes } from "../../runtime/io/node/files.ts";
import { readSafetensors, type Safetensors } from "../../runtime/io/safetensors.ts";
import { perSample } from "../../runtime/program/transfer.ts";
import { releaseResult } from "../../runtime/solve/finish.ts";
import type { SolveOptions } from "../../runtime/solve/options.ts";
import type { SolveResult } from "../../runtime/solve/result.ts";
import { run } from "../../runtime/solve/run.ts";
import { parseAssignment, namesIn } from "../binding/assignment.ts";
import { bindProgramData, type FileInput, type ProgramData } from "../binding/bindProgram.ts";
import { isBatch } from "../binding/realiseOperators.ts";
import { filesNamed, readFiles } from "../binding/readFiles.ts";
import type { Thing } from "../binding/thing.ts";
import type { TargetWord } from "../choices.ts";
import { loadProgram } from "../compiler.ts";
import type { Context } from "../context.ts";
import { openEngine } from "../engine.ts";
import { Interrupted, UsageError } from "../failure.ts";
import { located, placeOf } from "../report.ts";
import { EXIT, type Terminal, writeJson } from "../terminal.ts";
import { hintingAtBatch } from "./batchHint.ts";
import { bindBatch, bindTo, failureOfRun } from "./bindAll.ts";
import { type GivenFiles, openBindings, openInputs, readGiven } from "./inputFiles.ts";
import { limited } from "./limits.ts";
import { type BoundRun, foretellByShapes, foretellRun } from "./memory.ts";
import {
  encodeOutputs,
  type OutputRequest,
  parseOutput,
  rehearseOutputs,
  requireApart,
  writeFiles,
} from "./outputs.ts";
import { progressLine } from "./progressLine.ts";
import { resultJson, resultText, unconvergedSamples } from "./resultText.ts";

/** The options of `ipc run`. */
export interface RunOptions {
  readonly target?: TargetWord;
  readonly program?: string;
  readonly bind: readonly string[];
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly weights?: string;
  readonly engine?: string;
  readonly batch?: true;
  readonly max?: number;
  readonly steps?: number;
  readonly tol?: number;
  readonly seed: number;
  readonly requireConverged?: true;
  readonly json?: true;
}

/** Runs a program on data, writes its outputs and says how it went; gives the exit code. */
export async function runProgram(context: Context, file: string, options: RunOptions): Promise<number> {
  const { terminal, sources } = context;
  const definition = limited(await loadProgram(context, file, options), options);
  const assignments = options.bind.map((text) => parseAssignment(sources, "--bind", text));
  requireOnce(
    "--bind",
    assignments.map(({ name }) => name),
  );
  const outputs = await Promise.all(options.output.map((text) => parseOutput(sources, text)));
  requireOnce(
    "--output to",
    outputs.map(({ file: path }) => path),
  );
  const read = [
    file,
    ...options.input.map((option) => option.slice(option.indexOf("=") + 1)),
    ...(options.weights === undefined ? [] : [options.weights]),
    ...[...assignments, ...outputs].flatMap(({ expression }) => filesNamed(expression, ".")),
  ];
  await requireApart(
    read,
    outputs.map(({ file: path }) => path),
  );
  const inputFiles = await openInputs(definition, options.input);
  requireOnce(
    "--input",
    inputFiles.map(({ name }) => name),
  );
  const weights = options.weights === undefined ? undefined : await readWeights(options.weights);
  const operations = await openEngine(options.engine);
  const batched = options.batch === true;
  const weightsFile = options.weights === undefined ? {} : { weightsFile: options.weights };
  const bindOn = async (using: Operations, given: GivenFiles): Promise<BoundRun> => {
    const bound = await bindProgramData({
      ...{ context, definition, operations: using, assignments, ...given, batched },
      origin: "the command line",
      folder: ".",
      alsoRead: new Set(outputs.flatMap(({ expression }) => [...namesIn(expression)])),
    });
    const own = await bindTo(definition, using, bound, {
      seed: options.seed,
      ...(weights === undefined ? {} : { weights }),
      ...weightsFile,
    });
    return { data: bound, program: own, batch: await bindBatch(own, bound, bound.inputs, batched) };
  };
  const opened = { inputs: inputFiles, files: await openBindings(assignments) };
  await foretellByShapes(operations.engine, opened, bindOn);
  const { inputs, files } = await readGiven(opened);
  const { data, program, batch } = await hintingAtBatch(definition, inputs, batched, () =>
    bindOn(operations, { inputs, files }),
  );
  const single = !hasBatch(program, inputs, batched);
  await foretellRun(terminal, program, batch);
  const result = await watched(terminal, async (signal, progress) => {
    const solve = async (how: SolveOptions): Promise<SolveResult> => {
      try {
        return await run(program, batch, { ...how, signal });
      } catch (error) {
        throw failureOfRun(data, error, { ...weightsFile, steps: stepsPlace(context, options) });
      }
    };
    if (wantsRehearsal(definition, outputs)) {
      const first = await solve({ maximum: 1 });
      await rehearseOutputs(await scopeOf(operations, data, first, outputs), outputs, single, read);
      releaseResult({ operations }, first);
    }
    return solve({ progress });
  });
  const written = await encodeOutputs(await scopeOf(operations, data, result, outputs), outputs, single);
  await writeFiles(written, read);
  releaseResult({ operations }, result);
  if (options.json === true)
    writeJson(terminal, { ...resultJson(result, single), engine: operations.engine.name });
  else terminal.talk(resultText(definition, result, operations.engine.name, written));
  return warn(terminal, definition, result, options.requireConverged === true);
}

/** @throws UsageError for what an option names twice, where only the last would count */
function requireOnce(option: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${option} ${twice} stands twice; once is wanted.`);
}

/** `--steps N` as a place; null where the option is not given. */
function stepsPlace({ sources }: Context, { steps }: RunOptions): Span | null {
  if (steps === undefined) return null;
  const { path, text } = sources.add("--steps", String(steps));
  return { file: path, start: 0, end: text.length };
}

/**
 * Whether outputs are tried on the result of one step before the run: a wrong name, or a shape that the file cannot
 * hold, is then said at once. States in files that hold any array cannot fail.
 */
function wantsRehearsal({ target, states }: ProgramDefinition, outputs: readonly OutputRequest[]): boolean {
  const known = new Set(["output", ...states.map(({ name }) => name)]);
  const isSafe = ({ expression, file }: OutputRequest): boolean =>
    expression.kind === "name" && known.has(expression.name) && locateArray(file).format !== "png";
  return target.kind !== "direct" && !outputs.every(isSafe);
}

/** @throws Failure that names the file */
async function readWeights(file: string): Promise<Safetensors> {
  return located(placeOf(file), async () => readSafetensors(await readBytes(file)));
}

type Progress = (state: {
  readonly step: number;
  readonly maximum: number;
  readonly residual: number;
}) => void;

/** Runs work that says where it stands, and that an interrupt ends. */
async function watched<T>(
  terminal: Terminal,
  work: (signal: AbortSignal, progress: Progress) => Promise<T>,
): Promise<T> {
  const line = progressLine(terminal);
  try {
    return await terminal.interruptible((signal) =>
      work(signal, ({ step, maximum, residual }) => {
        line.show(`step ${step} of at most ${maximum}, change ${residual.toExponential(1)}`);
      }).catch((error: unknown) => {
        throw signal.aborted ? new Interrupted("Interrupted; nothing was written.") : error;
      }),
    );
  } finally {
    line.clear();
  }
}

function hasBatch(
  { definition, dimensions }: BoundProgram,
  inputs: readonly FileInput[],
  batched: boolean,
): boolean {
  return inputs.some(({ name, array }) => {
    const type = definition.inputs.find((input) => input.name === name)?.type;
    return type !== undefined && type.kind !== "operator" && isBatch(type, array, dimensions, batched);
  });
}

/** What outputs may read: all that was bound, states and reports, and `output`. */
async function scopeOf(
  operations: Operations,
  { names }: ProgramData,
  result: SolveResult,
  outputs: readonly OutputRequest[],
): Promise<Parameters<typeof encodeOutputs>[0]> {
  const made = Object.entries({ ...result.reports, ...result.states, output: result.output });
  const { batch } = result;
  const things = made.map(([name, value]): readonly [string, Thing] => [
    name,
    { kind: "value", value: batch === null ? value : perSample(operations, value, batch) },
  ]);
  const read = await Promise.all(outputs.map(({ expression }) => readFiles(expression, ".")));
  return {
    operations,
    names: new Map([...names, ...things]),
    files: new Map(read.flatMap((files) => [...files])),
  };
}

function warn(
  terminal: Terminal,
  { notes }: ProgramDefinition,
  result: SolveResult,
  requireConverged: boolean,
): number {
  for (const note of notes) terminal.talk(`note: ${note}\n`);
  for (const { state, samples } of result.assumptionsBroken) {
    terminal.talk(
      `warning: \`${state}\` left the interval that is assumed, in sample ${samples.join(", ")}.\n`,
    );
  }
  const open = unconvergedSamples(result);
  if (open === null) return EXIT.fine;
  terminal.talk(`warning: ${open}\n`);
  return requireConverged ? EXIT.fault : EXIT.fine;
}
