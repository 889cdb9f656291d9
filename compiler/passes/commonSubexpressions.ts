import type { Block, Equation, Variable } from "../ir/block.ts";
import {
  adjointsOf,
  withAdjoints,
  type ProgramDerivative,
  type SectionDerivative,
} from "../ir/derivative.ts";
import { blocksOf, mapBlocks, substitute, substituteEquation } from "../ir/variables.ts";
import { mapRequirement, type Module, type Pass } from "./pass.ts";

/**
 * Computes equal things once, in a block, in the blocks inside, and in the sections that see it. The adjoint of a
 * section does not look into what the section saves: to recompute may be cheaper than to keep.
 */
export const commonSubexpressions: Pass = {
  name: "common sub-expressions",
  doc: "computes equal things once, also across sections",
  run: (module) => shared(module),
};

/** What has been computed so far, by the text of its equation. */
class Table {
  readonly #known: Map<string, readonly Variable[]>;
  readonly #numbers: Map<Variable, number>;
  readonly replaced: Map<Variable, Variable>;
  /** what others call by its name: it stays, even if something equal comes before it */
  readonly fixed: ReadonlySet<Variable>;

  constructor(parent: Table | null = null, fixed: ReadonlySet<Variable> = new Set()) {
    this.fixed = parent?.fixed ?? fixed;
    this.#known = new Map(parent?.entries ?? []);
    this.#numbers = parent?.numbers ?? new Map<Variable, number>();
    this.replaced = new Map(parent?.replaced ?? []);
  }

  get entries(): ReadonlyMap<string, readonly Variable[]> {
    return this.#known;
  }

  get numbers(): Map<Variable, number> {
    return this.#numbers;
  }

  /** The table of the sections behind `prepare`, which hands values on but none of the operators that it makes. */
  behind(before: Table): Table {
    const table = new Table(this);
    for (const [key, outputs] of table.#known) {
      const made = outputs.some(({ type }) => type.kind === "operator");
      if (made && !before.#known.has(key)) table.#known.delete(key);
    }
    return table;
  }

  /** The earlier outputs of the same equation; notes the equation if there are none. */
  find(equation: Equation): readonly Variable[] | null {
    const key = this.#key(equation);
    if (key === null) return null;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, equation.outputs);
    return null;
  }

  #key(equation: Equation): string | null {
    if (blocksOf(equation).length > 0) return null;
    const inputs = equation.inputs.map((input) => this.#number(input));
    if (isCommutative(equation)) inputs.sort((a, b) => a - b);
    return `${equation.operation} ${attributesText(equation)} ${inputs.join(" ")}`;
  }

  #number(variable: Variable): number {
    const known = this.#numbers.get(variable);
    if (known !== undefined) return known;
    const next = this.#numbers.size;
    this.#numbers.set(variable, next);
    return next;
  }
}

const COMMUTATIVE: ReadonlySet<string> = new Set(["add", "mul", "max", "min", "equal", "and", "or"]);

function isCommutative(equation: Equation): boolean {
  if (equation.operation === "dot") return true;
  return equation.operation === "elementwise" && COMMUTATIVE.has(equation.attributes.function);
}

/** Attributes as text; infinities and NaN are numbers like others. */
function attributesText(equation: Equation): string {
  return JSON.stringify(equation.attributes, (_key, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

function shared(module: Module): Module {
  const { program, derivative } = module;
  const early = new Table(null, cotangentNames(derivative));
  const constants = inBlock(program.constants, early);
  const late = new Table(early);
  const prepare = inBlock(program.prepare, late);
  const after = late.behind(early);
  const section = (block: Block): Block => inBlock(block, new Table(after));
  const optional = (block: Block | null): Block | null => block && section(block);
  const start = (block: Block): Block => inBlock(block, new Table(early));
  return {
    program: {
      ...program,
      constants,
      prepare,
      initial: section(program.initial),
      ...(program.firstStep === undefined ? {} : { firstStep: section(program.firstStep) }),
      step: optional(program.step),
      finish: section(program.finish),
      objective: optional(program.objective),
      until: optional(program.until),
      functions: program.functions.map((each) => ({ ...each, body: inBlock(each.body, new Table()) })),
      parameters: program.parameters.map((parameter) => ({
        ...parameter,
        initial:
          parameter.initial.kind === "block"
            ? { kind: "block", block: start(parameter.initial.block) }
            : parameter.initial,
        interval: parameter.interval && {
          ...parameter.interval,
          low: parameter.interval.low && start(parameter.interval.low),
          high: parameter.interval.high && start(parameter.interval.high),
        },
        ...(parameter.projection === undefined ? {} : { projection: start(parameter.projection) }),
      })),
      requirements: program.requirements.map((each) => mapRequirement(each, start)),
    },
    derivative: derivative && {
      prepare: inDerivative(derivative.prepare, early),
      initial: inDerivative(derivative.initial, after),
      ...(derivative.firstStep === undefined ? {} : { firstStep: inDerivative(derivative.firstStep, after) }),
      step: inDerivative(derivative.step, after),
      finish: inDerivative(derivative.finish, after),
      functions: derivative.functions.map((each) => ({ ...each, body: inBlock(each.body, new Table()) })),
    },
  };
}

/** The variables whose cotangents the reverses give: no two of them may become one. */
function cotangentNames(derivative: ProgramDerivative | null): ReadonlySet<Variable> {
  if (derivative === null) return new Set();
  const { prepare, initial, firstStep, step, finish } = derivative;
  const sections = [prepare, initial, firstStep, step, finish];
  return new Set(
    sections.flatMap((section) => (section == null ? [] : adjointsOf(section).flatMap(({ of }) => of))),
  );
}

function inDerivative(section: SectionDerivative | null, known: Table): SectionDerivative | null {
  if (section === null) return null;
  const table = new Table(known);
  const save = inBlock(section.save, table);
  const reverse = (block: Block): Block => {
    const own = new Table(known);
    table.replaced.forEach((to, from) => own.replaced.set(from, to));
    return inBlock(block, own);
  };
  const renamed = (variables: readonly Variable[]): readonly Variable[] =>
    variables.map((variable) => table.replaced.get(variable) ?? variable);
  const changed = withAdjoints(section, ({ block, of }) => ({ block: reverse(block), of: renamed(of) }));
  return { ...changed, save };
}

function inBlock(block: Block, table: Table): Block {
  const equations: Equation[] = [];
  for (const original of block.equations) {
    const renamed = substituteEquation(original, table.replaced);
    const equation = mapBlocks(renamed, (nested) => inBlock(nested, new Table(table)));
    const known = table.find(equation);
    if (known === null || equation.outputs.some((output) => table.fixed.has(output))) {
      equations.push(equation);
      continue;
    }
    equation.outputs.forEach((output, index) => {
      const earlier = known[index];
      if (earlier !== undefined) table.replaced.set(output, earlier);
    });
  }
  return { ...substitute({ ...block, equations: [] }, table.replaced), equations };
}
