import type { BoundInputs, BoundProgram } from "../../runtime/program/bound.ts";
import { forecastRun, requireRoom } from "../../runtime/forecast.ts";
import { bytesText } from "../../runtime/measure/bytes.ts";
import type { Terminal } from "../terminal.ts";

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
