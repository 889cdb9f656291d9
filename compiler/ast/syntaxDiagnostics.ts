import type { Fault, FaultKind, Range } from "../../grammar/faults.ts";
import { itemWords, memberWords, statementWords } from "../../grammar/words.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Diagnostic, Edit } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import type { LineIndex } from "../source/lines.ts";
import { nearest } from "../diagnostics/suggestion.ts";
import { codePoint } from "./textDiagnostics.ts";
import { ruleWords, wantedWords } from "./wanted.ts";

type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>;

interface Place {
  readonly span: Span;
  readonly lines: LineIndex;
  readonly at: (range: Range) => Span;
  readonly edit: (start: number, end: number, newText: string) => readonly Edit[];
}

const diagnostics: { readonly [K in FaultKind]: (fault: FaultOf<K>, place: Place) => Diagnostic } = {
  unknownSign: ({ sign }, { span }) => diagnose("IPX0001", span, { sign, codePoint: codePoint(sign) }),

  foreignSign: ({ sign, instead, exact, entrywise = null, start, end }, { span, edit }) => {
    const edits = exact && entrywise === null ? edit(start, end, instead) : [];
    return diagnose("IPX0002", span, { sign, instead, entrywise }, {}, edits);
  },

  openString: (_fault, { span }) => diagnose("IPX0003", span, {}),

  unclosed: ({ opened, open, close, owner, before }, { span, at, lines }) => {
    const bracket = open === "{" ? "brace" : "bracket";
    const { line } = lines.position(opened.start);
    return diagnose("IPX0004", span, { bracket, open, close, before, owner, line }, { opened: at(opened) });
  },

  stray: ({ close, open, opened, last }, { span, at }) =>
    diagnose("IPX0005", span, { close, open, last }, { opened: opened && at(opened) }),

  unfit: ({ found, wanted, rule, behind }, { span }) =>
    diagnose("IPX0006", span, {
      found,
      wanted: wantedWords(wanted, rule),
      within: ruleWords(rule),
      start: rule === "initial",
      behind: behind === true,
    }),

  sideBySide: ({ left, right, insertAt }, { span, edit }) =>
    diagnose("IPX0007", span, { left, right }, {}, insertAt === null ? [] : edit(insertAt, span.start, "*")),

  sameLine: ({ word, insertAt }, { span, edit }) =>
    diagnose("IPX0008", span, { word }, {}, edit(insertAt, insertAt, ";")),

  noCap: ({ start }, { span, edit }) => diagnose("IPX0009", span, {}, {}, edit(start, start, "max 60 ")),

  otherLine: ({ sign, owner, operand }, { span, at }) =>
    diagnose("IPX0010", span, { sign, owner }, { operand: at(operand) }),

  chained: ({ first, second, firstAt }, { span, at }) =>
    diagnose("IPX0011", span, { first, second }, { first: at(firstAt) }),

  reserved: ({ word }, { span }) => diagnose("IPX0012", span, { word }),

  hostName: ({ name }, { span }) => diagnose("IPX0024", span, { name }),

  arrow: ({ left, right, start, end }, { span, edit }) =>
    diagnose("IPX0013", span, { left, right }, {}, edit(start, end, " < -")),

  looseString: (_fault, { span }) => diagnose("IPX0014", span, {}),

  deepBrackets: ({ limit, outermost }, { span, at }) =>
    diagnose("IPX0015", span, { limit }, { outermost: at(outermost) }),

  longExpression: ({ limit, what, begin }, { span, at }) =>
    diagnose("IPX0016", span, { limit, what }, { begin: at(begin) }),

  incompleteNumber: ({ written, proposal, start, end }, { span, edit }) =>
    diagnose("IPX0021", span, { written, proposal }, {}, edit(start, end, proposal)),

  equals: ({ name, sign, start, end }, { span, edit }) =>
    diagnose("IPX0020", span, { name, sign }, {}, edit(start, end, sign)),

  misplaced: ({ word, place: where }, { span }) => diagnose("IPX0022", span, { word, place: where }),

  noDeclaration: ({ name, place: where }, { span }) => {
    const words = { file: itemWords, program: memberWords, block: statementWords }[where];
    return diagnose("IPX0023", span, { name, place: where, suggestion: nearest(name, words) });
  },
};

/** The diagnostic of a fault in the text of a file. */
export function diagnosticOf<K extends FaultKind>(
  fault: FaultOf<K>,
  file: string,
  lines: LineIndex,
): Diagnostic {
  const at = ({ start, end }: Range): Span => ({ file, start, end });
  const edit = (start: number, end: number, newText: string): readonly Edit[] => [
    { span: { file, start, end }, newText },
  ];
  const kind: K = fault.kind as K;
  return diagnostics[kind](fault, { span: at(fault), at, edit, lines });
}
