import { sameSpace } from "../../runtime/arrays/layout.ts";
import { addNoise, type Noise } from "../../runtime/data/noise.ts";
import {
  type HostArray,
  lanes,
  product,
  requireFinite,
  sampleOf,
  stack,
} from "../../runtime/io/hostArray.ts";
import { locateTarget, encodeArray, encodeBatch } from "../../runtime/io/format.ts";
import { openArray, type StoredArray } from "../../runtime/io/node/arrays.ts";
import { requireRoom } from "../../runtime/io/node/memory.ts";
import type { Space } from "../../runtime/arrays/value.ts";
import { realDimension, spaceText } from "../../runtime/operators/spaces.ts";
import { requireHeld } from "../../runtime/program/checks.ts";
import { upload } from "../../runtime/program/transfer.ts";
import { stream } from "../../runtime/random/stream.ts";
import { parseExpression } from "../binding/assignment.ts";
import { spacesOfItself, merged } from "../binding/draft.ts";
import { evaluate } from "../binding/evaluate.ts";
import { fault } from "../binding/faults.ts";
import { filesNamed, readFiles } from "../binding/readFiles.ts";
import { KIND_WORDS } from "../binding/thing.ts";
import type { Context } from "../context.ts";
import { openEngine } from "../engine.ts";
import { located, locatedNow, placeOf } from "../report.ts";
import { EXIT } from "../terminal.ts";
import { requireEntries } from "./inputFiles.ts";
import { downloaded, requireApart, requireWritable, RESULT_HINT, writeFiles } from "./outputs.ts";

/** The options of `ipc apply`. */
export interface ApplyOptions {
  readonly input: string;
  readonly output: string;
  readonly adjoint?: true;
  readonly noise?: Noise;
  readonly seed: number;
  readonly batch?: true;
  readonly engine?: string;
}

/** Applies an operator to a file; gives the exit code. */
export async function applyOperator(context: Context, text: string, options: ApplyOptions): Promise<number> {
  const { terminal, sources } = context;
  const expression = parseExpression(sources, "the expression", text);
  await requireWritable(options.output);
  const read = [options.input, ...filesNamed(expression, ".")];
  await requireApart(read, [options.output]);
  const stored = await located(placeOf(options.input), () => openArray(options.input));
  requireEntries(options.input, stored.shape);
  const operations = await openEngine(options.engine);
  const files = await readFiles(expression, ".");
  const thing = evaluate({ operations, names: new Map(), files }, expression);
  if (thing.kind !== "operator") {
    throw fault(expression.span, `An operator is wanted here; this is ${KIND_WORDS[thing.kind]}`);
  }
  const adjoint = options.adjoint === true;
  const own = spacesOfItself(thing.draft);
  const wanted = adjoint ? own.codomain : own.domain;
  const batched = options.batch === true || isBatchOf(stored, wanted);
  const space = sampleSpace(stored, batched);
  if (wanted !== null && !sameSpace(space, wanted)) {
    const what = `${options.input} holds ${spaceText(space)}, and the operator ${adjoint ? "gives" : "takes"} ${spaceText(wanted)}`;
    throw fault(expression.span, what);
  }
  const told = adjoint ? { domain: null, codomain: space } : { domain: space, codomain: null };
  const operator = thing.draft.realise(operations, merged(own, told));
  const given = adjoint ? operator.domain : operator.codomain;
  await located(placeOf(options.input), async () => {
    requireRoom(options.input, product(stored.shape) * lanes(stored.field) * BYTES.data);
    return Promise.resolve();
  });
  const results = (batched ? (stored.shape[0] ?? 0) : 1) * realDimension(given);
  locatedNow(expression.span, () => {
    requireRoom("The result of the operator", results * BYTES.result, "Give it smaller sizes.");
  });
  const array = await located(placeOf(options.input), async () => {
    const found = requireFinite(await stored.read(), options.input);
    requireHeld(options.input, found, operations);
    return found;
  });
  const x = upload(operations, array, batched);
  const y = locatedNow(placeOf(options.input), () =>
    adjoint ? operations.applyAdjoint(operator, x) : operations.apply(operator, x),
  );
  if (y.kind === "product")
    throw fault(expression.span, "The result is a tuple, and is not written to one file");
  const { array: clean } = await downloaded(operations, y, false);
  const result = locatedNow(expression.span, () => noisy(clean, batched, options));
  locatedNow(expression.span, () => requireFinite(result, "The result", RESULT_HINT));
  await located(placeOf(options.output), async () => {
    const location = locateTarget(options.output);
    const encoded = batched
      ? encodeBatch(location, result)
      : [{ path: location.path, bytes: encodeArray(location, result) }];
    await writeFiles(encoded, read);
    for (const { path } of encoded) terminal.talk(`wrote ${path}\n`);
  });
  return EXIT.fine;
}

/** Bytes of a number of the data, on the host and on the engine, and of the result, on both and as a file. */
const BYTES = { data: 12, result: 12 } as const;

/** Whether a file has one axis more than the operator's space. */
function isBatchOf({ shape }: StoredArray, wanted: Space | null): boolean {
  return wanted?.kind === "array" && shape.length === wanted.shape.length + 1;
}

function sampleSpace({ field, shape }: StoredArray, batched: boolean): Space {
  return { kind: "array", field, shape: batched ? shape.slice(1) : shape };
}

/** Noise that a sample gets by its number, not by what stands beside it. */
function noisy(array: HostArray, batched: boolean, { noise, seed }: ApplyOptions): HostArray {
  if (noise === undefined) return array;
  const add = (sample: HostArray, index: number): HostArray =>
    addNoise(sample, noise, stream(seed, "noise", index));
  if (!batched) return add(array, 0);
  return stack(Array.from({ length: array.shape[0] ?? 0 }, (_, index) => add(sampleOf(array, index), index)));
}
