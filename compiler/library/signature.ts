import type { Interval } from "../types/interval.ts";
import type { PropertyName } from "../types/property.ts";
import type { Scheme } from "../types/scheme.ts";
import type { METHOD_NAMES } from "./names.ts";

export type MethodName = (typeof METHOD_NAMES)[number];

/** How the value of a setting is checked, and what it is when it is left out. */
export type SettingRule =
  /** a whole number from `least` on, which may depend on sizes; null: it may be absent */
  | {
      readonly kind: "count";
      readonly initial: number | null;
      readonly least: number;
      readonly required?: true;
    }
  | {
      readonly kind: "number";
      readonly initial: number | null;
      readonly within: Interval;
      readonly required?: true;
    }
  | { readonly kind: "word"; readonly words: readonly string[]; readonly initial: string }
  | { readonly kind: "truth"; readonly initial: boolean }
  /** one axis or several, as in `axes = (0, 1)` */
  | { readonly kind: "axes"; readonly initial: readonly number[] }
  /** any real expression, which may change while the program runs */
  | { readonly kind: "expression"; readonly within: Interval; readonly required?: true }
  /** a value whose type the callee's own rule asks for */
  | { readonly kind: "value"; readonly required?: true }
  /** a method with settings of its own */
  | {
      readonly kind: "method";
      readonly methods: readonly (MethodName | "none")[];
      readonly initial: MethodName | "none" | null;
    };

export type SettingRules = Readonly<Record<string, SettingRule>>;

/** What stands at a position of a call. */
export type ParameterRule =
  | { readonly kind: "array"; readonly name: string; readonly scheme: Scheme; readonly optional?: true }
  /** a whole number from 1 on, which gives the letter of this name its value */
  | { readonly kind: "count"; readonly name: string }
  | { readonly kind: "word"; readonly name: string; readonly words: readonly string[] }
  | { readonly kind: "operator"; readonly name: string; readonly domain: Scheme; readonly codomain: Scheme };

/** A property that holds for every operator of an entry, with its constant. */
export interface StatedProperty {
  readonly property: PropertyName;
  readonly bound: number | null;
}

/** What the settings of a call are once checked, as far as rules of types depend on them. */
export interface ChosenSettings {
  readonly word: (name: string) => string | null;
  readonly count: (name: string) => number | null;
  readonly axes: (name: string) => readonly number[] | null;
}

/** The signature of an operator of the library. */
export interface OperatorSignature {
  readonly definition: string;
  readonly parameters: readonly ParameterRule[];
  readonly settings: SettingRules;
  readonly domain: (settings: ChosenSettings) => Scheme;
  readonly codomain: (settings: ChosenSettings) => Scheme;
  readonly properties: (settings: ChosenSettings) => readonly StatedProperty[];
}
