import fc from "fast-check";
import type { Argument, Expression } from "../../compiler/ast/tree.ts";

const span = { file: "", start: 0, end: 0 };
const node = { span, note: null };

const names = fc.constantFrom("x", "A", "norm2sq", "λ", "max", "file", "t0");

const identifiers = names.map((name) => ({ kind: "identifier" as const, name, span }));

const leaves: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .constantFrom("1", "0.5", "1e-6", "2")
    .map((text): Expression => ({ ...node, kind: "number", value: Number(text), text })),
  fc.boolean().map((value): Expression => ({ ...node, kind: "truth", value })),
  fc.constant<Expression>({ ...node, kind: "infinity" }),
  names.map((name): Expression => ({ ...node, kind: "name", name, reference: null })),
  identifiers.map((name): Expression => ({ ...node, kind: "old", name, reference: null })),
);

/** Any expression, without places, and without the parentheses that its order asks for. */
export const expressions: fc.Arbitrary<Expression> = fc.letrec<{ whole: Expression; argument: Argument }>(
  (tie) => {
    const whole = tie("whole");
    const two = fc.record({ left: whole, right: whole });
    return {
      argument: fc
        .record({ name: fc.option(identifiers), value: whole })
        .map((one) => ({ kind: "argument", span, ...one })),
      whole: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        leaves,
        whole.map((operand): Expression => ({ ...node, kind: "negate", operand })),
        whole.map((operand): Expression => ({ ...node, kind: "not", operand })),
        whole.map((operand): Expression => ({ ...node, kind: "adjoint", operand })),
        whole.map((of): Expression => ({ ...node, kind: "gradient", of })),
        fc
          .tuple(two, fc.constantFrom("+", "-", ".+", ".-"))
          .map(([parts, operator]): Expression => ({ ...node, kind: "sum", operator, ...parts })),
        fc.tuple(two, fc.constantFrom("*", "/", ".*", "./")).map(([parts, operator]): Expression => ({
          ...node,
          kind: "product",
          operator,
          operatorSpan: span,
          product: null,
          ...parts,
        })),
        fc.tuple(whole, whole, fc.constantFrom("^", ".^")).map(([base, exponent, operator]): Expression => ({
          ...node,
          kind: "power",
          operator,
          base,
          exponent,
        })),
        fc
          .tuple(two, fc.constantFrom("<", "<=", ">", ">=", "==", "!=", ".<", ".<=", ".>", ".>="))
          .map(([parts, operator]): Expression => ({ ...node, kind: "comparison", operator, ...parts })),
        fc
          .tuple(two, fc.constantFrom("and", "or"))
          .map(([parts, operator]): Expression => ({ ...node, kind: "logical", operator, ...parts })),
        fc
          .tuple(whole, whole)
          .map(([value, into]): Expression => ({ ...node, kind: "pipe", value, into, call: null })),
        fc.tuple(whole, whole, whole).map(([condition, consequent, alternative]): Expression => ({
          ...node,
          kind: "conditional",
          condition,
          consequent,
          alternative,
        })),
        fc.tuple(whole, fc.array(tie("argument"), { maxLength: 3 })).map(([callee, list]): Expression => ({
          ...node,
          kind: "call",
          callee,
          arguments: list,
          call: null,
        })),
        fc
          .tuple(whole, fc.array(whole, { minLength: 1, maxLength: 2 }))
          .map(([operand, indices]): Expression => ({ ...node, kind: "index", operand, indices })),
        fc
          .array(whole, { minLength: 2, maxLength: 3 })
          .map((entries): Expression => ({ ...node, kind: "tuple", entries })),
      ),
    };
  },
).whole;
