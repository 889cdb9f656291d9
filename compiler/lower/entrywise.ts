import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { LibraryName } from "../library/names.ts";

/** The names of the library that act entry by entry. */
export const ENTRYWISE: Partial<Readonly<Record<LibraryName, ElementwiseFunction>>> = {
  abs: "abs",
  conj: "conj",
  phase: "phase",
  exp: "exp",
  log: "log",
  sqrt: "sqrt",
  sign: "sign",
  relu: "relu",
  tanh: "tanh",
  sigmoid: "sigmoid",
  max: "max",
  min: "min",
  soft: "soft",
  hard: "hard",
  choose: "select",
  mod: "mod",
};
