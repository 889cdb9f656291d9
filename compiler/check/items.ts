import type { File, Import, Item, Parsed, Problem, Program, ProgramFor } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { closedSubstitution, emptySubstitution, type Substitution } from "../types/substitution.ts";
import type { DeclaredBounds } from "./bounds.ts";
import { checkProgram, type Reach } from "./checkProgram.ts";
import { emptyFlow, type Environment, type Rules, type Run } from "./context.ts";
import { copyKnowledge, emptyKnowledge, learn } from "./knowledge.ts";
import { callableOf, type Instantiated } from "./programs/callable.ts";
import type { Header } from "./programs/instance.ts";
import { typeExpression } from "./expressionRules.ts";
import { checkSetting } from "./calls/settings.ts";
import {
  type FileCheck,
  type Imports,
  type Library,
  type Part,
  type ReadBytes,
  unknownSymbol,
} from "./fileCheck.ts";
import { checkFun } from "./funs.ts";
import { settleOperators } from "./undetermined.ts";
import { checkImport } from "./imports.ts";
import { unreachableBounds } from "./rules/reachableBounds.ts";
import { calledIn, namesIn } from "./itemNames.ts";
import { checkJoin, isFunctionGiven } from "./methods/join.ts";
import { checkProblem } from "./methods/problem.ts";
import { readNetFile } from "./netFiles.ts";
import { checkNet } from "./nets.ts";
import { joinPaths } from "./paths.ts";
import type { CheckedProgram } from "./program.ts";
import { nestedScope, type Scope } from "./scope.ts";
import { nearest } from "../diagnostics/suggestion.ts";
import { typeBlock, typeBody } from "./statements/statementRules.ts";
import { isLibraryName, withArticle, wordOf } from "./symbols.ts";
import { typing } from "./typed.ts";

/** All items of a file, checked. */
export interface CheckedItems {
  readonly items: readonly Item<Typed>[];
  readonly programs: readonly CheckedProgram[];
  readonly diagnostics: readonly Diagnostic[];
}

const RULES: Rules = { expression: typeExpression, block: typeBlock, body: typeBody, setting: checkSetting };

/** Checks the items of a file, those of its imports first. */
export function checkItems(
  file: File<Parsed>,
  imports: Imports,
  bytes: ReadBytes,
  partial: boolean,
): CheckedItems {
  const library: Library = { imports, bytes, files: new Map(), partial };
  const check = checkOneFile(library, file, "");
  const foreign = [...library.files.values()].flatMap((each) =>
    each === null ? [] : each.diagnostics.filter(({ severity }) => severity === "error"),
  );
  const items = file.items.flatMap((item) => {
    const done = check.done.get(item) ?? null;
    return done === null ? [] : [done];
  });
  const programs = check.programs.toSorted((a, b) => a.tree.name.span.start - b.tree.name.span.start);
  return { items, programs, diagnostics: [...check.diagnostics, ...foreign] };
}

function checkOneFile(library: Library, file: File<Parsed>, folder: string): FileCheck {
  const check: FileCheck = {
    file,
    partial: library.partial || file.broken.length > 0,
    folder,
    bytes: library.bytes,
    imported: new Set(),
    scope: nestedScope(null),
    knowledge: emptyKnowledge(),
    diagnostics: [],
    nets: new Map(),
    functions: new Map(),
    done: new Map(),
    open: new Set(),
    programs: [],
    parts: new Map(),
  };
  reportTwice(check);
  for (const item of file.items) if (item.kind === "import") checkImport(library, check, item, checkOneFile);
  for (const item of file.items) checkItem(check, item);
  return check;
}

/** Items of one name. */
function reportTwice(check: FileCheck): void {
  const first = new Map<string, Item>();
  for (const item of check.file.items) {
    if (item.kind === "import") continue;
    const earlier = first.get(item.name.name);
    if (earlier === undefined || earlier.kind === "import") {
      first.set(item.name.name, item);
      continue;
    }
    const word = withArticle(earlier.kind === "programFor" ? "program" : earlier.kind);
    const args = { name: item.name.name, word };
    check.diagnostics.push(diagnose("IPX1002", item.name.span, args, { first: earlier.name.span }));
  }
}

/** Checks an item, and before it the functions and networks of the file that it names. */
function checkItem(check: FileCheck, item: Item): void {
  if (check.done.has(item) || item.kind === "import") return;
  check.open.add(item);
  const uses = [
    ...namesIn(item).map((name) => ({ name, item: itemNamed(check, name.name, isUsable) })),
    ...calledIn(item).map((name) => ({ name, item: itemNamed(check, name.name, isProgram) })),
  ];
  for (const { name, item: used } of uses) {
    if (used === null || (used === item && (!isProgram(item) || isLibraryName(name.name)))) continue;
    if (check.open.has(used)) {
      check.diagnostics.push(diagnose("IPX1004", name.span, { name: name.name }));
      check.scope.symbols.set(name.name, unknownSymbol(name));
    } else checkItem(check, used);
  }
  check.done.set(item, checkAlone(check, item));
  check.open.delete(item);
}

