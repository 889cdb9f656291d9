/**
 * The tree of the language: one discriminated union, indexed by the stage of compilation.
 * A later stage adds annotations and changes nothing else: `Expression<Typed>` has the same nodes as
 * `Expression<Parsed>`, with types where the parser left null.
 */
export type * from "./tree/base.ts";
export type * from "./tree/expression.ts";
export type * from "./tree/type.ts";
export type * from "./tree/statement.ts";
export type * from "./tree/member.ts";
export type * from "./tree/item.ts";
