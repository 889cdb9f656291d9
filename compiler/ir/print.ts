import { print } from "../../runtime/arrays/print.ts";
import { text as dimensionText } from "../types/dimension.ts";
import type { Block, Equation, IrFunction, Variable } from "./block.ts";
import type { AdjointBlock, ProgramDerivative } from "./derivative.ts";
import type { Operation, OperationAttributes } from "./operation.ts";
import type { IrData, IrParameter, IrProgram } from "./program.ts";
import { spaceText, typeText } from "./spaces.ts";
import { blocksOf } from "./variables.ts";

/** A program of the IR as text: headings, then an equation a line, such as `r : Y = sub(A_x, y)`; numbers in place. */
export function printProgram(program: IrProgram): string {
  const names = new Names();
  const sections: readonly (readonly [string, Block | null])[] = [
    ["constants", program.constants],
    ["prepare", program.prepare],
    ["initial", program.initial],
    ["first step", program.firstStep ?? null],
    ["step", program.step],
    ["finish", program.finish],
    ["objective", program.objective],
    ["until", program.until],
  ];
  const functions = program.functions.map((each) => printFunction(each));
  const declarations = declarationLines(program, names);
  const texts = sections.map(([title, block]) => (block === null ? "" : section(title, block, names)));
  const header = [`program ${program.name}`, ...declarations].join("\n");
  return [...functions, header, ...texts].filter((text) => text !== "").join("\n\n") + "\n";
}

/** The reverses of a program's sections as text, behind the program. */
export function printDerivative(program: IrProgram, derivative: ProgramDerivative): string {
  const functions = derivative.functions.map((each) => printFunction(each));
  const texts = [...functions];
  const sections = [
    ["prepare", derivative.prepare],
    ["initial", derivative.initial],
    ["first step", derivative.firstStep ?? null],
    ["step", derivative.step],
    ["finish", derivative.finish],
  ] as const;
  for (const [name, reverse] of sections) {
    if (reverse === null) continue;
    const names = new Names();
    declarationLines(program, names);
    texts.push(section(`${name} (saving)`, reverse.save, names));
    texts.push(adjointText(`${name} (adjoint)`, reverse.adjoint, names));
    if (reverse.stateAdjoint !== null)
      texts.push(adjointText(`${name} (state adjoint)`, reverse.stateAdjoint, names));
    if (reverse.inputAdjoint !== undefined)
      texts.push(adjointText(`${name} (input adjoint)`, reverse.inputAdjoint, names));
  }
  return texts.join("\n\n") + "\n";
}

function adjointText(title: string, adjoint: AdjointBlock, names: Names): string {
  const of = adjoint.of.map((variable) => names.of(variable)).join(", ");
  return section(`${title} of ${of}`, adjoint.block, names);
}

function printFunction(printed: IrFunction): string {
  return section(`function ${printed.name}`, printed.body, new Names());
}

/** A block as text, its parameters and results with it. */
export function printBlock(block: Block): string {
  return section("block", block, new Names()) + "\n";
}

/** Names for variables: the hint, with a number behind it where another variable has it. */
class Names {
  readonly #given = new Map<Variable, string>();
  readonly #counts = new Map<string, number>();

  /** Notes that a variable is a number, which is printed in its place. */
  literal(variable: Variable, value: number): void {
    this.#given.set(variable, String(value));
  }

  of(variable: Variable): string {
    const known = this.#given.get(variable);
    if (known !== undefined) return known;
    const count = this.#counts.get(variable.name) ?? 0;
    this.#counts.set(variable.name, count + 1);
    const name = count === 0 ? variable.name : this.#free(variable.name, count);
    this.#given.set(variable, name);
    return name;
  }

  #free(hint: string, count: number): string {
    const name = `${hint}.${count}`;
    this.#counts.set(name, 1);
    return name;
  }
}

function section(title: string, block: Block, names: Names): string {
  if (block.parameters.length + block.equations.length + block.results.length === 0) return "";
  const parameters = block.parameters.map((each) => declared(each, names)).join(", ");
  const heading = parameters === "" ? title : `${title}(${parameters})`;
  return [`${heading}:`, ...blockLines(block, names, "  ")].join("\n");
}

function blockLines(block: Block, names: Names, indent: string): readonly string[] {
  const lines = block.equations.flatMap((equation) => equationLines(equation, names, indent));
  if (block.results.length === 0) return lines;
  return [...lines, `${indent}return ${block.results.map((each) => names.of(each)).join(", ")}`];
}

function equationLines(equation: Equation, names: Names, indent: string): readonly string[] {
  if (equation.operation === "constant") {
    const { value } = equation.attributes;
    equation.outputs.forEach((output) => {
      names.literal(output, value);
    });
    return [];
  }
  const inputs = equation.inputs.map((input) => names.of(input));
  const [word, details] = described(equation);
  const right = `${word}(${[...inputs, ...details].join(", ")})`;
  const nested = blocksOf(equation).flatMap((block, i) => {
    const parameters = block.parameters.map((each) => names.of(each)).join(", ");
    const title = BLOCK_TITLES[equation.operation]?.[i] ?? "block";
    const heading = parameters === "" ? title : `${title}(${parameters})`;
    return [`${indent}  ${heading}:`, ...blockLines(block, names, `${indent}    `)];
  });
  const outputs = equation.outputs.map((output) => declared(output, names)).join(", ");
  return [`${indent}${outputs} = ${right}`, ...nested];
}

