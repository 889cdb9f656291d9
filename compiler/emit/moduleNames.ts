import { uniqueIdentifier } from "../plan/names.ts";
import type { Plan, PlanGroup } from "../plan/plan.ts";
import type { ModuleNames } from "./functionText.ts";
import { recordType } from "./groups.ts";
import { RESERVED, type RuntimeName } from "./reserved.ts";

/** The functions that a module may have beside its networks. */
export const FUNCTION_NAMES = [
  "constants",
  "prepare",
  "prepareSaving",
  "prepareAdjoint",
  "prepareInputAdjoint",
  "initial",
  "initialSaving",
  "initialAdjoint",
  "initialInputAdjoint",
  "firstStep",
  "firstStepSaving",
  "firstStepAdjoint",
  "firstStepInputAdjoint",
  "step",
  "stepSaving",
  "stepAdjoint",
  "stepStateAdjoint",
  "stepInputAdjoint",
  "finish",
  "finishSaving",
  "finishAdjoint",
  "finishInputAdjoint",
  "objective",
  "until",
] as const;

const TYPE_NAMES = [
  "Givens",
  "Inputs",
  "Data",
  "Constants",
  "Learned",
  "Prepared",
  "Known",
  "State",
] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];
type TypeName = (typeof TYPE_NAMES)[number];

/** A record that a network gives, and which does. */
export interface NetworkRecord extends PlanGroup {
  readonly by: string;
}

/** The names at the outermost level of a module, and which names of the runtime it uses. */
export interface TopLevel extends ModuleNames {
  readonly program: string;
  readonly ofFunction: (name: FunctionName) => string;
  readonly ofType: (name: TypeName) => string;
  readonly used: ReadonlySet<RuntimeName>;
  /** the records that networks hand over, by the names of their types */
  readonly records: ReadonlyMap<string, NetworkRecord>;
}

/** Names the program, its types, functions and networks; the program's own name wins where two would be equal. */
export function topLevelNames(plan: Plan, placeOf: TopLevel["placeOf"]): TopLevel {
  const taken = new Set(RESERVED);
  const claim = (hint: string): string => {
    const name = uniqueIdentifier(hint, (candidate) => taken.has(candidate));
    taken.add(name);
    return name;
  };
  const program = claim(plan.name);
  const types = new Map(TYPE_NAMES.map((name) => [name, claim(name)]));
  const functions = new Map(FUNCTION_NAMES.map((name) => [name, claim(name)]));
  const networks = new Map(plan.networks.map((network) => [network.name, claim(network.name)]));
  const records = recordNames(plan, claim);
  const used = new Set<RuntimeName>();
  return {
    program,
    placeOf,
    ofFunction: (name) => functions.get(name) ?? name,
    ofType: (name) => types.get(name) ?? name,
    networkOf: (name) => plan.networks.find((network) => network.name === name) ?? null,
    recordType: (group) => {
      const text = recordType(group.names);
      const known = [...records].find(([, { names }]) => recordType(names) === text);
      return known?.[0] ?? text;
    },
    records,
    network: (name) => networks.get(name) ?? name,
    isReserved: (name) => taken.has(name),
    use: (name) => used.add(name),
    used,
  };
}

/** A name for the type of each record that a network gives. */
function recordNames(plan: Plan, claim: (hint: string) => string): ReadonlyMap<string, NetworkRecord> {
  const records = new Map<string, NetworkRecord>();
  const texts = new Set<string>();
  for (const { name, given } of plan.networks) {
    const text = given === null ? "" : recordType(given.names);
    if (given === null || texts.has(text)) continue;
    texts.add(text);
    records.set(claim(`${given.network}_${given.holds === "saved" ? "Saved" : "Weights"}`), {
      ...given,
      by: name,
    });
  }
  return records;
}
