import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import type { BoundInputs, BoundProgram } from "../../runtime/program/bound.ts";
import { forecastBoundRun, forecastRun, requireRoom } from "../../runtime/forecast.ts";
import { bytesText } from "../../runtime/measure/bytes.ts";
import type { ProgramData } from "../binding/bindProgram.ts";
import type { Terminal } from "../terminal.ts";
import { type GivenFiles, hollowGiven, numbersIn, type OpenGiven } from "./inputFiles.ts";

/** Bytes of data from which on a run says what it will take: below, it is over before anyone has read it. */
const WORTH_SAYING = 64 * 2 ** 20;

/**
 * Says how much memory a run on much data takes, where the engine knows.
 * @throws EngineError where it is more than there is
 */
export async function foretellRun(
  terminal: Terminal,
  program: BoundProgram,
  batch: BoundInputs,
): Promise<void> {
  const { engine } = program.operations;
  const { bytes } = engine.memory();
  if (bytes < WORTH_SAYING) return;
  const forecast = await forecastRun(program, batch);
  if (forecast === null) return;
  requireRoom(engine.name, "run", forecast);
  terminal.talk(
    `The run takes at most ${bytesText(forecast.peak)} of memory beside ${bytesText(bytes)} of data.\n`,
  );
}

/** A program with what is bound to it. */
export interface BoundRun {
  readonly data: ProgramData;
  readonly program: BoundProgram;
  readonly batch: BoundInputs;
}

/** The bytes of a number on an engine that foretells. */
const BYTES = 4;

/**
 * Refuses a run on much data that does not fit, before the data are read: by the headers of the files, zeros in the
 * place of numbers. What else is wrong is found once more, and said, where the numbers are bound.
 * @throws EngineError where it is more than there is
 */
export async function foretellByShapes(
  engine: Engine,
  opened: OpenGiven,
  bind: (operations: Operations, given: GivenFiles) => Promise<BoundRun>,
): Promise<void> {
  if (BYTES * numbersIn(opened) < WORTH_SAYING) return;
  const forecast = await forecastBoundRun(engine, async (operations) => {
    const { program, batch } = await bind(operations, hollowGiven(opened));
    return { program, inputs: batch };
  }).catch((error: unknown) => {
    if (error instanceof Error) return null;
    throw error;
  });
  requireRoom(engine.name, "run", forecast);
}
