import type { Argument, Expression } from "../../ast/tree.ts";
import type { CallMeaning, Reference, SettingValue, Symbol, Typed } from "../../types/typing.ts";
import type { Atom, Factor, FormTerm, FunctionForm, Link } from "./form.ts";

/** A form whose bound arguments are new symbols of the same names, so that it stands beside another of its function. */
export function withOwnArguments(form: FunctionForm): FunctionForm {
  const names = new Map(form.bound.map(({ argument }) => [argument, { ...argument }] as const));
  return renamedForm(form, names);
}

type Names = ReadonlyMap<Symbol, Symbol>;

function renamedForm({ terms, bound }: FunctionForm, names: Names): FunctionForm {
  return {
    terms: terms.map((term) => renamedTerm(term, names)),
    bound: bound.map(({ argument, value }) => ({
      argument: names.get(argument) ?? argument,
      value: renamed(value, names),
    })),
  };
}

function renamedTerm(term: FormTerm, names: Names): FormTerm {
  return {
    factors: term.factors.map((factor) => renamedFactor(factor, names)),
    atom: renamedAtom(term.atom, names),
    links: term.links.map((link) => renamedLink(link, names)),
    source: term.source,
  };
}

function renamedFactor(factor: Factor, names: Names): Factor {
  return factor.kind === "number" ? factor : { ...factor, value: renamed(factor.value, names) };
}

function renamedAtom(atom: Atom, names: Names): Atom {
  switch (atom.kind) {
    case "library":
      return {
        ...atom,
        arguments: atom.arguments.map((argument) => renamed(argument, names)),
        settings: renamedSettings(atom.settings, names),
      };
    case "indicator":
      return { ...atom, set: renamed(atom.set, names) };
    case "conjugate":
      return { ...atom, of: renamedForm(atom.of, names) };
    case "opaque":
      return { ...atom, symbol: names.get(atom.symbol) ?? atom.symbol };
    case "linear":
      return { ...atom, by: renamed(atom.by, names) };
    case "constant":
    case "general":
      return atom;
  }
}

function renamedLink(link: Link, names: Names): Link {
  switch (link.kind) {
    case "scale":
      return { ...link, by: renamedFactor(link.by, names) };
    case "diagonal":
    case "shift":
      return { ...link, by: renamed(link.by, names) };
    case "operator":
      return { ...link, operator: renamed(link.operator, names) };
  }
}

/** An expression that reads other symbols. */
function renamed(expression: Expression<Typed>, names: Names): Expression<Typed> {
  const of = (part: Expression<Typed>): Expression<Typed> => renamed(part, names);
  switch (expression.kind) {
    case "number":
    case "string":
    case "truth":
    case "infinity":
      return expression;
    case "name":
    case "old":
      return { ...expression, reference: renamedReference(expression.reference, names) };
    case "gradient":
      return { ...expression, of: of(expression.of) };
    case "tuple":
      return { ...expression, entries: expression.entries.map(of) };
    case "negate":
    case "not":
    case "adjoint":
      return { ...expression, operand: of(expression.operand) };
    case "sum":
    case "product":
    case "comparison":
    case "logical":
      return { ...expression, left: of(expression.left), right: of(expression.right) };
    case "power":
      return { ...expression, base: of(expression.base), exponent: of(expression.exponent) };
    case "pipe":
      return {
        ...expression,
        value: of(expression.value),
        into: of(expression.into),
        call: renamedCall(expression.call, names),
      };
    case "conditional":
      return {
        ...expression,
        condition: of(expression.condition),
        consequent: of(expression.consequent),
        alternative: of(expression.alternative),
      };
    case "call":
      return {
        ...expression,
        callee: of(expression.callee),
        arguments: expression.arguments.map((argument) => renamedArgument(argument, names)),
        call: renamedCall(expression.call, names),
      };
    case "index":
      return { ...expression, operand: of(expression.operand), indices: expression.indices.map(of) };
  }
}

function renamedReference(reference: Reference, names: Names): Reference {
  if (reference.kind !== "symbol") return reference;
  const symbol = names.get(reference.symbol);
  return symbol === undefined ? reference : { kind: "symbol", symbol };
}

function renamedArgument(argument: Argument<Typed>, names: Names): Argument<Typed> {
  const { value } = argument;
  return value.kind === "targetCall" ? argument : { ...argument, value: renamed(value, names) };
}

function renamedCall(call: CallMeaning, names: Names): CallMeaning {
  const of = (part: Expression<Typed>): Expression<Typed> => renamed(part, names);
  const orNull = (part: Expression<Typed> | null): Expression<Typed> | null => part && of(part);
  const bySymbol = (values: ReadonlyMap<Symbol, Expression<Typed>>): ReadonlyMap<Symbol, Expression<Typed>> =>
    new Map([...values].map(([symbol, part]) => [symbol, of(part)]));
  switch (call.kind) {
    case "function":
      return { ...call, callee: of(call.callee), arguments: call.arguments.map(of) };
    case "map":
      return { ...call, symbol: names.get(call.symbol) ?? call.symbol, arguments: call.arguments.map(of) };
    case "network":
      return { ...call, arguments: call.arguments.map(of) };
    case "library":
      return {
        ...call,
        arguments: call.arguments.map(of),
        settings: renamedSettings(call.settings, names),
      };
    case "prox":
      return {
        ...call,
        function: of(call.function),
        scaling: orNull(call.scaling),
        by: call.by && renamedSetting(call.by, names),
        point: orNull(call.point),
      };
    case "derivative":
      return { ...call, of: of(call.of), point: call.point.map(of) };
    case "projection":
      return { ...call, set: of(call.set), point: orNull(call.point) };
    case "program":
      return { ...call, arguments: bySymbol(call.arguments), weights: orNull(call.weights) };
    case "weights":
      return { ...call, arguments: bySymbol(call.arguments) };
    case "unknown":
      return call;
  }
}

type Settings = Readonly<Record<string, SettingValue>>;

function renamedSettings(settings: Settings, names: Names): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, renamedSetting(setting, names)]),
  );
}

function renamedSetting(setting: SettingValue, names: Names): SettingValue {
  switch (setting.kind) {
    case "expression":
      return { ...setting, value: renamed(setting.value, names) };
    case "method":
      return { ...setting, settings: renamedSettings(setting.settings, names) };
    case "number":
    case "dimension":
    case "word":
    case "truth":
    case "list":
      return setting;
  }
}
