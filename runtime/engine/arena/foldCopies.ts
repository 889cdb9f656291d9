import type { Run } from "./machine.ts";

/** A run that copies an array: the places of both arrays, in bytes, and their size. */
interface Copy {
  readonly at: number;
  readonly to: number;
  readonly from: number;
  readonly size: number;
}

/** The run that makes what is copied, the argument that is its place, and the runs in between that read it. */
interface Maker {
  readonly at: number;
  readonly result: number;
  readonly readers: readonly number[];
}

/**
 * The runs without those copies of arrays which can be written where the copy would go: where a kernel that writes
 * nothing but whole arrays makes the array, and nobody else touches either place from there on, or until the copy, but
 * kernels of which is known that they read the array: they read it where it is then. So updates of optimisers come to be in place. Numbers that only look like places keep a copy, and do no harm.
 */
export function foldCopies(runs: readonly Run[]): readonly Run[] {
  const folded: (Run | null)[] = [...runs];
  runs.forEach((run, at) => {
    if (run.runnable.name !== "copy") return;
    const [to = 0, from = 0, entries = 0] = run.words;
    const maker = makerOf(folded, { at, to, from, size: 4 * entries });
    if (maker === null) return;
    const made = folded[maker.at];
    if (made === null || made === undefined) return;
    folded[maker.at] = { ...made, words: made.words.with(maker.result, to) };
    for (const reader of maker.readers) {
      const reading = folded[reader];
      if (reading === null || reading === undefined) continue;
      folded[reader] = { ...reading, words: reading.words.map((word) => (word === from ? to : word)) };
    }
    folded[at] = null;
  });
  return folded.filter((run) => run !== null);
}

/** The run that makes what is copied, if it may as well write it to its end. */
function makerOf(runs: readonly (Run | null)[], { at, to, from, size }: Copy): Maker | null {
  const within = (place: number) => (word: number) => word >= place && word < place + size;
  const touches = (run: Run | null, place: number): boolean => run?.words.some(within(place)) ?? false;
  const readers: number[] = [];
  const isReader = ({ words, runnable }: Run): boolean =>
    words.every(
      (word, index) =>
        !within(to)(word) && (!within(from)(word) || (word === from && runnable.reads.includes(index))),
    );
  for (let maker = at - 1; maker >= 0; maker--) {
    const run = runs[maker] ?? null;
    if (run === null || !touches(run, from)) {
      if (touches(run, to)) return null;
      continue;
    }
    const { results, inPlace } = run.runnable;
    const result = run.words.findIndex(within(from));
    const isMaker =
      run.words[result] === from &&
      results.includes(result) &&
      run.words.findLastIndex(within(from)) === result;
    const isFree = run.words.every(
      (word, index) => !within(to)(word) || (inPlace && word === to && index === result - 1),
    );
    const later = runs.slice(at + 1).some((each) => touches(each, from));
    if (isMaker) return isFree && !later ? { at: maker, result, readers } : null;
    if (!isReader(run)) return null;
    readers.push(maker);
  }
  return null;
}
