import type { Plan, PlanData, PlanDivision, PlanParameter, PlanRequirement } from "../plan/plan.ts";
import { typeDeclaration } from "../plan/declare.ts";
import { inlineFunction } from "./functions.ts";
import type { TopLevel } from "./moduleNames.ts";
import type { SectionTexts } from "./sections.ts";
import { literal, object, type Entry } from "./text.ts";

/** The definition of the program as an object literal that refers to the functions of the module. */
export function definitionText(plan: Plan, sections: SectionTexts, top: TopLevel): string {
  return object([
    ["name", literal(plan.name)],
    ...unless(plan.doc === "", "doc", literal(plan.doc)),
    ["hash", literal(plan.hash)],
    ["sizes", literal(plan.sizes)],
    ["spaces", literal(plan.spaces)],
    ["givens", list(plan.givens.map((data) => dataText(data, top)))],
    ["inputs", list(plan.inputs.map((data) => dataText(data, top)))],
    ["parameters", list(plan.parameters.map((parameter) => parameterText(parameter, top)))],
    ...unless(
      plan.requirements.length === 0,
      "requirements",
      list(plan.requirements.map((requirement) => requirementText(requirement, top))),
    ),
    ...unless(
      plan.divisions.length === 0,
      "divisions",
      list(plan.divisions.map((division) => divisionText(division, top))),
    ),
    [
      "states",
      literal(
        plan.states.map(({ name, type, assumedInterval, carried }) => ({
          name,
          type,
          assumedInterval,
          carried,
        })),
      ),
    ],
    ...(plan.counter === null ? [] : [["counter", literal(plan.counter)] as const]),
    ...unless(plan.draws.length === 0, "draws", literal(plan.draws.map(({ declaration }) => declaration))),
    ["output", literal({ type: plan.output })],
    ["constants", sections.constants],
    ["prepare", sections.prepare],
    ["initial", sections.initial],
    ...(sections.firstStep === null ? [] : [["firstStep", sections.firstStep] as const]),
    ["step", sections.step],
    ["finish", sections.finish],
    ["objective", sections.objective],
    ["until", sections.until],
    ["target", literal(plan.target)],
    ["certificate", literal(plan.certificate)],
    ["notes", literal(plan.notes)],
    ...unless(!plan.inputGradients, "inputGradients", "true"),
    ...unless(!plan.frozen, "frozen", "true"),
  ]);
}

/** A declaration of data; what `defineProgram` fills in is left out. */
function dataText(data: PlanData, top: TopLevel): string {
  return object([
    ["name", literal(data.name)],
    ["type", literal(typeDeclaration(data.type))],
    ...unless(data.doc === "", "doc", literal(data.doc)),
    ...unless(!data.perStep, "perStep", "true"),
    ...unless(data.interval === null, "interval", literal(data.interval)),
    ...unless(data.properties.length === 0, "properties", literal(data.properties)),
    ...(data.initial === null ? [] : [["initial", inlineFunction(data.initial, "plain", top)] as const]),
  ]);
}

function parameterText(parameter: PlanParameter, top: TopLevel): string {
  const { initial, interval, projection } = parameter;
  const start =
    initial.kind === "value"
      ? object([
          ["kind", literal("value")],
          ["evaluate", inlineFunction(initial.evaluate, "plain", top)],
        ])
      : literal(initial);
  return object([
    ["name", literal(parameter.name)],
    ["type", literal(typeDeclaration(parameter.type))],
    ...unless(parameter.doc === "", "doc", literal(parameter.doc)),
    ...unless(!parameter.perStep, "perStep", "true"),
    ["initial", start],
    ...(interval === null ? [] : [["interval", inlineFunction(interval, "record", top)] as const]),
    ...(projection === null ? [] : [["projection", inlineFunction(projection, "plain", top)] as const]),
    ...unless(parameter.via === "projection", "via", literal(parameter.via)),
    ...unless(parameter.average === undefined, "average", literal(parameter.average)),
    ...unless(parameter.of === undefined, "of", literal(parameter.of)),
    ...unless(parameter.spectralBound === null, "spectralBound", literal(parameter.spectralBound)),
  ]);
}

function requirementText({ evaluate, ...stated }: PlanRequirement, top: TopLevel): string {
  return object([
    ...Object.entries(stated).map(([key, value]) => [key, literal(value)] as const),
    ["evaluate", inlineFunction(evaluate, "record", top)],
  ]);
}

function divisionText({ dividend, divisor, span }: PlanDivision, top: TopLevel): string {
  const place = span && top.placeOf(span);
  return object([
    ["dividend", literal(dividend)],
    ["divisor", literal(divisor)],
    ...(place === null ? [] : [["place", literal(place)] as const]),
  ]);
}

function unless(left: boolean, key: string, text: string): readonly Entry[] {
  return left ? [] : [[key, text]];
}

function list(items: readonly string[]): string {
  return `[${items.join(", ")}]`;
}
