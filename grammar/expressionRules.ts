import { CstParser, type IParserErrorMessageProvider, type TokenType } from "chevrotain";
import {
  allTokens,
  BoundOperator,
  CloseBracket,
  CloseParenthesis,
  Comma,
  ComparisonOperator,
  Equals,
  Minus,
  Name,
  NumberToken,
  OpenBracket,
  OpenParenthesis,
  Pipe,
  PowerOperator,
  Prime,
  ProductOperator,
  StringToken,
  SumOperator,
  TypeArrow,
  wordTokens as word,
} from "./tokens.ts";

/** Writes the names of the wanted tokens, separated by blanks, and nothing else: words are not the grammar's. */
const wantedTokens: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.name,
  buildNotAllInputParsedMessage: () => "EOF",
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) => firstNames(expectedPathsPerAlt.flat()),
  buildEarlyExitMessage: ({ expectedIterationPaths }) => firstNames(expectedIterationPaths),
};

function firstNames(paths: readonly (readonly TokenType[])[]): string {
  return [...new Set(paths.map((path) => path[0]?.name ?? "EOF"))].join(" ");
}

/** The rules of types and expressions. */
export abstract class ExpressionGrammar extends CstParser {
  /** `validate` looks for ambiguities and left recursion, which takes time at every start: for tests. */
  constructor(validate: boolean) {
    super(allTokens, {
      skipValidations: !validate,
      maxLookahead: 2,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider: wantedTokens,
    });
  }

  // ---- types

  readonly type = this.RULE("type", () => {
    this.OR([
      {
        ALT: () => {
          this.OR1([{ ALT: () => this.CONSUME(word.linear) }, { ALT: () => this.CONSUME(word.net) }]);
          this.SUBRULE(this.spaceType);
          this.CONSUME(TypeArrow);
          this.SUBRULE1(this.spaceType);
        },
      },
      {
        ALT: () => {
          this.SUBRULE2(this.spaceType);
          this.OPTION(() => {
            this.CONSUME1(TypeArrow);
            this.SUBRULE3(this.spaceType);
          });
        },
      },
    ]);
  });

