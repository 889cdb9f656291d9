import type { TrainingProgress } from "../../runtime/train/trainer.ts";
import { progressLine } from "../run/progressLine.ts";
import type { Terminal } from "../terminal.ts";

/** Speaks of a training. */
export function trainingTalk(
  terminal: Terminal,
  program: string,
): { readonly progress: (progress: TrainingProgress) => void; readonly end: () => void } {
  const line = progressLine(terminal);
  return {
    progress: (progress) => {
      line.show(progressText(program, progress));
    },
    end: line.clear,
  };
}

function progressText(program: string, progress: TrainingProgress): string {
  const { stage, stages, stageName, step, steps, loss, rate, validation, secondsLeft } = progress;
  const place = stages === 1 ? "" : `, ${stageName} (${stage + 1} of ${stages})`;
  const checked = validation === null ? "" : `, validation ${validation.toExponential(3)}`;
  const left = `${duration(secondsLeft)} left`;
  return `training ${program}${place}: step ${step}/${steps}, loss ${loss.toExponential(3)}${checked}, rate ${rate}, ${left}`;
}

/** Seconds as people say them: `40 s`, `3 min`. */
function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
