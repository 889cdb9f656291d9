import type { Certificate } from "../../../runtime/program/definition.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { IrBuilder } from "../../ir/build.ts";
import { Functions } from "../../ir/functions.ts";
import type { IrProgram } from "../../ir/program.ts";
import type { Symbol } from "../../types/typing.ts";
import { lowerBindings } from "./bindings.ts";
import { CalledPrograms } from "../called/programs.ts";
import { arrangementOf } from "../called/weightNetworks.ts";
import { withCounts } from "../counts.ts";
import { lowerData } from "./data.ts";
import { divisionsOf } from "./divisions.ts";
import { DrawTable } from "./drawTable.ts";
import { collectDefinitions } from "./definitions.ts";
import { lowerExpression } from "../expression.ts";
import { declareLearnable, parametersOf } from "./learnables.ts";
import { lowerNetwork } from "../networks/networks.ts";
import type { LoweredNetwork } from "../networks/networks.ts";
import { lowerRequirement, requirementsOfData, requirementsOfNetwork } from "./requirements.ts";
import { Scope } from "../scope.ts";
import { lowerSections } from "./sections.ts";
import type { ProgramContext, Site } from "../site.ts";

/** The program in the IR, before any pass. `hash` names its canonical text. */
export function lowerProgram(
  program: CheckedProgram,
  hash: string,
  certificate: Certificate | null,
): IrProgram {
  const functions = new Functions();
  const constants = new IrBuilder(functions);
  const prepare = new IrBuilder(functions, constants);
  const networks = new Map<Symbol, LoweredNetwork>();
  const draws = new DrawTable();
  const declarations: ProgramContext = {
    lowerExpression,
    definitions: collectDefinitions(program),
    networks,
    sampled: null,
    inStep: false,
    nets: program.nets,
    layers: null,
    draws,
    defaults: defaultsOf(program),
    old: new Map(),
    lastTest: new Map(),
    instances: program.instances,
    weightStarts: program.weightStarts,
    called: new CalledPrograms(constants, program),
  };
  const first: Site = { builder: constants, scope: new Scope(null), program: declarations };
  const givens = program.givens.map((given) => lowerData(first, given));
  const inputs = program.inputs.map((input) => lowerData(first, input));
  const sampled = inputs.find(({ variable }) => variable.type.kind === "value")?.variable ?? null;
  const context: ProgramContext = { ...declarations, sampled };
  const early: Site = { ...first, program: context };
  const site: Site = { builder: prepare, scope: new Scope(early.scope), program: context };
  const learned = program.learnables.map((learn) => declareLearnable(early, learn));
  program.learnables.forEach((learn) => {
    if (learn.type.kind === "netType") {
      const network = lowerNetwork(early, learn, arrangementOf(early, learn));
      networks.set(network.symbol, network);
    }
  });
  lowerBindings(early, site, program);
  const parameters = program.learnables.flatMap((learn, index) =>
    parametersOf(early, learn, learned[index] ?? null, networks),
  );
  const sections = lowerSections(site, program);
  const requirements = [
    ...[...program.givens, ...program.inputs].flatMap((data) => requirementsOfData(early, data)),
    ...program.learnables.flatMap((learn) => requirementsOfNetwork(early, learn)),
    ...[...program.requirements, ...context.called.requirements].map((each) =>
      lowerRequirement(early, program.tree.name.name, each),
    ),
  ];
  const blocks = {
    functions: functions.all(),
    constants: { parameters: [], equations: constants.equations, results: [] },
    prepare: { parameters: [], equations: prepare.equations, results: [] },
    ...sections,
  };
  const divisions = divisionsOf(blocks);
  return {
    name: program.tree.name.name,
    doc: program.tree.doc?.lines.join("\n") ?? "",
    hash,
    ...headerOf(program),
    givens,
    inputs,
    parameters: [...parameters, ...context.called.weights],
    requirements,
    ...(divisions.length === 0 ? {} : { divisions }),
    draws: draws.all,
    ...blocks,
    targets: program.targets.map((each) => ({
      target: withCounts(each, context.definitions),
      declared: true,
    })),
    certificate,
  };
}

function headerOf({ tree }: CheckedProgram): Pick<IrProgram, "sizes" | "spaces"> {
  return {
    sizes: tree.parameters.flatMap((each) =>
      each.kind === "sizeParameter" ? [{ name: each.name.name, initial: each.initial?.value ?? null }] : [],
    ),
    spaces: tree.parameters.flatMap((each) =>
      each.kind === "spaceParameter" ? [{ name: each.name.name, field: fieldOf(each.field) }] : [],
    ),
  };
}

function fieldOf(field: "R" | "C" | null): "any" | "real" | "complex" {
  if (field === null) return "any";
  return field === "R" ? "real" : "complex";
}

function defaultsOf(program: CheckedProgram): Readonly<Record<string, number>> {
  const defaults: Record<string, number> = {};
  for (const each of program.tree.parameters) {
    if (each.kind === "sizeParameter" && each.initial !== null) defaults[each.name.name] = each.initial.value;
  }
  return defaults;
}