  readonly spaceType = this.RULE("spaceType", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.arrayType) },
      { ALT: () => this.SUBRULE(this.namedType) },
      { ALT: () => this.SUBRULE(this.productType) },
    ]);
    this.OPTION(() => this.SUBRULE(this.interval));
  });

  readonly arrayType = this.RULE("arrayType", () => {
    this.OR([
      { ALT: () => this.CONSUME(word.R, { LABEL: "scalar" }) },
      { ALT: () => this.CONSUME(word.C, { LABEL: "scalar" }) },
      { ALT: () => this.CONSUME(word.int, { LABEL: "scalar" }) },
      { ALT: () => this.CONSUME(word.bool, { LABEL: "scalar" }) },
    ]);
    this.OPTION(() => {
      this.CONSUME(OpenBracket);
      this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.sum) });
      this.CONSUME(CloseBracket);
    });
  });

  readonly namedType = this.RULE("namedType", () => {
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(OpenParenthesis);
      this.CONSUME1(Name, { LABEL: "argument" });
      this.CONSUME(CloseParenthesis);
    });
  });

  readonly productType = this.RULE("productType", () => {
    this.CONSUME(OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.type) });
    this.CONSUME(CloseParenthesis);
  });

  readonly interval = this.RULE("interval", () => {
    this.CONSUME(word.in);
    this.OR([
      {
        ALT: () => {
          this.OR1([
            { ALT: () => this.CONSUME(OpenParenthesis, { LABEL: "open" }) },
            { ALT: () => this.CONSUME(OpenBracket, { LABEL: "open" }) },
          ]);
          this.SUBRULE(this.sum, { LABEL: "low" });
          this.CONSUME(Comma);
          this.SUBRULE1(this.sum, { LABEL: "high" });
          this.OR2([
            { ALT: () => this.CONSUME(CloseParenthesis, { LABEL: "close" }) },
            { ALT: () => this.CONSUME(CloseBracket, { LABEL: "close" }) },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(Name);
          this.OPTION(() => {
            this.CONSUME1(OpenParenthesis);
            this.SUBRULE(this.callArguments);
            this.CONSUME1(CloseParenthesis);
          });
        },
      },
    ]);
  });

  readonly properties = this.RULE("properties", () => {
    this.CONSUME(word.with);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.property) });
  });

  readonly property = this.RULE("property", () => {
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(BoundOperator);
      this.SUBRULE(this.sum);
    });
  });

  // ---- expressions, loosest first

  readonly expression = this.RULE("expression", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.conditional) }, { ALT: () => this.SUBRULE(this.pipeline) }]);
  });

  readonly conditional = this.RULE("conditional", () => {
    this.CONSUME(word.if);
    this.SUBRULE(this.expression);
    this.CONSUME(word.then);
    this.SUBRULE1(this.expression);
    this.CONSUME(word.else);
    this.SUBRULE2(this.expression);
  });

  readonly pipeline = this.RULE("pipeline", () => {
    this.SUBRULE(this.disjunction, { LABEL: "operand" });
    this.MANY(() => {
      this.CONSUME(Pipe, { LABEL: "operator" });
      this.SUBRULE1(this.disjunction, { LABEL: "operand" });
    });
  });

  readonly disjunction = this.RULE("disjunction", () => {
    this.SUBRULE(this.conjunction, { LABEL: "operand" });
    this.MANY(() => {
      this.CONSUME(word.or, { LABEL: "operator" });
      this.SUBRULE1(this.conjunction, { LABEL: "operand" });
    });
  });

  readonly conjunction = this.RULE("conjunction", () => {
    this.SUBRULE(this.negation, { LABEL: "operand" });
    this.MANY(() => {
      this.CONSUME(word.and, { LABEL: "operator" });
      this.SUBRULE1(this.negation, { LABEL: "operand" });
    });
  });

  readonly negation = this.RULE("negation", () => {
    this.OPTION(() => this.CONSUME(word.not));
    this.SUBRULE(this.comparison);
  });

  readonly comparison = this.RULE("comparison", () => {
    this.SUBRULE(this.sum, { LABEL: "operand" });
    this.OPTION(() => {
      this.CONSUME(ComparisonOperator, { LABEL: "operator" });
      this.SUBRULE1(this.sum, { LABEL: "operand" });
    });
  });

  readonly sum = this.RULE("sum", () => {
    this.SUBRULE(this.product, { LABEL: "operand" });
    this.MANY(() => {
      this.CONSUME(SumOperator, { LABEL: "operator" });
      this.SUBRULE1(this.product, { LABEL: "operand" });
    });
  });

  readonly product = this.RULE("product", () => {
    this.SUBRULE(this.signed, { LABEL: "operand" });
    this.MANY(() => {
      this.CONSUME(ProductOperator, { LABEL: "operator" });
      this.SUBRULE1(this.signed, { LABEL: "operand" });
    });
  });

  readonly signed = this.RULE("signed", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Minus);
          this.SUBRULE(this.signed);
        },
      },
      { ALT: () => this.SUBRULE(this.powered) },
    ]);
  });

  readonly powered = this.RULE("powered", () => {
    this.SUBRULE(this.applied);
    this.OPTION(() => {
      this.CONSUME(PowerOperator, { LABEL: "operator" });
      this.SUBRULE(this.signed);
    });
  });

  readonly applied = this.RULE("applied", () => {
    this.SUBRULE(this.primary);
    this.MANY(() => this.SUBRULE(this.postfix));
  });

  readonly postfix = this.RULE("postfix", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(OpenParenthesis);
          this.SUBRULE(this.callArguments);
          this.CONSUME(CloseParenthesis);
        },
      },
      {
        ALT: () => {
          this.CONSUME(OpenBracket);
          this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.sum) });
          this.CONSUME(CloseBracket);
        },
      },
      { ALT: () => this.CONSUME(Prime) },
    ]);
  });

  readonly callArguments = this.RULE("callArguments", () => {
    this.MANY_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.argument) });
  });

  readonly argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(Name);
      this.CONSUME(Equals);
    });
    this.OR([{ ALT: () => this.SUBRULE(this.expression) }, { ALT: () => this.SUBRULE(this.target) }]);
  });

  readonly primary = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.CONSUME(NumberToken) },
      { ALT: () => this.CONSUME(StringToken) },
      { ALT: () => this.CONSUME(word.true) },
      { ALT: () => this.CONSUME(word.false) },
      { ALT: () => this.CONSUME(word.inf) },
      { ALT: () => this.CONSUME(Name) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.gradient) },
      { ALT: () => this.SUBRULE(this.old) },
    ]);
  });

  readonly group = this.RULE("group", () => {
    this.CONSUME(OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(CloseParenthesis);
  });

  readonly gradient = this.RULE("gradient", () => {
    this.CONSUME(word.grad);
    this.OR([{ ALT: () => this.CONSUME(Name) }, { ALT: () => this.SUBRULE(this.group) }]);
  });

  readonly old = this.RULE("old", () => {
    this.CONSUME(word.old);
    this.CONSUME(Name);
  });

  readonly target = this.RULE("target", () => {
    this.OR([
      { ALT: () => this.CONSUME(word.converge, { LABEL: "target" }) },
      { ALT: () => this.CONSUME(word.unroll, { LABEL: "target" }) },
      { ALT: () => this.CONSUME(word.equilibrium, { LABEL: "target" }) },
    ]);
    this.CONSUME(OpenParenthesis);
    this.SUBRULE(this.callArguments);
    this.CONSUME(CloseParenthesis);
  });
}
