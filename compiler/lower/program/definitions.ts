import type { Block, Fun, Let, Statement } from "../../ast/tree.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Definitions } from "../../library/calculus/analyse.ts";
import type { Symbol, Typed } from "../../types/typing.ts";

/** The typed declarations of all functions and lets that a program can reach, by symbol. */
export function collectDefinitions(program: CheckedProgram): Definitions {
  const definitions = new Map<Symbol, Fun<Typed> | Let<Typed>>();
  const add = (declared: Fun<Typed> | Let<Typed>): void => {
    definitions.set(symbolOf(declared.declaration), declared);
    if (declared.kind === "fun" && declared.body.kind === "block") visitBlock(declared.body);
  };
  const visitBlock = (block: Block<Typed>): void => block.statements.forEach(visit);
  const visit = (statement: Statement<Typed>): void => {
    switch (statement.kind) {
      case "let":
      case "fun":
        return add(statement);
      case "if":
        visitBlock(statement.consequent);
        if (statement.alternative?.kind === "if") visit(statement.alternative);
        else if (statement.alternative !== null) visitBlock(statement.alternative);
        return;
      case "while":
      case "repeat":
        return visitBlock(statement.body);
      case "letTuple":
      case "var":
      case "update":
      case "draw":
      case "report":
      case "return":
        return;
    }
  };
  for (const fun of program.functions.values()) add(fun);
  for (const binding of program.bindings) {
    if (binding.kind === "fun" || binding.kind === "let") add(binding);
  }
  if (program.step !== null) visitBlock(program.step.body);
  return definitions;
}
