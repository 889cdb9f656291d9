import {
  Alternation,
  Alternative,
  type IProduction,
  Lexer,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Rule,
  Terminal,
  type TokenType,
} from "chevrotain";
import { describe, expect, test } from "vitest";
import { Grammar } from "../../grammar/parser.ts";
import { allTokens } from "../../grammar/tokens.ts";

/** The tokens that a terminal accepts: itself, or those of its category. */
function accepted(type: TokenType): readonly string[] {
  return allTokens
    .filter((token) => token === type || token.CATEGORIES?.includes(type) === true)
    .map(({ name }) => name);
}

interface First {
  readonly tokens: ReadonlySet<string>;
  readonly empty: boolean;
}

function first(production: IProduction): First {
  if (production instanceof Terminal)
    return { tokens: new Set(accepted(production.terminalType)), empty: false };
  if (production instanceof NonTerminal) return first(production.referencedRule);
  if (production instanceof Alternation) {
    const all = production.definition.map((alternative) => first(alternative));
    return {
      tokens: new Set(all.flatMap(({ tokens }) => [...tokens])),
      empty: all.some(({ empty }) => empty),
    };
  }
  if (production instanceof Rule || production instanceof Alternative) return firstOf(production.definition);
  const inner = firstOf(definitionOf(production));
  return { tokens: inner.tokens, empty: isOptional(production) || inner.empty };
}

function firstOf(sequence: readonly IProduction[]): First {
  const tokens = new Set<string>();
  for (const part of sequence) {
    const here = first(part);
    here.tokens.forEach((token) => tokens.add(token));
    if (!here.empty) return { tokens, empty: false };
  }
  return { tokens, empty: true };
}

function definitionOf(production: IProduction): readonly IProduction[] {
  return "definition" in production && Array.isArray(production.definition) ? production.definition : [];
}

function isOptional(production: IProduction): boolean {
  return (
    production instanceof Option ||
    production instanceof Repetition ||
    production instanceof RepetitionWithSeparator
  );
}

function separatorOf(production: IProduction): TokenType | null {
  const separated =
    production instanceof RepetitionWithSeparator || production instanceof RepetitionMandatoryWithSeparator;
  return separated ? production.separator : null;
}

type Visit = (production: IProduction, after: readonly IProduction[]) => void;

/** Visits each part of a rule with what follows it in the rule. */
function walk(sequence: readonly IProduction[], after: readonly IProduction[], visit: Visit): void {
  sequence.forEach((part, index) => {
    const rest = [...sequence.slice(index + 1), ...after];
    visit(part, rest);
    if (part instanceof Terminal || part instanceof NonTerminal) return;
    if (part instanceof Alternation) part.definition.forEach((one) => walk(definitionOf(one), rest, visit));
    else {
      walk(definitionOf(part), [...onceMore(part), ...rest], visit);
    }
  });
}

/** What may follow one round of a repetition: another one, behind its separator if it has one. */
function onceMore(part: IProduction): readonly IProduction[] {
  if (part instanceof Option) return [];
  const separator = separatorOf(part);
  const between = separator === null ? [] : [new Terminal({ terminalType: separator })];
  return [new Option({ definition: [...between, ...definitionOf(part)] })];
}

const rules = Object.values(new Grammar().getGAstProductions());

function followSets(): ReadonlyMap<string, ReadonlySet<string>> {
  const follow = new Map(rules.map(({ name }) => [name, new Set<string>(["EOF"])]));
  for (let changed = true; changed;) {
    changed = false;
    for (const rule of rules) {
      walk(rule.definition, [], (part, after) => {
        if (!(part instanceof NonTerminal)) return;
        const set = follow.get(part.nonTerminalName);
        const next = firstOf(after);
        for (const token of [...next.tokens, ...(next.empty ? (follow.get(rule.name) ?? []) : [])]) {
          if (set === undefined || set.has(token)) continue;
          set.add(token);
          changed = true;
        }
      });
    }
  }
  return follow;
}

/** Optional parts that begin with what may also follow: the parser takes them greedily, and says nothing. */
function conflicts(): readonly string[] {
  const follow = followSets();
  const found: string[] = [];
  for (const rule of rules) {
    walk(rule.definition, [], (part, after) => {
      const repeats =
        isOptional(part) ||
        part instanceof RepetitionMandatory ||
        part instanceof RepetitionMandatoryWithSeparator;
      if (!repeats) return;
      const next = firstOf(after);
      const behind = new Set([...next.tokens, ...(next.empty ? (follow.get(rule.name) ?? []) : [])]);
      const separator = separatorOf(part);
      const begins = separator === null ? [...firstOf(definitionOf(part)).tokens] : accepted(separator);
      for (const token of begins) if (behind.has(token)) found.push(`${rule.name}: ${token}`);
    });
  }
  return [...new Set(found)];
}

test("the parser finds no ambiguity in its rules, and the lexer no fault in its tokens", () => {
  expect(() => new Grammar(true)).not.toThrow();
  const { lexerDefinitionErrors } = new Lexer(allTokens, {
    positionTracking: "full",
    deferDefinitionErrorsHandling: true,
  });
  expect(lexerDefinitionErrors).toEqual([]);
});

describe("greedy choices", () => {
  test("no optional part begins with what may follow it, but the name of an argument", () => {
    const names = accepted(allTokens.find(({ name }) => name === "Name") as TokenType);
    expect(conflicts().toSorted()).toEqual(names.map((name) => `argument: ${name}`).toSorted());
  });
});
