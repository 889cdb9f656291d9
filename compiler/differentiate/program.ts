import type { Block, Variable } from "../ir/block.ts";
import { IrBuilder, parameter } from "../ir/build.ts";
import { withoutDead } from "../ir/dead.ts";
import type { AdjointBlock, ProgramDerivative, SectionDerivative } from "../ir/derivative.ts";
import { Functions } from "../ir/functions.ts";
import type { IrProgram } from "../ir/program.ts";
import { spaceOf } from "../ir/spaces.ts";
import { definedBy, freeVariables, withCotangents } from "../ir/variables.ts";
import { reverseTools } from "./functions.ts";
import { completed, keptVariables } from "./keep.ts";
import { Reversal } from "./reversal.ts";
import { savingForm, undone, type SavingForm } from "./saving.ts";
import type { ReverseTools } from "./tools.ts";
import { markVaried } from "./varied.ts";

/** Whether cotangents are wanted of what comes with the samples, too, by adjoints of their own. */
export interface ReverseOptions {
  readonly inputs: boolean;
  /** of the program as it runs, rather than as it trains: running averages stand still */
  readonly frozen?: boolean;
}

/**
 * The reverses of the sections of a program: cotangents of its states, of what it learns, and of the prepared values
 * that depend on that. The results of `prepare` are the prepared values.
 * @throws NotDifferentiable
 */
export function reverseProgram(
  program: IrProgram,
  options: ReverseOptions = { inputs: false },
): ProgramDerivative {
  const functions = new Functions(program.functions);
  const learned = program.parameters
    .filter(({ of }) => of === undefined)
    .map((each) => each.variable)
    .filter(isValue);
  const inputs = options.inputs ? program.inputs.map((each) => each.variable).filter(isValue) : [];
  if (learned.length + inputs.length === 0) {
    return { prepare: null, initial: null, step: null, finish: null, functions: program.functions };
  }
  const constants = new IrBuilder(functions);
  appendAll(constants, program.constants);
  const prepared = new IrBuilder(functions, constants);
  appendAll(prepared, program.prepare);
  const byLearned = new Set(learned);
  markVaried(program.prepare.equations, byLearned);
  const varied = new Set([...learned, ...inputs]);
  markVaried(program.prepare.equations, varied);
  const tools = reverseTools(functions);
  const computed = definedBy(program.prepare).filter((each) => isValue(each) && varied.has(each));
  const known = [...learned, ...computed.filter((each) => byLearned.has(each))];
  const given = [...inputs, ...computed.filter((each) => !byLearned.has(each))];
  const states = program.states.length;
  const values = program.prepare.results.filter((result) => result.type.kind === "value").length;
  const sample = { tools, outer: prepared, count: states, apart: true, inputs: given };
  const { prepare, initial, firstStep, step, finish } = program;
  return {
    prepare: reverseBlock(prepare, learned, {
      tools,
      outer: constants,
      count: values,
      apart: false,
      inputs,
    }),
    initial: reverseBlock(initial, known, sample),
    ...(firstStep === undefined
      ? {}
      : {
          firstStep: reverseBlock(firstStep, known, {
            ...sample,
            states: movingStates(firstStep, initial, varied),
          }),
        }),
    step: step === null ? null : reverseBlock(step, known, { ...sample, withState: true }),
    finish: reverseBlock(finish, known, { ...sample, count: 1 }),
    functions: functions.all(),
  };
}

function isValue(variable: Variable): boolean {
  return variable.type.kind === "value";
}

/** The parameters of the first step whose first value depends on what is varied. */
function movingStates(step: Block, initial: Block, varied: ReadonlySet<Variable>): readonly Variable[] {
  const inside = new Set(varied);
  markVaried(initial.equations, inside);
  return step.parameters.filter((_, i) => {
    const first = initial.results[i];
    return first !== undefined && inside.has(first);
  });
}

/** How a block stands in its program. */
export interface Around {
  readonly tools: ReverseTools;
  /** sees what the sections before define */
  readonly outer: IrBuilder;
  /** how many of the results have cotangents */
  readonly count: number;
  /** whether each sample has a cotangent of its own also for a result that is shared */
  readonly apart: boolean;
  /** what is known whose cotangents are wanted apart from the others */
  readonly inputs?: readonly Variable[];
  /** the parameters whose cotangents are wanted; all where absent */
  readonly states?: readonly Variable[];
  /** whether the cotangents of the parameters alone are wanted, too */
  readonly withState?: boolean;
}

/** The reverse of a block, by its parameters and by what is known; null where nothing flows through. */
export function reverseBlock(
  block: Block,
  known: readonly Variable[],
  around: Around,
): SectionDerivative | null {
  const wanted = [...(around.states ?? block.parameters), ...known];
  const inputs = around.inputs ?? [];
  const form = savingForm(block.equations, new Set([...wanted, ...inputs]), around.tools);
  const adjoint = adjointOf(block, form, wanted, around);
  const byInputs = inputs.length === 0 ? null : adjointOf(block, form, inputs, around);
  const inputAdjoint = byInputs?.of.length === 0 ? null : byInputs;
  if (adjoint.of.length === 0 && inputAdjoint === null) return null;
  const stateAdjoint = around.withState === true ? adjointOf(block, form, block.parameters, around) : null;
  const adjoints = [adjoint, stateAdjoint, inputAdjoint].filter((each) => each !== null);
  const own = new Set(definedBy({ ...block, equations: form.equations }));
  const read = [...new Set(adjoints.flatMap((each) => freeVariables(each.block)))].filter((each) =>
    own.has(each),
  );
  const kept = keptVariables(read, form.equations, block.parameters);
  const complete = (each: AdjointBlock): AdjointBlock => ({
    ...each,
    block: completed(each.block, form.equations, kept),
  });
  return {
    save: { ...block, equations: undone(form, new Set([...kept, ...block.results])) },
    adjoint: complete(adjoint),
    stateAdjoint: stateAdjoint === null ? null : complete(stateAdjoint),
    ...(inputAdjoint === null ? {} : { inputAdjoint: complete(inputAdjoint) }),
  };
}

function adjointOf(
  block: Block,
  form: SavingForm,
  wanted: readonly Variable[],
  { tools, outer, count, apart }: Around,
): AdjointBlock {
  const section = new IrBuilder(outer.functions, outer);
  form.equations.forEach((equation) => {
    section.append(equation);
  });
  const builder = new IrBuilder(outer.functions, section);
  const varied = new Set(wanted);
  markVaried(form.equations, varied);
  const { savings } = form;
  const reversal = new Reversal({ builder, samples: "sum", mask: null, varied, savings, tools });
  const results = block.results.slice(0, count);
  const parameters = results.map((result) =>
    parameter(`${result.name}_bar`, spaceOf(result), result.shared && !apart),
  );
  results.forEach((result, i) => {
    reversal.contribute(result, parameters[i] ?? null);
  });
  tools.walk(form.equations, reversal);
  const found = wanted.flatMap((of) => {
    const cotangent = reversal.cotangent(of);
    return cotangent === null ? [] : [{ of, cotangent }];
  });
  const reversed = withoutDead({
    parameters,
    equations: builder.equations,
    results: found.map(({ cotangent }) => cotangent),
  });
  return {
    block: withCotangents(reversed, reversal.found),
    of: found.map(({ of }) => of),
  };
}

function appendAll(builder: IrBuilder, block: Block): void {
  block.equations.forEach((equation) => {
    builder.append(equation);
  });
}
