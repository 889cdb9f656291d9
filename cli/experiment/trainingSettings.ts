import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import type { Schedule } from "../../runtime/train/schedule.ts";
import type { TrainingOptions } from "../../runtime/train/trainer.ts";
import { Failure } from "../failure.ts";
import { EXIT } from "../terminal.ts";
import type { TrainSettings } from "./schema.ts";
import type { Setting } from "./setting.ts";

/** What of an experiment changes the result of its training beside what the trainer knows, by the names of its keys. */
export function identityOf({ experiment: { settings } }: Setting): Readonly<Record<string, string>> {
  const { target, steps, given, data, train } = settings;
  const tables = [
    ...Object.entries({ target, "steps of the program": steps, "train.loss": train?.loss }),
    ...Object.entries(given).map(([name, value]) => [`given.${name}`, value] as const),
    ...Object.entries(data).map(([name, value]) => [`data.${name}`, value] as const),
  ];
  return Object.fromEntries(
    tables.flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)] as const])),
  );
}

/** Names of parameters that the program does not have are refused: a misspelt one would train what is to rest. */
export function requireParameters(
  { experiment }: Setting,
  { parameters }: ProgramDefinition,
  factors: TrainSettings["factors"],
): void {
  const known = parameters.map(({ name }) => name);
  const faults = Object.keys(factors)
    .filter((name) => !known.includes(name))
    .map((key) => {
      const words = { key, table: "What is learned", suggestion: nearest(key, known), known };
      return diagnose("IPX8502", experiment.toml.keySpan(["train", "factors", key]), words);
    });
  if (faults.length > 0) throw new Failure(faults, EXIT.usage);
}

/** @throws Failure for keys of `train` that are without effect beside the others */
export function requireEffect(
  { toml }: Setting["experiment"],
  { parameters }: ProgramDefinition,
  { schedule, rates, older, warm, factors, patience, every }: TrainSettings,
): void {
  const faults: Diagnostic[] = [];
  const add = (key: string, what: string, hint: string): void => {
    faults.push(diagnose("IPX8503", toml.keySpan(["train", key]), { what, hint }));
  };
  if (schedule !== "layerwise") {
    const given = Object.entries({ rates, older, warm: warm ? warm : undefined });
    for (const [key, value] of given) {
      if (value === undefined) continue;
      add(
        key,
        `\`${key}\` is for a training layer by layer`,
        'Leave it out, or write `schedule = "layerwise"`.',
      );
    }
  }
  if (parameters.length > 0 && parameters.every(({ name }) => factors[name] === 0))
    add(
      "factors",
      "With these factors nothing is learned: all of them are 0",
      "Leave one out, or make it positive.",
    );
  if (patience !== undefined && every !== undefined && patience < every) {
    const what = `\`patience\` = ${patience} ends each stage before a second validation, which comes every ${every} steps`;
    add("patience", what, `Make it at least ${every}, or \`every\` smaller.`);
  }
  if (faults.length > 0) throw new Failure(faults, EXIT.usage);
}

/** The options of a training that are settings alone. */
export function plainOptions(
  training: TrainSettings,
): Pick<
  TrainingOptions,
  "optimiser" | "batch" | "steps" | "schedule" | "rates" | "clipping" | "recompute" | "patience"
> {
  const { optimiser, batch, steps, factors, clip, recompute, patience } = training;
  return {
    optimiser,
    batch,
    steps,
    schedule: scheduleOf(training),
    rates: factors,
    recompute: recompute ? "steps" : "none",
    ...(clip === undefined ? {} : { clipping: { kind: "norm", bound: clip } }),
    ...(patience === undefined ? {} : { patience }),
  };
}

function scheduleOf({ schedule, rates, older, warm }: TrainSettings): Schedule {
  if (schedule !== "layerwise") return { kind: schedule };
  return {
    kind: "layerwise",
    warm,
    ...(rates === undefined ? {} : { rates }),
    ...(older === undefined ? {} : { decay: older }),
  };
}
