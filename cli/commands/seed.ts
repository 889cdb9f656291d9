import { InvalidArgumentError, Option } from "commander";

/** `--seed N`, a whole number from 0. */
export function seedOption(): Option {
  return new Option("--seed <n>", "names all random numbers").default(0).argParser((text: string) => {
    const seed = Number(text);
    if (Number.isSafeInteger(seed) && seed >= 0 && text.trim() !== "") return seed;
    throw new InvalidArgumentError("It must be a whole number from 0.");
  });
}
