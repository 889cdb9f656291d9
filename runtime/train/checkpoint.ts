import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { HostArray } from "../io/hostArray.ts";
import { readSafetensors, writeSafetensors } from "../io/safetensors.ts";
import { BindingError } from "../program/bindingError.ts";
import { PROGRAM_HASH, PROGRAM_NAME } from "../program/parameters.ts";
import type { ProgramDefinition } from "../program/definition.ts";
import { download, upload } from "../program/transfer.ts";
import type { OptimiserState } from "./optimiser.ts";
import type { Raws } from "./variables.ts";

/** Where checkpoints are kept. `write` must leave either the old or the new file whole. */
export interface Store {
  /** null where there is none */
  readonly read: (name: string) => Promise<Uint8Array | null>;
  readonly write: (name: string, bytes: Uint8Array) => Promise<void>;
}

/** A point on the curve of a training. */
export interface HistoryEntry {
  /** steps of all stages so far */
  readonly step: number;
  readonly stage: number;
  readonly loss: number;
  readonly validation: number | null;
}

/** Where a training stands, apart from its arrays. */
export interface Position {
  readonly stage: number;
  /** steps of this stage */
  readonly stageStep: number;
  /** steps of all stages */
  readonly step: number;
  readonly best: { readonly loss: number; readonly stageStep: number } | null;
  readonly history: readonly HistoryEntry[];
  /** numbers of the stages that no validation found better than they began */
  readonly unimproved: readonly number[];
}

/** What may change the result of a training, as text under its name: a checkpoint of other settings is refused. */
export type SettingTexts = Readonly<Record<string, string>>;

/** A training between two steps. */
export interface TrainingState {
  readonly position: Position;
  readonly raws: Raws;
  readonly optimiser: OptimiserState;
  /** the raw arrays of the best validation of this stage */
  readonly best: Raws | null;
}

const STATE = "training";
const SETTINGS = "settings";
const FORMAT = "checkpoint";
const VERSION = "2";

/**
 * A training as bytes: a safetensors file of raw arrays, the optimiser's slots and the stage's best arrays, in the
 * engine's own precision, with position, settings and the program's hash.
 */
export async function encodeCheckpoint(
  operations: Operations,
  definition: ProgramDefinition,
  settings: SettingTexts,
  state: TrainingState,
): Promise<Uint8Array> {
  const tensors = new Map<string, HostArray>();
  const put = async (name: string, value: Value): Promise<void> => {
    if (value.kind === "product") throw new TypeError(`The variable \`${name}\` is a product.`);
    tensors.set(name, await download(operations, value));
  };
  for (const [key, value] of state.raws) await put(`raw:${key}`, value);
  for (const [key, value] of state.best ?? []) await put(`best:${key}`, value);
  for (const [key, slots] of state.optimiser.slots) {
    for (const [slot, value] of Object.entries(slots)) await put(`slot:${slot}:${key}`, value);
  }
  const { position } = state;
  const written = { ...position, optimiserStep: state.optimiser.step };
  const metadata = {
    [FORMAT]: VERSION,
    [PROGRAM_NAME]: definition.name,
    [PROGRAM_HASH]: definition.hash,
    [SETTINGS]: JSON.stringify(settings),
    [STATE]: JSON.stringify(written),
  };
  return writeSafetensors({ tensors, metadata });
}

/**
 * The training of a checkpoint. The caller owns its arrays.
 * @throws BindingError IPX8010 for another program, IPX8012 for other settings; DataError for a damaged file.
 */
export function decodeCheckpoint(
  operations: Operations,
  definition: ProgramDefinition,
  settings: SettingTexts,
  bytes: Uint8Array,
): TrainingState {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata[FORMAT] !== VERSION) throw unfit(definition, "It is no checkpoint of this version.");
  if (metadata[PROGRAM_HASH] !== definition.hash) {
    throw new BindingError("IPX8010", definition.name, {
      what: `The checkpoint is of another text of ${metadata[PROGRAM_NAME] ?? "a program"}.`,
      why: "A training can only go on with the program that it began with.",
      hint: "Begin anew, or go back to that text.",
    });
  }
  const changes = changesOf(JSON.parse(metadata[SETTINGS] ?? "null"), settings);
  if (changes === null) throw unfit(definition, "Its settings cannot be read.");
  if (changes.length > 0) throw unfit(definition, `Since it began, ${changes.join(", ")}.`);
  const raws = new Map<string, Value>();
  const best = new Map<string, Value>();
  const slots = new Map<string, Record<string, Value>>();
  for (const [name, array] of tensors) {
    const [kind = "", ...rest] = name.split(":");
    const value = upload(operations, array, false);
    if (kind === "raw") raws.set(rest.join(":"), value);
    else if (kind === "best") best.set(rest.join(":"), value);
    else {
      const [slot = "", ...key] = rest;
      slots.set(key.join(":"), { ...slots.get(key.join(":")), [slot]: value });
    }
  }
  const read: unknown = JSON.parse(metadata[STATE] ?? "null");
  if (!isWritten(read)) throw unfit(definition, "Its position cannot be read.");
  const { optimiserStep, ...position } = read;
  return { position, raws, optimiser: { step: optimiserStep, slots }, best: best.size === 0 ? null : best };
}

/** How settings differ from those of a checkpoint, in words; null where these are none. */
function changesOf(before: unknown, now: SettingTexts): readonly string[] | null {
  if (typeof before !== "object" || before === null) return null;
  const old = new Map<string, unknown>(Object.entries(before));
  const names = [...new Set([...old.keys(), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), now[name]];
    if (was === is) return [];
    if (is === undefined) return [`\`${name}\` was left out`];
    if (typeof was !== "string") return [`\`${name}\` = ${shortened(is)} was added`];
    return [`\`${name}\` was changed from ${shortened(was)} to ${shortened(is)}`];
  });
}

const SHOWN = 60;

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

type Written = Position & { readonly optimiserStep: number };

function isWritten(value: unknown): value is Written {
  return (
    typeof value === "object" &&
    value !== null &&
    ["stage", "stageStep", "step", "optimiserStep"].every((name) => name in value) &&
    "history" in value &&
    Array.isArray(value.history) &&
    "unimproved" in value &&
    Array.isArray(value.unimproved) &&
    "best" in value
  );
}

function unfit(definition: ProgramDefinition, why: string): BindingError {
  return new BindingError("IPX8012", definition.name, {
    what: `The checkpoint does not fit this training of ${definition.name}.`,
    why,
    hint: "Begin anew, or resume with the settings that it began with.",
  });
}
