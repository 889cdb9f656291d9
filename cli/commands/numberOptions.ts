import { InvalidArgumentError, Option } from "commander";

/** An option that takes a whole number from 1. */
export function countOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    const count = Number(text);
    if (Number.isSafeInteger(count) && count >= 1) return count;
    throw new InvalidArgumentError("It must be a whole number from 1.");
  });
}

/** An option that takes a positive number. */
export function positiveOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    const value = Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw new InvalidArgumentError("It must be a positive number.");
  });
}
