/** The longest key of a vector, in characters: those of all programs of this repository stay below a tenth of it. */
const LONGEST_KEY = 50_000;

/** The most terms of a product of two numbers, before like ones are collected. */
const MOST_TERMS = 10_000;

/** How many expressions are read before a proof is given up. */
const MOST_READINGS = 100_000;

/** A step whose symbolic values outgrow the rules. */
class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** What a part of a proof answers, or something else where its values outgrow the rules. */
export function unlessTooLarge<T>(proof: () => T, otherwise: () => T): T {
  try {
    return proof();
  } catch (error) {
    if (error instanceof TooLarge) return otherwise();
    throw error;
  }
}

/** What is left to be read; shared by all contexts of one proof. */
export interface Budget {
  readings: number;
}

/** The budget of one proof. */
export function fullBudget(): Budget {
  return { readings: MOST_READINGS };
}

/** Takes one reading from a budget. Throws TooLarge where none is left. */
export function spend(budget: Budget): void {
  budget.readings -= 1;
  if (budget.readings < 0) throw new TooLarge();
}

/** The key itself. Throws TooLarge where it is too long: keys double with each use of a value in the next one. */
export function boundedKey(key: string): string {
  if (key.length > LONGEST_KEY) throw new TooLarge();
  return key;
}

/** Throws TooLarge for a product of two sums that has too many terms. */
export function boundTerms(left: number, right: number): void {
  if (left * right > MOST_TERMS) throw new TooLarge();
}
