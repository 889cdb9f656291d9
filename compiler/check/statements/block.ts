import type { Block, Identifier } from "../../ast/tree.ts";
import type { Type } from "../../types/type.ts";
import type { Typed } from "../../types/typing.ts";
import type { Environment } from "../context.ts";

/** Whose statements they are. A function or a network has a declared result. */
export type BlockOwner =
  | { readonly kind: "step" }
  | { readonly kind: "fun" | "net"; readonly name: Identifier; readonly result: Type };

/** The body of a function or network, which ends with `return`. */
export function checkBody(
  environment: Environment,
  block: Block,
  owner: Extract<BlockOwner, { kind: "fun" | "net" }>,
): Block<Typed> {
  return environment.run.rules.body(environment, block, owner);
}

/** A block with names of its own. */
export function checkBlock(environment: Environment, block: Block, owner: BlockOwner): Block<Typed> {
  return environment.run.rules.block(environment, block, owner);
}
