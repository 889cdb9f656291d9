import type { Draw, Fun, Let, LetTuple } from "../../ast/tree.ts";
import type { CheckedProgram } from "../../check/program.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { runDraw } from "./draws.ts";
import { lower } from "../recursion.ts";
import type { Site } from "../site.ts";
import { named } from "../statements.ts";
import { asVariable, isFunctionType, value } from "../values.ts";

/**
 * Lets of the program level: those that need givens only are lowered with the constants; the others not at all where
 * `late` is null.
 */
export function lowerBindings(early: Site, late: Site | null, program: CheckedProgram): void {
  for (const binding of program.bindings) {
    const symbols = symbolsOf(binding.declaration);
    const level = Math.max(...symbols.map((symbol) => symbol.typing.level));
    const site = level <= 1 ? early : late;
    if (site === null) continue;
    if (binding.kind === "draw") {
      runDraw(site, binding, "sample");
      continue;
    }
    if (binding.kind === "fun" || symbols.some((symbol) => isFunctionType(symbol.typing.type))) continue;
    if (isCountOnly(binding)) continue;
    defineBinding(site, binding, symbols);
  }
}

function isCountOnly(binding: Let<Typed> | LetTuple<Typed>): boolean {
  return binding.initial.kind === "string";
}

function defineBinding(
  site: Site,
  binding: Exclude<CheckedProgram["bindings"][number], Fun<Typed> | Draw<Typed>>,
  symbols: readonly Symbol[],
): void {
  const [first] = symbols;
  if (binding.kind === "let" && first !== undefined) {
    site.scope.define(
      first,
      named(site, first.name, () => lower(site, binding.initial)),
    );
    return;
  }
  const lowered = lower(site, binding.initial);
  symbols.forEach((symbol, index) => {
    const part =
      lowered.kind === "tuple"
        ? lowered.parts[index]
        : value(site.builder.part(asVariable(site.builder, lowered, null, binding.span), index));
    if (part !== undefined) site.scope.define(symbol, part);
  });
}

function symbolsOf(declaration: Symbol | readonly Symbol[]): readonly Symbol[] {
  return "name" in declaration ? [declaration] : declaration;
}
