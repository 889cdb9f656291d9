import type { Block, IrFunction, Variable } from "../ir/block.ts";
import { IrBuilder, parameter } from "../ir/build.ts";
import { withoutDead } from "../ir/dead.ts";
import type { Functions } from "../ir/functions.ts";
import { spaceOf } from "../ir/spaces.ts";
import { definedBy, freeVariables, renamed, withCotangents } from "../ir/variables.ts";
import { zeroOf } from "./algebra.ts";
import { completed, keptVariables } from "./keep.ts";
import { Reversal } from "./reversal.ts";
import { savingForm, undone, type SavingForm } from "./saving.ts";
import type { FunctionAdjoint, FunctionReverse, ReverseTools } from "./tools.ts";
import { markVaried } from "./varied.ts";
import { walk } from "./walk.ts";

/** How adjoints call what a function returns. */
const OUTPUT = "output";

const KNOWN = new WeakMap<Functions, Map<IrFunction, Map<string, FunctionReverse>>>();

/** What rules use, for the functions of one module. The reverse of each function is made once, and added to it. */
export function reverseTools(functions: Functions): ReverseTools {
  const known = KNOWN.get(functions) ?? new Map<IrFunction, Map<string, FunctionReverse>>();
  KNOWN.set(functions, known);
  const tools: ReverseTools = {
    walk,
    reverseOf: (name, wanted) => {
      const original = functions.get(name);
      if (original === null) throw new Error(`there is no function ${name}`);
      const ofOriginal = known.get(original) ?? new Map<string, FunctionReverse>();
      known.set(original, ofOriginal);
      const key = wanted.join();
      const reverse = ofOriginal.get(key) ?? functionReverse(functions, tools, original, wanted);
      ofOriginal.set(key, reverse);
      return reverse;
    },
  };
  return tools;
}

function functionReverse(
  functions: Functions,
  tools: ReverseTools,
  original: IrFunction,
  wanted: readonly boolean[],
): FunctionReverse {
  const { body } = original;
  const form = savingForm(body.equations, wantedParameters(body, wanted), tools);
  const full = adjointBlock(functions, tools, body, form, wanted);
  const kept = keptVariables(readOf(full, form), form.equations, []);
  const saved = definedBy({ parameters: [], equations: form.equations, results: [] }).filter((each) =>
    kept.has(each),
  );
  const save: IrFunction = {
    name: freeName(functions, `${original.name}_save${suffix(body, wanted)}`),
    doc: `\`${original.name}\`, and beside its value what its adjoints read of the layers.`,
    body: renamed({ ...body, equations: undone(form, kept), results: [...body.results, ...saved] }),
    reverses: { kind: "save", original: original.name, results: body.results.length },
  };
  functions.add(save);
  const adjoints = new Map<string, FunctionAdjoint>();
  return {
    original,
    save,
    adjoint: (some) => {
      const known = adjoints.get(some.join());
      if (known !== undefined) return known;
      const block = completed(adjointBlock(functions, tools, body, form, some), form.equations, kept);
      const adjoint = functionAdjoint(functions, { original, save: save.name, saved }, block, some);
      adjoints.set(some.join(), adjoint);
      return adjoint;
    },
  };
}

/** The equations that give the cotangents of the parameters wanted; they read what the saving form defines. */
function adjointBlock(
  functions: Functions,
  tools: ReverseTools,
  body: Block,
  form: SavingForm,
  wanted: readonly boolean[],
): Block {
  const base = new IrBuilder(functions);
  form.equations.forEach((equation) => {
    base.append(equation);
  });
  const builder = new IrBuilder(functions, base);
  const varied = wantedParameters(body, wanted);
  markVaried(form.equations, varied);
  const { savings } = form;
  const reversal = new Reversal({ builder, samples: "sum", mask: null, varied, savings, tools });
  const parameters = body.results.map((result) => parameter(`${OUTPUT}_bar`, spaceOf(result), false));
  body.results.forEach((result, i) => {
    reversal.contribute(result, parameters[i] ?? null);
  });
  walk(form.equations, reversal);
  const results = body.parameters
    .filter((_, i) => wanted[i] === true)
    .map((each) => reversal.cotangent(each) ?? zeroOf(builder, spaceOf(each)));
  return withCotangents(withoutDead({ parameters, equations: builder.equations, results }), reversal.found);
}

/** A function, the name of its saving form, and what that saves. */
interface Saving {
  readonly original: IrFunction;
  readonly save: string;
  readonly saved: readonly Variable[];
}

function functionAdjoint(
  functions: Functions,
  { original, save, saved }: Saving,
  block: Block,
  wanted: readonly boolean[],
): FunctionAdjoint {
  const read = new Set(freeVariables(block));
  const { parameters } = original.body;
  const indices = (variables: readonly Variable[]): readonly number[] =>
    variables.flatMap((variable, i) => (read.has(variable) ? [i] : []));
  const given = [...parameters, ...saved].filter((variable) => read.has(variable));
  const inputs = indices(parameters);
  const kept = indices(saved);
  const of = parameters.flatMap((_, i) => (wanted[i] === true ? [i] : []));
  return {
    called: {
      name: freeName(functions, `${original.name}_adjoint${suffix(original.body, wanted)}`),
      doc: adjointDoc(original, wanted),
      body: renamed({ ...block, parameters: [...given, ...block.parameters] }),
      reverses: {
        kind: "adjoint",
        original: original.name,
        save,
        inputs: inputs.length,
        saved: kept,
        of,
      },
    },
    inputs,
    saved: kept,
    of,
  };
}

/** Which cotangents an adjoint gives, in words. */
function adjointDoc({ name, body }: IrFunction, wanted: readonly boolean[]): string {
  const some = (shared: boolean): boolean =>
    body.parameters.some((each, i) => each.shared === shared && wanted[i] === true);
  const [argument, ...others] = body.parameters.filter((each) => !each.shared);
  const ofArguments =
    argument === undefined || others.length > 0
      ? "the cotangents of its arguments"
      : `the cotangent of \`${argument.name}\``;
  const gives = [...(some(false) ? [ofArguments] : []), ...(some(true) ? ["those of its weights"] : [])];
  const found = gives.join(" and ").replace(/^those/u, "the cotangents");
  return `The vector-Jacobian product of \`${name}\`: ${found}, given that of its value.`;
}

function wantedParameters(body: Block, wanted: readonly boolean[]): Set<Variable> {
  return new Set(body.parameters.filter((_, i) => wanted[i] === true));
}

function readOf(block: Block, form: SavingForm): readonly Variable[] {
  const own = new Set(definedBy({ parameters: [], equations: form.equations, results: [] }));
  return freeVariables(block).filter((variable) => own.has(variable));
}

/** Arguments are those of each sample, weights those that all samples share. */
function suffix(body: Block, wanted: readonly boolean[]): string {
  if (wanted.every((each) => each)) return "";
  if (body.parameters.every((each, i) => wanted[i] === !each.shared)) return "_inputs";
  if (body.parameters.every((each, i) => wanted[i] === each.shared)) return "_weights";
  return wanted.map((each, i) => (each ? `_${i}` : "")).join("");
}

function freeName(functions: Functions, wanted: string): string {
  let name = wanted;
  for (let count = 2; functions.get(name) !== null; count += 1) name = `${wanted}_${count}`;
  return name;
}
