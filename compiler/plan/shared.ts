import type { Variable } from "../ir/block.ts";
import type { Argument, Parameter, Pattern, PatternEntry, PlanFunction, Result, Statement } from "./call.ts";
import { convolutionsIn } from "./convolutions.ts";
import { formOf } from "./forms.ts";
import { uniqueIdentifier } from "./names.ts";
import type { Plan, PlanNetwork } from "./plan.ts";
import type { NameOf, Piece, Replacement } from "./pieces.ts";
import { functionsOf, mapSections } from "./traverse.ts";
import { usesOfFunction } from "./uses.ts";

/** From so many calls on a closure that stands in a plan more than once is a function of the module. */
const LONG = 6;

/**
 * A plan in which what would be printed again and again is a function of the module: applications of learned
 * convolutions, and the closures of solves and loops, where they are long. The operations that are called, and their
 * values, stay the same.
 */
export function withSharedFunctions(plan: Plan): Plan {
  return shared(shared(plan, convolutionsIn), closuresIn);
}

/** The pieces that stand among the statements of one function, not within its closures. */
type Finder = (of: PlanFunction, nameOf: NameOf, learned: ReadonlySet<string>) => readonly Piece[];

/** Replaces each piece whose form stands in the plan more than once. */
function shared(plan: Plan, find: Finder): Plan {
  const learned = new Set(plan.parameters.map(({ name }) => name));
  const counts = new Map<string, number>();
  for (const of of functionsOf(plan)) {
    const nameOf = knownNames(of);
    eachFunction(of, (inner) => {
      for (const piece of find(inner, nameOf, learned)) {
        const { key } = formOf(piece.of, nameOf);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    });
  }
  const made = new Map<string, PlanNetwork>();
  const taken = new Set(plan.networks.map(({ name }) => name));
  const networkFor = (piece: Piece, key: string, free: readonly Variable[], nameOf: NameOf): PlanNetwork => {
    const before = made.get(key);
    if (before !== undefined) return before;
    const name = uniqueIdentifier(piece.name, (candidate) => taken.has(candidate));
    taken.add(name);
    const network = {
      name,
      doc: piece.doc,
      function: moduleForm(piece.of, free, nameOf),
      taken: null,
      given: null,
    };
    made.set(key, network);
    return network;
  };
  const rewritten = (of: PlanFunction, nameOf: NameOf): PlanFunction => {
    const replaced = find(of, nameOf, learned).reduce((statements, piece) => {
      const { key, free } = formOf(piece.of, nameOf);
      if ((counts.get(key) ?? 0) < 2) return statements;
      const { name, function: whole } = networkFor(piece, key, free, nameOf);
      const known = whole.parameters.some(({ role }) => role === "known");
      const handed = free.map((variable): Argument => ({ kind: "variable", variable }));
      return piece.place(statements, { name, more: known ? [...handed, { kind: "known" }] : handed });
    }, of.statements);
    return {
      ...of,
      statements: replaced.map((each) => withClosures(each, (inner) => rewritten(inner, nameOf))),
    };
  };
  const sections = mapSections(plan, (of) => trimmed(rewritten(of, knownNames(of))));
  return { ...plan, ...sections, networks: [...plan.networks, ...made.values()] };
}

function knownNames(of: PlanFunction): NameOf {
  const names = new Map<Variable, string>();
  for (const { role, pattern } of of.parameters) {
    if (role !== "known" || pattern.kind !== "record") continue;
    for (const { name, pattern: part } of pattern.entries)
      if (part.kind === "variable") names.set(part.variable, name);
  }
  return (variable) => names.get(variable) ?? null;
}

function eachFunction(of: PlanFunction, visit: (of: PlanFunction) => void): void {
  visit(of);
  for (const { call } of of.statements) {
    for (const argument of call.arguments)
      if (argument.kind === "closure") eachFunction(argument.function, visit);
  }
}

function withClosures(statement: Statement, change: (of: PlanFunction) => PlanFunction): Statement {
  return withArguments(statement, (argument) =>
    argument.kind === "closure" ? { kind: "closure", function: change(argument.function) } : argument,
  );
}

function withArguments(
  statement: Statement,
  change: (argument: Argument, index: number) => Argument,
): Statement {
  const { call } = statement;
  const given = call.arguments.map(change);
  // the arguments keep their kinds, so that they still fit the method
  return { ...statement, call: { ...call, arguments: given } as Statement["call"] };
}

/** A piece as a function: its parameters, what else it reads, and what is known. */
function moduleForm(of: PlanFunction, free: readonly Variable[], nameOf: NameOf): PlanFunction {
  const uses = usesOfFunction(of);
  const value = (variable: Variable): Parameter => ({
    role: "value",
    pattern: { kind: "variable", variable },
  });
  const entries: readonly PatternEntry[] = [
    ...[...uses.sizes].map((name) => ({ name, pattern: { kind: "size", name } as const })),
    ...[...uses.spaces].map((name) => ({ name, pattern: { kind: "space", name } as const })),
    ...[...uses.variables].flatMap((variable) => {
      const name = nameOf(variable);
      return name === null ? [] : [{ name, pattern: { kind: "variable", variable } as const }];
    }),
  ];
  const isKnown = uses.known || entries.length > 0;
  const known: Parameter = { role: "known", pattern: { kind: "record", entries } };
  return { ...of, parameters: [...of.parameters, ...free.map(value), ...(isKnown ? [known] : [])] };
}

/** A function that takes no more of what is known than it still reads. */
function trimmed(of: PlanFunction): PlanFunction {
  const uses = usesOfFunction({ ...of, parameters: [] });
  const isRead = ({ pattern }: PatternEntry): boolean =>
    pattern.kind === "size"
      ? uses.sizes.has(pattern.name)
      : pattern.kind === "space"
        ? uses.spaces.has(pattern.name)
        : pattern.kind !== "variable" || uses.variables.has(pattern.variable);
  const parameters = of.parameters.map((parameter) => {
    const { role, pattern } = parameter;
    if (role !== "known" || pattern.kind !== "record") return parameter;
    return { ...parameter, pattern: { ...pattern, entries: pattern.entries.filter(isRead) } };
  });
  return { ...of, parameters };
}

const CLOSURES = {
  solve: { name: "system", doc: "The linear map that is solved with." },
  loop: { name: "round", doc: "A round of a loop." },
  loopSaving: { name: "round", doc: "A round of a loop." },
} as const;

/** The long closures of solves and loops that return a value or a list. */
function closuresIn(of: PlanFunction): readonly Piece[] {
  return of.statements.flatMap((statement, at) => {
    const { call } = statement;
    if (call.kind !== "method" || !isClosureMethod(call.method)) return [];
    const words = CLOSURES[call.method];
    return call.arguments.flatMap((argument, index): readonly Piece[] => {
      if (argument.kind !== "closure" || argument.function.statements.length < LONG) return [];
      const inner = argument.function;
      const place: Piece["place"] = (statements, replacement) =>
        statements.map((each, position) =>
          position === at
            ? withArguments(each, (other, i) =>
                i === index ? { kind: "closure", function: calling(inner, replacement) } : other,
              )
            : each,
        );
      return isPlain(inner) ? [{ of: inner, ...words, place }] : [];
    });
  });
}

function isClosureMethod(method: string): method is keyof typeof CLOSURES {
  return Object.hasOwn(CLOSURES, method);
}

function isPlain({ parameters, result }: PlanFunction): boolean {
  return (
    parameters.every(({ role }) => role === "value") && (result.kind === "variable" || result.kind === "list")
  );
}

/** A closure that hands on what it is given. */
function calling(of: PlanFunction, { name, more }: Replacement): PlanFunction {
  const given = of.parameters.map(({ pattern }) => variableFor(pattern));
  const made = resultVariable(of.result);
  const handed = given.map((variable): Argument => ({ kind: "variable", variable }));
  const outputs: Pattern = { kind: "variable", variable: made };
  return {
    parameters: given.map((variable) => ({ role: "value", pattern: { kind: "variable", variable } })),
    statements: [{ outputs, call: { kind: "function", name, arguments: [...handed, ...more] }, span: null }],
    result: { kind: "variable", variable: made },
  };
}

/** One variable for what a parameter takes apart. */
function variableFor(pattern: Pattern): Variable {
  if (pattern.kind === "variable") return { ...pattern.variable };
  return { name: "carried", type: NUMBER, shared: false };
}

function resultVariable(result: Result): Variable {
  if (result.kind === "variable") return { ...result.variable };
  return { name: "next", type: NUMBER, shared: false };
}

const NUMBER: Variable["type"] = {
  kind: "value",
  space: { kind: "array", element: "real", dimensions: [] },
};