function declared(variable: Variable, names: Names): string {
  return `${names.of(variable)} : ${typeText(variable.type)}`;
}

const BLOCK_TITLES: { readonly [P in Operation]?: readonly string[] } = {
  materialise: ["map"],
  frobenius: ["map"],
  solve: ["map"],
  branch: ["true", "false"],
  loop: ["while", "do"],
  loopSaving: ["while", "do"],
  loopAdjoint: ["round"],
  fixedPoint: ["step"],
};

/** The word of an equation, and what its attributes say behind the inputs. */
function described(equation: Equation): readonly [string, readonly string[]] {
  switch (equation.operation) {
    case "elementwise":
      return [equation.attributes.function, []];
    case "call":
      return [equation.attributes.function, []];
    case "library":
      return [`library.${equation.attributes.name}`, settingsText(equation.attributes.settings)];
    case "apply":
      return [
        equation.attributes.adjoint ? "applyAdjoint" : "apply",
        equation.attributes.within === true ? ["within"] : [],
      ];
    case "applyRows":
      return [equation.attributes.adjoint ? "applyRowsAdjoint" : "applyRows", []];
    case "matvec":
      return [equation.attributes.transpose ? "matvecTransposed" : "matvec", []];
    case "fused":
      return ["fused", [fusedText(equation.attributes)]];
    case "part":
      return ["part", [String(equation.attributes.index)]];
    case "size":
      return ["size", [dimensionText(equation.attributes.dimension)]];
    case "solve":
      return [
        "solve",
        [`tolerance = ${equation.attributes.tolerance}`, `maximum = ${equation.attributes.maximum}`],
      ];
    case "composition":
      return ["composition", [`adjoints = (${equation.attributes.adjoints.join(", ")})`]];
    case "materialise":
    case "frobenius":
      return [equation.operation, [spaceText(equation.attributes.domain)]];
    case "loop":
    case "loopSaving":
      return [equation.operation, [`maximum = ${equation.attributes.maximum}`]];
    default:
      return describedMovement(equation);
  }
}

/** The same of layers, and of what moves entries. */
function describedMovement(equation: Equation): readonly [string, readonly string[]] {
  switch (equation.operation) {
    case "convolve":
    case "convolveInput":
    case "convolveFilter":
    case "depthwiseFilter":
      return [equation.operation, filteringText(equation.attributes)];
    case "maxPool":
    case "maxPoolGradient":
    case "shuffle":
    case "unshuffle":
      return [equation.operation, [`q = ${equation.attributes.q}`]];
    case "rows":
    case "placeRows":
      return [
        equation.operation,
        equation.attributes.axis === 0 ? [] : [`axis = ${equation.attributes.axis}`],
      ];
    case "channels":
      return ["channels", [`begin = ${dimensionText(equation.attributes.begin)}`]];
    case "placeChannels":
      return ["placeChannels", [`begin = ${dimensionText(equation.attributes.begin)}`]];
    case "padImage":
      return ["padImage", [`multiple = ${equation.attributes.multiple}`]];
    default:
      return [equation.operation, []];
  }
}

/** The stride of a convolution, and whether a gradient by filters is that of each sample. */
function filteringText({
  stride,
  apart = false,
}: {
  readonly stride?: number;
  readonly apart?: boolean;
}): readonly string[] {
  return [...(stride === undefined ? [] : [`stride = ${stride}`]), ...(apart ? ["apart"] : [])];
}

function fusedText(attributes: OperationAttributes["fused"]): string {
  const results = Object.entries(attributes.results);
  const texts = results.map(([name, expression]) => {
    const ending = attributes.endings?.[name];
    const text = ending === undefined ? print(expression) : `${ending} of ${print(expression)}`;
    return results.length === 1 ? text : `${name} = ${text}`;
  });
  return `"${texts.join("; ")}" of ${attributes.inputs.join(", ")}`;
}

function settingsText(settings: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(settings).map(([key, value]) => `${key} = ${String(value)}`);
}

function declarationLines(program: IrProgram, names: Names): readonly string[] {
  const sizes = program.sizes.map(({ name, initial }) => (initial === null ? name : `${name} = ${initial}`));
  const spaces = program.spaces.map(({ name, field }) => (field === "any" ? name : `${name} in ${field}`));
  return [
    ...(sizes.length === 0 ? [] : [`  sizes ${sizes.join(", ")}`]),
    ...(spaces.length === 0 ? [] : [`  spaces ${spaces.join(", ")}`]),
    ...program.givens.map((each) => `  given ${dataText(each, names)}`),
    ...program.inputs.map((each) => `  input ${dataText(each, names)}`),
    ...program.parameters.flatMap((each) => parameterLines(each, names)),
    ...(program.counter === null ? [] : [`  counter ${declared(program.counter, names)}`]),
    ...program.draws.map(
      (each) => `  draw ${declared(each.variable, names)} from ${each.of.kind} in each ${each.when}`,
    ),
  ];
}

function dataText(data: IrData, names: Names): string {
  return declared(data.variable, names) + (data.perStep ? " per step" : "");
}

function parameterLines(parameter: IrParameter, names: Names): readonly string[] {
  const line = `  learn ${declared(parameter.variable, names)}${parameter.perStep ? " per step" : ""}`;
  if (parameter.initial.kind === "random") return [`${line} = ${parameter.initial.init}`];
  if (parameter.initial.kind === "stored") return [`${line} = stored`];
  return [`${line} =`, ...blockLines(parameter.initial.block, names, "    ")];
}
