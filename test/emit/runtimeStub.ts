export { defineProgram } from "../../runtime/program/define.ts";
export { C, productOf, R } from "../../runtime/arrays/spaces.ts";
export type { GivenMap } from "../../runtime/arrays/givenMap.ts";
export type { Operations } from "../../runtime/arrays/operations.ts";
export type { ArrayDatum, OperatorDatum } from "../../runtime/program/datum.ts";
export type { Operator } from "../../runtime/operators/operator.ts";
export type { Space, Value } from "../../runtime/arrays/value.ts";