function itemNamed(check: FileCheck, name: string, fits: (item: Item) => boolean): Item | null {
  return (
    check.file.items.find((each) => fits(each) && each.kind !== "import" && each.name.name === name) ?? null
  );
}

function isUsable(item: Item): boolean {
  return item.kind === "fun" || item.kind === "net";
}

function isProgram(item: Item): boolean {
  return item.kind === "program" || item.kind === "programFor";
}

function checkAlone(check: FileCheck, item: Exclude<Item, Import>): Item<Typed> | null {
  switch (item.kind) {
    case "fun": {
      const fun = twice(check, item, (environment) => {
        const checked = checkFun(environment, item);
        settleOperators(environment);
        return checked;
      });
      check.functions.set(item.name.name, fun);
      return fun;
    }
    case "net": {
      const { body } = item;
      const read =
        body.kind === "netFile" ? readNetFile(check.bytes(joinPaths(check.folder, body.path))) : null;
      const { tree } = twice(check, item, (environment) => checkNet(environment, item, read));
      check.nets.set(item.name.name, tree);
      return tree;
    }
    case "program":
      return checkProgramItem(check, item);
    case "problem":
      return checkProblemItem(check, item);
    case "programFor":
      return checkProgramFor(check, item);
  }
}

/** Checks a problem by itself: its members, as far as no method reads them. */
function checkProblemItem(check: FileCheck, item: Problem): Item<Typed> {
  const before = errorsOf(check);
  const tree = twice(check, item, ({ run, scope }) =>
    checkProblem(environmentOf(run, nestedScope(scope, true)), item),
  );
  return { ...tree, declaration: declareItem(check, item, errorsOf(check) === before) };
}

/** Checks `program p = method for problem`, where both are sound. */
function checkProgramFor(check: FileCheck, item: ProgramFor): Item<Typed> | null {
  const before = errorsOf(check);
  const method = partNamed(check, item.method, "program");
  const problem = partNamed(check, item.problem, "problem");
  if (method?.tree.kind === "program" && problem?.tree.kind === "problem" && method.sound && problem.sound) {
    const join = {
      item,
      method: { tree: method.tree, scope: method.scope },
      problem: { tree: problem.tree, scope: problem.scope },
    };
    const bounds = new Map<Symbol, DeclaredBounds>();
    const program = twice(check, item, ({ run }) => {
      const checked = checkJoin(run, join, reachOf(check));
      for (const [symbol, declared] of run.knowledge.bounds) bounds.set(symbol, declared);
      return checked;
    });
    if (program !== null && errorsOf(check) === before) {
      check.diagnostics.push(...unreachableBounds(program));
      check.programs.push(program);
      const declaration = declareItem(check, item, true);
      declareCallable(check, item, declaration, program, bounds, (run, _, header) =>
        checkJoin(run, join, reachOf(check), header),
      );
      return { ...item, declaration };
    }
  }
  const sound = errorsOf(check) === before;
  const declaration = declareItem(check, item, sound);
  return sound ? { ...item, declaration } : null;
}

/** The program or problem that a name means; reported where it means nothing, or something else. */
function partNamed(check: FileCheck, name: ProgramFor["method"], wanted: "program" | "problem"): Part | null {
  const own = check.file.items.find((item) => item.kind !== "import" && item.name.name === name.name);
  if (own !== undefined && check.open.has(own)) {
    check.diagnostics.push(diagnose("IPX1004", name.span, { name: name.name }));
    return null;
  }
  if (own !== undefined) checkItem(check, own);
  const part = check.parts.get(name.name);
  if (part?.tree.kind === wanted) return part;
  const symbol = check.scope.symbols.get(name.name);
  if (symbol === undefined) {
    const suggestion = nearest(name.name, check.parts.keys());
    const edits = suggestion === null ? [] : [{ span: name.span, newText: suggestion }];
    check.diagnostics.push(diagnose("IPX1001", name.span, { name: name.name, suggestion }, {}, edits));
  } else if (symbol.origin.kind !== "size") {
    const what = part === undefined ? withArticle(wordOf(symbol.origin)) : PART_WORDS[part.tree.kind];
    const title = wanted === "program" ? "A method" : "A problem";
    check.diagnostics.push(diagnose("IPX1017", name.span, { name: name.name, what, wanted: title }));
  }
  return null;
}

const PART_WORDS: { readonly [K in Part["tree"]["kind"]]: string } = {
  program: "a program",
  problem: "a problem",
  programFor: "a program that is joined already",
};

function errorsOf(check: FileCheck): number {
  return check.diagnostics.filter(({ severity }) => severity === "error").length;
}

