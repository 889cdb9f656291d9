import type { GivenMap } from "../../runtime/arrays/givenMap.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Value } from "../../runtime/arrays/value.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { upload } from "../../runtime/program/transfer.ts";
import type { OperatorDraft } from "./draft.ts";

/** What an expression of a binding stands for. */
export type Thing =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "truth"; readonly value: boolean }
  /** numbers in brackets, as in `axes = (0, 1)` */
  | { readonly kind: "list"; readonly values: readonly number[] }
  /** an array as it was read; with `batched` its first axis counts samples */
  | { readonly kind: "host"; readonly array: HostArray; readonly batched: boolean }
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "operator"; readonly draft: OperatorDraft }
  | { readonly kind: "map"; readonly map: GivenMap };

export type ThingKind = Thing["kind"];

/** Kinds in words, for messages. */
export const KIND_WORDS: { readonly [K in ThingKind]: string } = {
  number: "a number",
  truth: "true or false",
  list: "a list",
  host: "an array",
  value: "an array",
  operator: "an operator",
  map: "a map",
};

/** A number, as a thing. */
export function numberThing(value: number): Thing {
  return { kind: "number", value };
}

/** An array or a number on the engine, or null for what is neither. */
export function valueOf(operations: Operations, thing: Thing): Value | null {
  switch (thing.kind) {
    case "number":
      return operations.number(thing.value);
    case "host":
      return upload(operations, thing.array, thing.batched);
    case "value":
      return thing.value;
    case "truth":
    case "list":
    case "operator":
    case "map":
      return null;
  }
}
