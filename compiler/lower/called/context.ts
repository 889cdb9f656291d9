import type { Given, Input } from "../../ast/tree.ts";
import type { CheckedProgram } from "../../check/program.ts";
import type { Instance } from "../../check/programs/instance.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Span } from "../../source/span.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { filled } from "../program/declared.ts";
import { collectDefinitions } from "../program/definitions.ts";
import { DrawTable } from "../program/drawTable.ts";
import { Limitation } from "../limitation.ts";
import type { Lowered } from "../lowered.ts";
import type { LoweredNetwork } from "../networks/networks.ts";
import { lower } from "../recursion.ts";
import { Scope } from "../scope.ts";
import type { Site } from "../site.ts";
import { asVariable, embedded, value } from "../values.ts";

/** The instance that a call names. */
export function instanceOf(site: Site, symbol: Symbol, span: Span): Instance {
  const instance = site.program.instances.get(symbol);
  if (instance === undefined) throw new Limitation("a call of this program", span);
  return instance;
}

/** A place inside a program that is called: its own names, what its givens and inputs are here, its networks. */
export function calledSite(
  site: Site,
  builder: IrBuilder,
  { program }: Instance,
  networks: ReadonlyMap<Symbol, LoweredNetwork>,
): Site {
  return {
    builder,
    scope: new Scope(null),
    program: {
      ...site.program,
      definitions: collectDefinitions(program),
      networks,
      nets: program.nets,
      layers: null,
      draws: new DrawTable(),
      old: new Map(),
      lastTest: new Map(),
      instances: program.instances,
      weightStarts: program.weightStarts,
    },
  };
}

/** Defines givens and inputs of a program that is called: arguments as the caller means them, defaults as it does. */
export function defineData(
  site: Site,
  place: Site,
  program: CheckedProgram,
  given: ReadonlyMap<Symbol, Expression<Typed>>,
): void {
  for (const data of [...program.givens, ...program.inputs]) {
    const symbol = symbolOf(data.declaration);
    const argument = given.get(symbol);
    if (argument !== undefined) place.scope.define(symbol, argumentOf(site, argument, symbol));
    else if (data.kind === "given" && data.initial !== null) {
      place.scope.define(symbol, defaultOf(place, data, data.initial, symbol));
    }
  }
}

function argumentOf(site: Site, argument: Expression<Typed>, symbol: Symbol): Lowered {
  const lowered = lower(site, argument);
  const { type } = symbol.typing;
  if (type.kind !== "value") return lowered;
  const variable = asVariable(site.builder, lowered, type.space, argument.span);
  return value(embedded(site.builder, variable, type.space));
}

function defaultOf(
  place: Site,
  data: Given<Typed> | Input<Typed>,
  initial: Expression<Typed>,
  symbol: Symbol,
): Lowered {
  const { type } = symbol.typing;
  if (type.kind === "value") return value(filled(place, initial, type.space));
  if (type.kind === "operator") return lower(place, initial);
  throw new Limitation("a default of this kind", data.span);
}