function reachOf(check: FileCheck): Reach {
  return { nets: check.nets, functions: check.functions, imported: [...check.imported] };
}

function declareItem(check: FileCheck, item: Program | Problem | ProgramFor, sound: boolean): Symbol {
  const symbol: Symbol = {
    name: item.name.name,
    span: item.name.span,
    origin: { kind: "item", item: item.kind === "problem" ? "problem" : "program" },
    typing: typing({ kind: "program" }, 0),
    perStep: false,
  };
  check.scope.symbols.set(item.name.name, symbol);
  check.parts.set(item.name.name, { tree: item, scope: check.scope, sound });
  return symbol;
}

function checkProgramItem(check: FileCheck, item: Program): Item<Typed> | null {
  const before = errorsOf(check);
  const bounds = new Map<Symbol, DeclaredBounds>();
  const program = twice(check, item, ({ run, scope }) => {
    const checked = checkProgram(run, scope, item, reachOf(check));
    for (const [symbol, declared] of run.knowledge.bounds) bounds.set(symbol, declared);
    return checked;
  });
  const functions = functionsGiven(item);
  const isComplete = program !== null && functions.length === 0 && errorsOf(check) === before;
  if (isComplete) check.diagnostics.push(...unreachableBounds(program));
  const sound = errorsOf(check) === before;
  const symbol = declareItem(check, item, sound);
  if (program === null) return null;
  if (functions.length > 0) {
    check.knowledge.methods.set(symbol, functions);
    return program.tree;
  }
  check.programs.push(program);
  if (sound) {
    declareCallable(check, item, symbol, program, bounds, (run, scope, header) =>
      checkProgram(run, scope, item, reachOf(check), header),
    );
  }
  return program.tree;
}

/** The functions that a method is given. */
function functionsGiven({ members }: Program): readonly string[] {
  return members.flatMap((member) =>
    member.kind === "given" && isFunctionGiven(member) ? [member.name.name] : [],
  );
}

/** Lets other programs call a sound one, which is checked once more for each header that they ask for. */
function declareCallable(
  check: FileCheck,
  item: Program | ProgramFor,
  symbol: Symbol,
  program: CheckedProgram,
  bounds: ReadonlyMap<Symbol, DeclaredBounds>,
  again: (run: Run, scope: Scope, header: Header) => CheckedProgram | null,
): void {
  const instantiated = (header: Header): Instantiated =>
    checkedTwice(check, item, ({ run, scope }) => again(run, scope, header), "sizes");
  check.knowledge.callables.set(symbol, callableOf(program, bounds, check.file, instantiated));
}

/**
 * Checks an item two times: the first time finds the unknowns, the second time they are known from the start, so that
 * every note of the tree is whole and every message names the type that was found.
 */
function twice<T>(check: FileCheck, item: Item, work: (environment: Environment) => T): T {
  const testable = item.kind === "fun" || item.kind === "net" ? "none" : "all";
  const { result, environment } = checkedTwice(check, item, work, testable);
  check.diagnostics.push(...environment.run.diagnostics);
  for (const [name, symbol] of environment.scope.symbols) check.scope.symbols.set(name, symbol);
  if (item.kind === "fun" || item.kind === "net") learn(check.knowledge, environment.run.knowledge);
  return result;
}

/** The same, of which the file learns nothing. */
function checkedTwice<T>(
  check: FileCheck,
  item: Item,
  work: (environment: Environment) => T,
  testable: Run["testable"],
): { readonly result: T; readonly environment: Environment } {
  const substitution = emptySubstitution();
  const first = newRun(check, item, substitution, testable);
  work(first);
  const second = newRun(check, item, closedSubstitution(substitution), testable);
  return { result: work(second), environment: second };
}

function newRun(
  check: FileCheck,
  item: Item,
  substitution: Substitution,
  testable: Run["testable"],
): Environment {
  const run: Run = {
    rules: RULES,
    substitution,
    knowledge: copyKnowledge(check.knowledge),
    diagnostics: [],
    reads: new Map(),
    declared: [],
    excused: new Set(),
    unknown: new Set(),
    reports: new Map(),
    broken: new Set(check.file.broken.flatMap(({ names }) => names.map(({ name }) => name))),
    missing: new Set(check.file.broken.flatMap(({ mentioned }) => mentioned)),
    partial: check.partial,
    later: new Map(),
    spaces: new Map(),
    stepNames: new Map(),
    requirements: [],
    operatorUses: new Map(),
    postponed: [],
    testable,
    announced: new Set(),
    sizes: {},
    span: item.span,
    counter: null,
  };
  return environmentOf(run, nestedScope(check.scope));
}

function environmentOf(run: Run, scope: Scope): Environment {
  return { run, scope, flow: emptyFlow(), place: "header", inStep: false, silent: false };
}
