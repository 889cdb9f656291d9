import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readNpy } from "ipc/runtime";
import type { Case } from "./cases/case.ts";
import type { Kind, Participant } from "./participant.ts";
import { relativeDifference, type Statistics, statisticsOf } from "./statistics.ts";

/** How one participant did in one case. */
export interface Measured {
  readonly participant: string;
  readonly kind: Kind;
  /** of one run, in seconds; null where it was not timed */
  readonly statistics: Statistics | null;
  /** why it was not timed */
  readonly reason: string | null;
  /** of its result from the compared one; null for that one itself */
  readonly difference: number | null;
  /** runs in a round */
  readonly repeats: number;
  readonly notes: Readonly<Record<string, number>>;
}

/** One case by all participants. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly tolerance: number;
  readonly work: Case["work"];
  readonly floor: Case["floor"] | null;
  /** whose result the others' are compared with */
  readonly compared: string | null;
  readonly participants: readonly Measured[];
}

/** How long and how often. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
}

/** What a round should take at least: short runs are repeated in it. */
const ROUND = 0.1;
/** A pause before each turn, in milliseconds, in which the threads of the one before go to sleep. */
const PAUSE = 20;
const LEAST_ROUNDS = 3;

interface Entrant {
  readonly participant: Participant;
  readonly difference: number | null;
  readonly notes: Readonly<Record<string, number>>;
  repeats: number;
  readonly seconds: number[];
  reason: string | null;
}

/**
 * Opens a case on all participants, compares their results with the first one's, and times those that agree in
 * interleaved rounds, each beginning with another.
 */
export async function measure(
  wanted: Case,
  participants: readonly Participant[],
  { rounds, seconds }: Effort,
  talk: (text: string) => void,
): Promise<CaseResult> {
  const data = resolve("bench/.work/data", wanted.data.name);
  const { entrants, compared } = await entered(wanted, participants, data, talk);
  for (const entrant of entrants) await calibrate(entrant);
  const start = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    if (round >= LEAST_ROUNDS && performance.now() - start > 1000 * seconds) break;
    const running = entrants.filter(({ reason }) => reason === null);
    const turn = round % Math.max(1, running.length);
    for (const entrant of [...running.slice(turn), ...running.slice(0, turn)]) await takeTurn(entrant);
    talk(`${wanted.name}: round ${round + 1} of ${rounds}`);
  }
  for (const { participant } of entrants) await participant.ask({ do: "close" });
  const { name, title, tolerance, work, floor = null } = wanted;
  return { name, title, tolerance, work, floor, compared, participants: entrants.map(measuredOf) };
}

async function entered(
  wanted: Case,
  participants: readonly Participant[],
  folder: string,
  talk: (text: string) => void,
): Promise<{ readonly entrants: readonly Entrant[]; readonly compared: string | null }> {
  await mkdir("bench/.work/results", { recursive: true });
  const entrants: Entrant[] = [];
  let model: { readonly of: string; readonly data: ArrayLike<number> } | null = null;
  // who computes something else, within a bound of its own, is no measure of the others
  const isOther = ({ name }: Participant): number => Number(wanted.tolerances?.[name] !== undefined);
  for (const participant of participants.toSorted((a, b) => isOther(a) - isOther(b))) {
    const file = resolve(join("bench/.work/results", `${wanted.name}.${participant.name}.npy`));
    const opened = await participant.ask({ do: "open", case: wanted.name, folder });
    if (opened.missing !== undefined) continue;
    talk(`${wanted.name}: ${participant.name} is checked`);
    const checked = opened.error === undefined ? await participant.ask({ do: "check", file }) : opened;
    const entrant = { participant, notes: checked.notes ?? {}, repeats: 1, seconds: [] };
    if (checked.error !== undefined) {
      entrants.push({ ...entrant, difference: null, reason: checked.error });
      continue;
    }
    const { data } = readNpy(await readFile(file));
    model ??= { of: participant.name, data };
    const difference = model.of === participant.name ? null : relativeDifference(data, model.data);
    const bound = wanted.tolerances?.[participant.name] ?? wanted.tolerance;
    const agrees = (difference ?? 0) <= bound;
    const reason = agrees ? null : `its result differs from ${model.of}'s by more than ${bound}`;
    entrants.push({ ...entrant, difference, reason });
  }
  const place = ({ participant }: Entrant): number => participants.indexOf(participant);
  return { entrants: entrants.toSorted((a, b) => place(a) - place(b)), compared: model?.of ?? null };
}

/** Warms up, and finds how many runs fill a round: a first run says little of the next ones. */
async function calibrate(entrant: Entrant): Promise<void> {
  for (let attempt = 0; attempt < 5 && entrant.reason === null; attempt += 1) {
    const { repeats } = entrant;
    const { seconds, error } = await entrant.participant.ask({ do: "time", repeats });
    if (seconds === undefined) entrant.reason = error ?? "it gave no time";
    else if (seconds >= ROUND / 2) return;
    else entrant.repeats = Math.min(1000, 10 * repeats, Math.ceil((ROUND * repeats) / seconds));
  }
}

async function takeTurn(entrant: Entrant): Promise<void> {
  await new Promise((wake) => setTimeout(wake, PAUSE));
  const { seconds, error } = await entrant.participant.ask({ do: "time", repeats: entrant.repeats });
  if (seconds === undefined) entrant.reason = error ?? "it gave no time";
  else entrant.seconds.push(seconds / entrant.repeats);
}

function measuredOf({ participant, difference, notes, repeats, seconds, reason }: Entrant): Measured {
  return {
    participant: participant.name,
    kind: participant.kind,
    statistics: reason === null && seconds.length > 0 ? statisticsOf(seconds) : null,
    reason,
    difference,
    repeats,
    notes,
  };
}
