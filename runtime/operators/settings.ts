import { OperatorError } from "./operatorError.ts";
import type { LibrarySettings } from "./library.ts";

type Setting = LibrarySettings[string];

/** How one setting of an operator is read: `undefined` from `read` means that the value cannot be had. */
export interface SettingRule<T> {
  /** what it may be, to follow "must be" in a message */
  readonly expects: string;
  /** the value where none is given; `undefined` makes the setting compulsory */
  readonly initial: T | undefined;
  readonly read: (value: Setting) => T | undefined;
}

/** An integer of at least `least`. */
export function count(initial: number | undefined, least = 1): SettingRule<number> {
  return {
    expects: `an integer of at least ${least}`,
    initial,
    read: (value) =>
      typeof value === "number" && Number.isSafeInteger(value) && value >= least ? value : undefined,
  };
}

/** One of some words. */
export function word<W extends string>(words: readonly W[], initial?: W): SettingRule<W> {
  return {
    expects: words.map((each) => `\`${each}\``).join(" or "),
    initial,
    read: (value) => words.find((each) => each === value),
  };
}

/** True or false. */
export function truth(initial: boolean): SettingRule<boolean> {
  return {
    expects: "`true` or `false`",
    initial,
    read: (value) => (typeof value === "boolean" ? value : undefined),
  };
}

/** A number in [low, high]. */
export function numberWithin(low: number, high: number, initial?: number): SettingRule<number> {
  return {
    expects: high === Number.MAX_VALUE ? `a finite number from ${low}` : `a number in [${low}, ${high}]`,
    initial,
    read: (value) => (typeof value === "number" && value >= low && value <= high ? value : undefined),
  };
}

/** A finite number greater than 0. */
export function positive(initial?: number): SettingRule<number> {
  return {
    expects: "a number greater than 0",
    initial,
    read: (value) => (typeof value === "number" && value > 0 && Number.isFinite(value) ? value : undefined),
  };
}

/** A list of integers of at least `least`; one integer is a list of one; null where none is given. */
export function counts(least = 1): SettingRule<readonly number[] | null> {
  return {
    expects: `a list of integers of at least ${least}`,
    initial: null,
    read: (value) => {
      const list = typeof value === "number" ? [value] : value;
      if (typeof list !== "object") return undefined;
      return list.every((each) => Number.isSafeInteger(each) && each >= least) ? list : undefined;
    },
  };
}

type Rules = Readonly<Record<string, SettingRule<unknown>>>;
type Read<R extends Rules> = { readonly [K in keyof R]: R[K] extends SettingRule<infer T> ? T : never };

/**
 * The settings of an operator, complete.
 * @throws OperatorError IPX8201 for a name that is none of its settings; IPX8202 for a missing or impossible value.
 */
export function readSettings<R extends Rules>(
  operator: string,
  settings: LibrarySettings,
  rules: R,
): Read<R> {
  const names = Object.keys(rules);
  for (const name of Object.keys(settings)) {
    if (names.includes(name)) continue;
    throw new OperatorError("IPX8201", {
      what: `\`${operator}\` has no setting \`${name}\`.`,
      hint: names.length === 0 ? "It takes none." : `Its settings are ${names.join(", ")}.`,
    });
  }
  const entries = Object.entries(rules).map(([name, rule]) => [
    name,
    readSetting(operator, name, settings[name], rule),
  ]);
  return Object.fromEntries(entries) as Read<R>;
}

function readSetting(
  operator: string,
  name: string,
  value: Setting | undefined,
  rule: SettingRule<unknown>,
): unknown {
  if (value === undefined) {
    if (rule.initial !== undefined) return rule.initial;
    throw new OperatorError("IPX8202", {
      what: `\`${operator}\` needs its setting \`${name}\`.`,
      why: `It must be ${rule.expects}.`,
    });
  }
  const read = rule.read(value);
  if (read !== undefined) return read;
  throw new OperatorError("IPX8202", {
    what: `The setting \`${name}\` of \`${operator}\` must be ${rule.expects}.`,
    why: `It is ${typeof value === "object" ? `(${value.join(", ")})` : String(value)}.`,
  });
}
