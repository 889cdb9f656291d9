import { binding } from "./catalogue/binding.ts";
import { certificates } from "./catalogue/certificates.ts";
import { compilation } from "./catalogue/compilation.ts";
import { names } from "./catalogue/names.ts";
import { rules } from "./catalogue/rules.ts";
import { shapes } from "./catalogue/shapes.ts";
import { stages } from "./catalogue/stages.ts";
import { step } from "./catalogue/step.ts";
import { targets } from "./catalogue/targets.ts";
import { text } from "./catalogue/text.ts";
import type { DiagnosticEntry } from "./entry.ts";

/** The words of every code. A new code is a new entry in the file of its hundred. */
export const catalogue = {
  ...text,
  ...names,
  ...shapes,
  ...rules,
  ...stages,
  ...step,
  ...targets,
  ...certificates,
  ...binding,
  ...compilation,
} as const;

/** A code of the catalogue, such as `IPX1001`. */
export type Code = keyof typeof catalogue;

/** What a code's words depend on. */
export type ArgumentsOf<C extends Code> = (typeof catalogue)[C] extends {
  readonly title: (args: infer Arguments) => string;
}
  ? Arguments
  : never;

/** The names of a code's further places. */
export type LabelNameOf<C extends Code> = (typeof catalogue)[C] extends { readonly labels?: infer Labels }
  ? keyof NonNullable<Labels> & string
  : never;

/** The catalogue, typed so that a code and its arguments stay together. */
export type Catalogue = { readonly [C in Code]: DiagnosticEntry<ArgumentsOf<C>, LabelNameOf<C>> };
