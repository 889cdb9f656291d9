import { isNumber } from "../types/space.ts";
import type { Block, Variable } from "./block.ts";
import { IrBuilder } from "./build.ts";
import { Functions } from "./functions.ts";
import type { IrProgram } from "./program.ts";
import { spaceOf } from "./spaces.ts";

/** A report that a loss reads, as a state. */
interface Observed {
  readonly name: string;
  readonly place: number;
  readonly before: Variable;
  readonly isSum: boolean;
}

/**
 * The program with the product of its output and some of its reports as output: of a number the sum over the steps if
 * these are `summed`, else the value of the last step. The reports are states, so that a loss over them goes back
 * through the steps as any other does. Throws a RangeError for a name that is no report.
 */
export function withReports(program: IrProgram, names: readonly string[], summed: boolean): IrProgram {
  const { step, states, until } = program;
  if (step === null || names.length === 0) return program;
  const observed = names.map((name): Observed => {
    const place = program.reports.indexOf(name);
    const result = place < 0 ? undefined : step.results[states.length + place];
    if (result === undefined) throw new RangeError(`the program has no report ${name}`);
    const before: Variable = { name: `${name}_before`, type: result.type, shared: false };
    return { name, place, before, isSum: summed && isNumber(spaceOf(result)) };
  });
  const builder = builderOf(program);
  const unread = (block: Block): Block => extended(block, states.length, observed);
  return {
    ...program,
    states: [
      ...states,
      ...observed.map(({ name, before, isSum }) => ({
        name,
        space: spaceOf(before),
        doc: "",
        assumedInterval: null,
        carried: isSum,
      })),
    ],
    initial: builder.block([], (inner) => [
      ...inner.inline(program.initial, []),
      ...observed.map(({ before }) => inner.fill(inner.constant(0), spaceOf(before))),
    ]),
    step: builder.block([...step.parameters, ...observed.map(({ before }) => before)], (inner, now) => {
      const results = inner.inline(step, now.slice(0, states.length));
      const next = observed.map(({ place, isSum }, index) => {
        const value = results[states.length + place];
        const before = now[states.length + index];
        if (value === undefined || before === undefined) throw new Error("a step gives its reports");
        return isSum ? inner.elementwise("add", [before, value]) : value;
      });
      return [...results.slice(0, states.length), ...next, ...results.slice(states.length)];
    }),
    finish: builder.block(
      [...program.finish.parameters, ...observed.map(({ before }) => ({ ...before }))],
      (inner, now) => [
        inner.product([
          ...inner.inline(program.finish, now.slice(0, states.length)),
          ...now.slice(states.length),
        ]),
      ],
    ),
    objective: program.objective && unread(program.objective),
    until: until && extended(unread(until), 2 * states.length + observed.length, observed),
  };
}

function builderOf({ functions, constants }: IrProgram): IrBuilder {
  const builder = new IrBuilder(new Functions(functions));
  constants.equations.forEach((equation) => {
    builder.append(equation);
  });
  return builder;
}

/** The block with the reports among its parameters, which it does not read. */
function extended(block: Block, place: number, observed: readonly Observed[]): Block {
  const more = observed.map(({ before }): Variable => ({ ...before }));
  const parameters = [...block.parameters.slice(0, place), ...more, ...block.parameters.slice(place)];
  return { ...block, parameters };
}
