import { uniqueIdentifier } from "../plan/names.ts";
import type { Plan } from "../plan/plan.ts";
import type { ModuleNames } from "./functionText.ts";
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

/** The names at the outermost level of a module, and which names of the runtime it uses. */
export interface TopLevel extends ModuleNames {
  readonly program: string;
  readonly ofFunction: (name: FunctionName) => string;
  readonly ofType: (name: TypeName) => string;
  readonly used: ReadonlySet<RuntimeName>;
}

/** Names the program, its types, functions and networks; the program's own name wins where two would be equal. */
export function topLevelNames(plan: Plan): TopLevel {
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
  const used = new Set<RuntimeName>();
  return {
    program,
    ofFunction: (name) => functions.get(name) ?? name,
    ofType: (name) => types.get(name) ?? name,
    network: (name) => networks.get(name) ?? name,
    isReserved: (name) => taken.has(name),
    use: (name) => used.add(name),
    used,
  };
}
