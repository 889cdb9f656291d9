import type { Run } from "./machine.ts";

/** A run that copies an array: the places of both arrays, in bytes. */
interface Copy {
  readonly at: number;
  readonly to: number;
  readonly from: number;
}

/**
 * The runs without those copies of arrays which can be written where the copy would go: where a written kernel, whose
 * first argument is the place of its only result, makes the array, and nobody else touches either place from there on,
 * or until the copy. Numbers that only look like places keep a copy, and do no harm.
 */
export function foldCopies(runs: readonly Run[]): readonly Run[] {
  const folded: (Run | null)[] = [...runs];
  runs.forEach((run, at) => {
    if (run.runnable.name !== "copy") return;
    const [to = 0, from = 0] = run.words;
    const maker = makerOf(folded, { at, to, from });
    if (maker === null) return;
    const made = folded[maker];
    if (made === null || made === undefined) return;
    folded[maker] = { ...made, words: [to, ...made.words.slice(1)] };
    folded[at] = null;
  });
  return folded.filter((run) => run !== null);
}

/** The run that makes what is copied, if it may as well write it to its end. */
function makerOf(runs: readonly (Run | null)[], { at, to, from }: Copy): number | null {
  const touches = (run: Run | null, place: number): boolean => run?.words.includes(place) ?? false;
  for (let maker = at - 1; maker >= 0; maker--) {
    const run = runs[maker] ?? null;
    if (run === null || !touches(run, from)) {
      if (touches(run, to)) return null;
      continue;
    }
    const isMaker =
      run.runnable.writesFirst && run.words.indexOf(from) === 0 && run.words.lastIndexOf(from) === 0;
    const later = runs.slice(at + 1).some((each) => touches(each, from));
    return isMaker && !later && !run.words.includes(to) ? maker : null;
  }
  return null;
}
