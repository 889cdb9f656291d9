import { ExpressionGrammar } from "./expressionRules.ts";
import {
  CloseBrace,
  CloseBracket,
  CloseParenthesis,
  Colon,
  Comma,
  Equals,
  Name,
  NumberToken,
  OpenBrace,
  OpenBracket,
  OpenParenthesis,
  Semicolon,
  StringToken,
  TypeArrow,
  UpdateArrow,
  wordTokens as word,
} from "./tokens.ts";

/** The grammar: rules without actions, strong LL(2). `grammar.ebnf` is what it says. */
export class Grammar extends ExpressionGrammar {
  constructor(validate = false) {
    super(validate);
    this.performSelfAnalysis();
  }

  // ---- files

  readonly file = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.item));
  });

  readonly item = this.RULE("item", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.importItem) },
      { ALT: () => this.SUBRULE(this.program) },
      { ALT: () => this.SUBRULE(this.problem) },
      { ALT: () => this.SUBRULE(this.net) },
      { ALT: () => this.SUBRULE(this.fun) },
    ]);
  });

  readonly importItem = this.RULE("importItem", () => {
    this.CONSUME(word.import);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.CONSUME(Name) });
    this.CONSUME(word.from);
    this.CONSUME(StringToken);
  });

  readonly program = this.RULE("program", () => {
    this.CONSUME(word.program);
    this.CONSUME(Name);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Equals);
          this.CONSUME1(Name, { LABEL: "method" });
          this.CONSUME(word.for);
          this.CONSUME2(Name, { LABEL: "problem" });
        },
      },
      {
        ALT: () => {
          this.OPTION(() => this.SUBRULE(this.parameters));
          this.OPTION1(() => this.SUBRULE(this.where));
          this.SUBRULE(this.members);
        },
      },
    ]);
  });

  readonly problem = this.RULE("problem", () => {
    this.CONSUME(word.problem);
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.OPTION1(() => this.SUBRULE(this.where));
    this.SUBRULE(this.members);
  });

  readonly parameters = this.RULE("parameters", () => {
    this.CONSUME(OpenBracket);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(CloseBracket);
  });

  readonly parameter = this.RULE("parameter", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.spaceParameter) },
      { ALT: () => this.SUBRULE(this.sizeParameter) },
    ]);
  });

  readonly spaceParameter = this.RULE("spaceParameter", () => {
    this.CONSUME(word.space);
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(word.in);
      this.OR([{ ALT: () => this.CONSUME(word.R) }, { ALT: () => this.CONSUME(word.C) }]);
    });
  });

  readonly sizeParameter = this.RULE("sizeParameter", () => {
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(Equals);
      this.CONSUME(NumberToken);
    });
  });

  readonly where = this.RULE("where", () => {
    this.CONSUME(word.where);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.comparison) });
  });

  // ---- programs and problems

  readonly members = this.RULE("members", () => {
    this.CONSUME(OpenBrace);
    this.MANY(() => {
      this.SUBRULE(this.member);
      this.OPTION(() => this.CONSUME(Semicolon));
    });
    this.CONSUME(CloseBrace);
  });

  readonly member = this.RULE("member", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.given) },
      { ALT: () => this.SUBRULE(this.inputMember) },
      { ALT: () => this.SUBRULE(this.learn) },
      { ALT: () => this.SUBRULE(this.letBinding) },
      { ALT: () => this.SUBRULE(this.fun) },
      { ALT: () => this.SUBRULE(this.state) },
      { ALT: () => this.SUBRULE(this.drawBinding) },
      { ALT: () => this.SUBRULE(this.step) },
      { ALT: () => this.SUBRULE(this.output) },
      { ALT: () => this.SUBRULE(this.objective) },
      { ALT: () => this.SUBRULE(this.target) },
    ]);
  });

  readonly given = this.RULE("given", () => {
    this.CONSUME(word.given);
    this.SUBRULE(this.typedName);
    this.OPTION(() => this.SUBRULE(this.perStep));
    this.OPTION1(() => this.SUBRULE(this.initial));
    this.OPTION2(() => this.SUBRULE(this.properties));
  });

  readonly inputMember = this.RULE("inputMember", () => {
    this.CONSUME(word.input);
    this.SUBRULE(this.typedName);
    this.OPTION(() => this.SUBRULE(this.properties));
  });

  readonly learn = this.RULE("learn", () => {
    this.CONSUME(word.learn);
    this.SUBRULE(this.typedName);
    this.OPTION(() => this.SUBRULE(this.via));
    this.OPTION1(() => this.SUBRULE(this.perStep));
    this.SUBRULE(this.initial);
    this.OPTION2(() => this.SUBRULE(this.properties));
  });

  readonly via = this.RULE("via", () => {
    this.CONSUME(word.via);
    this.CONSUME(Name);
  });

  readonly state = this.RULE("state", () => {
    this.CONSUME(word.state);
    this.SUBRULE(this.typedName);
    this.SUBRULE(this.initial);
    this.OPTION(() => this.SUBRULE(this.properties));
  });

  readonly typedName = this.RULE("typedName", () => {
    this.CONSUME(Name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
  });

  readonly perStep = this.RULE("perStep", () => {
    this.CONSUME(word.per);
    this.CONSUME(word.step);
  });

  readonly initial = this.RULE("initial", () => {
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
  });

  readonly step = this.RULE("step", () => {
    this.CONSUME(word.step);
    this.OPTION(() => this.CONSUME(Name));
    this.SUBRULE(this.block);
  });

  readonly output = this.RULE("output", () => {
    this.CONSUME(word.output);
    this.SUBRULE(this.expression);
  });

  readonly objective = this.RULE("objective", () => {
    this.CONSUME(word.objective);
    this.SUBRULE(this.expression);
  });

  // ---- functions and networks

  readonly fun = this.RULE("fun", () => {
    this.CONSUME(word.fun);
    this.SUBRULE(this.signature);
    this.OR([
      { ALT: () => this.SUBRULE(this.initial) },
      {
        ALT: () => {
          this.CONSUME(TypeArrow);
          this.SUBRULE(this.type);
          this.SUBRULE(this.block);
        },
      },
    ]);
  });

  readonly net = this.RULE("net", () => {
    this.CONSUME(word.net);
    this.SUBRULE(this.signature);
    this.CONSUME(TypeArrow);
    this.SUBRULE(this.type);
    this.OR([
      { ALT: () => this.SUBRULE(this.block) },
      {
        ALT: () => {
          this.CONSUME(Equals);
          this.CONSUME(word.file);
          this.CONSUME(StringToken);
        },
      },
    ]);
  });

  readonly signature = this.RULE("signature", () => {
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.CONSUME(OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.typedName) });
    this.CONSUME(CloseParenthesis);
  });

  // ---- statements

  readonly block = this.RULE("block", () => {
    this.CONSUME(OpenBrace);
    this.MANY(() => {
      this.SUBRULE(this.statement);
      this.OPTION(() => this.CONSUME(Semicolon));
    });
    this.CONSUME(CloseBrace);
  });

  readonly statement = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.letBinding) },
      { ALT: () => this.SUBRULE(this.varBinding) },
      { ALT: () => this.SUBRULE(this.fun) },
      { ALT: () => this.SUBRULE(this.update) },
      { ALT: () => this.SUBRULE(this.ifStatement) },
      { ALT: () => this.SUBRULE(this.whileStatement) },
      { ALT: () => this.SUBRULE(this.repeatStatement) },
      { ALT: () => this.SUBRULE(this.drawBinding) },
      { ALT: () => this.SUBRULE(this.reportStatement) },
      { ALT: () => this.SUBRULE(this.returnStatement) },
    ]);
  });

  readonly letBinding = this.RULE("letBinding", () => {
    this.CONSUME(word.let);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Name);
          this.OPTION(() => this.SUBRULE(this.annotation));
        },
      },
      { ALT: () => this.SUBRULE(this.pattern) },
    ]);
    this.SUBRULE(this.initial);
    this.OPTION1(() => this.SUBRULE(this.properties));
  });

  readonly annotation = this.RULE("annotation", () => {
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
  });

  readonly pattern = this.RULE("pattern", () => {
    this.CONSUME(OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.CONSUME(Name) });
    this.CONSUME(CloseParenthesis);
  });

  readonly varBinding = this.RULE("varBinding", () => {
    this.CONSUME(word.var);
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.annotation));
    this.SUBRULE(this.initial);
  });

  readonly update = this.RULE("update", () => {
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(OpenBracket);
      this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.sum) });
      this.CONSUME(CloseBracket);
    });
    this.CONSUME(UpdateArrow);
    this.SUBRULE(this.expression);
  });

  readonly ifStatement = this.RULE("ifStatement", () => {
    this.CONSUME(word.if);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.block);
    this.OPTION(() => {
      this.CONSUME(word.else);
      this.OR([
        { ALT: () => this.SUBRULE(this.ifStatement) },
        { ALT: () => this.SUBRULE1(this.block, { LABEL: "otherwise" }) },
      ]);
    });
  });

  readonly whileStatement = this.RULE("whileStatement", () => {
    this.CONSUME(word.while);
    this.SUBRULE(this.expression);
    this.CONSUME(word.max);
    this.SUBRULE(this.sum);
    this.SUBRULE(this.block);
  });

  readonly repeatStatement = this.RULE("repeatStatement", () => {
    this.CONSUME(word.repeat);
    this.SUBRULE(this.sum);
    this.SUBRULE(this.block);
  });

  readonly drawBinding = this.RULE("drawBinding", () => {
    this.CONSUME(word.draw);
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.annotation));
    this.CONSUME(word.from);
    this.SUBRULE(this.expression);
  });

  readonly reportStatement = this.RULE("reportStatement", () => {
    this.CONSUME(word.report);
    this.CONSUME(Name);
    this.SUBRULE(this.initial);
  });

  readonly returnStatement = this.RULE("returnStatement", () => {
    this.CONSUME(word.return);
    this.SUBRULE(this.expression);
  });

  /** The entry for bindings in experiment files and on the command line. */
  readonly binding = this.RULE("binding", () => {
    this.SUBRULE(this.expression);
  });
}
