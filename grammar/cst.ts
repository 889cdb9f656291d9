/** The concrete syntax tree. Written by scripts/cst-types.mjs from the parser; do not edit. */
import type { CstNode, IToken } from "chevrotain";

export interface TypeCstNode extends CstNode {
  name: "type";
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  Word_linear?: IToken[];
  Word_net?: IToken[];
  spaceType?: SpaceTypeCstNode[];
  TypeArrow?: IToken[];
};

export interface SpaceTypeCstNode extends CstNode {
  name: "spaceType";
  children: SpaceTypeCstChildren;
}

export type SpaceTypeCstChildren = {
  arrayType?: ArrayTypeCstNode[];
  namedType?: NamedTypeCstNode[];
  productType?: ProductTypeCstNode[];
  interval?: IntervalCstNode[];
};

export interface ArrayTypeCstNode extends CstNode {
  name: "arrayType";
  children: ArrayTypeCstChildren;
}

export type ArrayTypeCstChildren = {
  scalar?: IToken[];
  OpenBracket?: IToken[];
  sum?: SumCstNode[];
  Comma?: IToken[];
  CloseBracket?: IToken[];
};

export interface NamedTypeCstNode extends CstNode {
  name: "namedType";
  children: NamedTypeCstChildren;
}

export type NamedTypeCstChildren = {
  Name: IToken[];
  OpenParenthesis?: IToken[];
  argument?: IToken[];
  CloseParenthesis?: IToken[];
};

export interface ProductTypeCstNode extends CstNode {
  name: "productType";
  children: ProductTypeCstChildren;
}

export type ProductTypeCstChildren = {
  OpenParenthesis: IToken[];
  type: TypeCstNode[];
  Comma?: IToken[];
  CloseParenthesis: IToken[];
};

export interface IntervalCstNode extends CstNode {
  name: "interval";
  children: IntervalCstChildren;
}

export type IntervalCstChildren = {
  Word_in: IToken[];
  open?: IToken[];
  low?: SumCstNode[];
  Comma?: IToken[];
  high?: SumCstNode[];
  close?: IToken[];
  Name?: IToken[];
  OpenParenthesis?: IToken[];
  callArguments?: CallArgumentsCstNode[];
  CloseParenthesis?: IToken[];
};

export interface PropertiesCstNode extends CstNode {
  name: "properties";
  children: PropertiesCstChildren;
}

export type PropertiesCstChildren = {
  Word_with: IToken[];
  property: PropertyCstNode[];
  Comma?: IToken[];
};

export interface PropertyCstNode extends CstNode {
  name: "property";
  children: PropertyCstChildren;
}

export type PropertyCstChildren = {
  Name: IToken[];
  BoundOperator?: IToken[];
  sum?: SumCstNode[];
};

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  conditional?: ConditionalCstNode[];
  pipeline?: PipelineCstNode[];
};

export interface ConditionalCstNode extends CstNode {
  name: "conditional";
  children: ConditionalCstChildren;
}

export type ConditionalCstChildren = {
  Word_if: IToken[];
  expression: ExpressionCstNode[];
  Word_then: IToken[];
  Word_else: IToken[];
};

export interface PipelineCstNode extends CstNode {
  name: "pipeline";
  children: PipelineCstChildren;
}

export type PipelineCstChildren = {
  operand: DisjunctionCstNode[];
  operator?: IToken[];
};

export interface DisjunctionCstNode extends CstNode {
  name: "disjunction";
  children: DisjunctionCstChildren;
}

export type DisjunctionCstChildren = {
  operand: ConjunctionCstNode[];
  operator?: IToken[];
};

export interface ConjunctionCstNode extends CstNode {
  name: "conjunction";
  children: ConjunctionCstChildren;
}

export type ConjunctionCstChildren = {
  operand: NegationCstNode[];
  operator?: IToken[];
};

export interface NegationCstNode extends CstNode {
  name: "negation";
  children: NegationCstChildren;
}

export type NegationCstChildren = {
  Word_not?: IToken[];
  comparison: ComparisonCstNode[];
};

export interface ComparisonCstNode extends CstNode {
  name: "comparison";
  children: ComparisonCstChildren;
}

export type ComparisonCstChildren = {
  operand: SumCstNode[];
  operator?: IToken[];
};

export interface SumCstNode extends CstNode {
  name: "sum";
  children: SumCstChildren;
}

export type SumCstChildren = {
  operand: ProductCstNode[];
  operator?: IToken[];
};

export interface ProductCstNode extends CstNode {
  name: "product";
  children: ProductCstChildren;
}

export type ProductCstChildren = {
  operand: SignedCstNode[];
  operator?: IToken[];
};

export interface SignedCstNode extends CstNode {
  name: "signed";
  children: SignedCstChildren;
}

export type SignedCstChildren = {
  Minus?: IToken[];
  signed?: SignedCstNode[];
  powered?: PoweredCstNode[];
};

export interface PoweredCstNode extends CstNode {
  name: "powered";
  children: PoweredCstChildren;
}

export type PoweredCstChildren = {
  applied: AppliedCstNode[];
  operator?: IToken[];
  signed?: SignedCstNode[];
};

export interface AppliedCstNode extends CstNode {
  name: "applied";
  children: AppliedCstChildren;
}

export type AppliedCstChildren = {
  primary: PrimaryCstNode[];
  postfix?: PostfixCstNode[];
};

export interface PostfixCstNode extends CstNode {
  name: "postfix";
  children: PostfixCstChildren;
}

export type PostfixCstChildren = {
  OpenParenthesis?: IToken[];
  callArguments?: CallArgumentsCstNode[];
  CloseParenthesis?: IToken[];
  OpenBracket?: IToken[];
  sum?: SumCstNode[];
  Comma?: IToken[];
  CloseBracket?: IToken[];
  Prime?: IToken[];
};

export interface CallArgumentsCstNode extends CstNode {
  name: "callArguments";
  children: CallArgumentsCstChildren;
}

export type CallArgumentsCstChildren = {
  argument?: ArgumentCstNode[];
  Comma?: IToken[];
};

export interface ArgumentCstNode extends CstNode {
  name: "argument";
  children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  Name?: IToken[];
  Equals?: IToken[];
  expression?: ExpressionCstNode[];
  target?: TargetCstNode[];
};

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  Number?: IToken[];
  String?: IToken[];
  Word_true?: IToken[];
  Word_false?: IToken[];
  Word_inf?: IToken[];
  Name?: IToken[];
  group?: GroupCstNode[];
  gradient?: GradientCstNode[];
  old?: OldCstNode[];
};

export interface GroupCstNode extends CstNode {
  name: "group";
  children: GroupCstChildren;
}

export type GroupCstChildren = {
  OpenParenthesis: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
  CloseParenthesis: IToken[];
};

export interface GradientCstNode extends CstNode {
  name: "gradient";
  children: GradientCstChildren;
}

export type GradientCstChildren = {
  Word_grad: IToken[];
  Name?: IToken[];
  group?: GroupCstNode[];
};

export interface OldCstNode extends CstNode {
  name: "old";
  children: OldCstChildren;
}

export type OldCstChildren = {
  Word_old: IToken[];
  Name: IToken[];
};

export interface TargetCstNode extends CstNode {
  name: "target";
  children: TargetCstChildren;
}

export type TargetCstChildren = {
  target?: IToken[];
  OpenParenthesis: IToken[];
  callArguments: CallArgumentsCstNode[];
  CloseParenthesis: IToken[];
};

export interface FileCstNode extends CstNode {
  name: "file";
  children: FileCstChildren;
}

export type FileCstChildren = {
  item?: ItemCstNode[];
};

export interface ItemCstNode extends CstNode {
  name: "item";
  children: ItemCstChildren;
}

export type ItemCstChildren = {
  importItem?: ImportItemCstNode[];
  program?: ProgramCstNode[];
  problem?: ProblemCstNode[];
  net?: NetCstNode[];
  fun?: FunCstNode[];
};

export interface ImportItemCstNode extends CstNode {
  name: "importItem";
  children: ImportItemCstChildren;
}

export type ImportItemCstChildren = {
  Word_import: IToken[];
  Name: IToken[];
  Comma?: IToken[];
  Word_from: IToken[];
  String: IToken[];
};

export interface ProgramCstNode extends CstNode {
  name: "program";
  children: ProgramCstChildren;
}

export type ProgramCstChildren = {
  Word_program: IToken[];
  Name: IToken[];
  Equals?: IToken[];
  method?: IToken[];
  Word_for?: IToken[];
  problem?: IToken[];
  parameters?: ParametersCstNode[];
  where?: WhereCstNode[];
  members?: MembersCstNode[];
};

export interface ProblemCstNode extends CstNode {
  name: "problem";
  children: ProblemCstChildren;
}

export type ProblemCstChildren = {
  Word_problem: IToken[];
  Name: IToken[];
  parameters?: ParametersCstNode[];
  where?: WhereCstNode[];
  members: MembersCstNode[];
};

export interface ParametersCstNode extends CstNode {
  name: "parameters";
  children: ParametersCstChildren;
}

export type ParametersCstChildren = {
  OpenBracket: IToken[];
  parameter: ParameterCstNode[];
  Comma?: IToken[];
  CloseBracket: IToken[];
};

export interface ParameterCstNode extends CstNode {
  name: "parameter";
  children: ParameterCstChildren;
}

export type ParameterCstChildren = {
  spaceParameter?: SpaceParameterCstNode[];
  sizeParameter?: SizeParameterCstNode[];
};

export interface SpaceParameterCstNode extends CstNode {
  name: "spaceParameter";
  children: SpaceParameterCstChildren;
}

export type SpaceParameterCstChildren = {
  Word_space: IToken[];
  Name: IToken[];
  Word_in?: IToken[];
  Word_R?: IToken[];
  Word_C?: IToken[];
};

export interface SizeParameterCstNode extends CstNode {
  name: "sizeParameter";
  children: SizeParameterCstChildren;
}

export type SizeParameterCstChildren = {
  Name: IToken[];
  Equals?: IToken[];
  Number?: IToken[];
};

export interface WhereCstNode extends CstNode {
  name: "where";
  children: WhereCstChildren;
}

export type WhereCstChildren = {
  Word_where: IToken[];
  comparison: ComparisonCstNode[];
  Comma?: IToken[];
};

export interface MembersCstNode extends CstNode {
  name: "members";
  children: MembersCstChildren;
}

export type MembersCstChildren = {
  OpenBrace: IToken[];
  member?: MemberCstNode[];
  Semicolon?: IToken[];
  CloseBrace: IToken[];
};

export interface MemberCstNode extends CstNode {
  name: "member";
  children: MemberCstChildren;
}

export type MemberCstChildren = {
  given?: GivenCstNode[];
  inputMember?: InputMemberCstNode[];
  learn?: LearnCstNode[];
  letBinding?: LetBindingCstNode[];
  fun?: FunCstNode[];
  state?: StateCstNode[];
  drawBinding?: DrawBindingCstNode[];
  step?: StepCstNode[];
  output?: OutputCstNode[];
  objective?: ObjectiveCstNode[];
  target?: TargetCstNode[];
};

export interface GivenCstNode extends CstNode {
  name: "given";
  children: GivenCstChildren;
}

export type GivenCstChildren = {
  Word_given: IToken[];
  typedName: TypedNameCstNode[];
  perStep?: PerStepCstNode[];
  initial?: InitialCstNode[];
  properties?: PropertiesCstNode[];
};

export interface InputMemberCstNode extends CstNode {
  name: "inputMember";
  children: InputMemberCstChildren;
}

export type InputMemberCstChildren = {
  Word_input: IToken[];
  typedName: TypedNameCstNode[];
  properties?: PropertiesCstNode[];
};

export interface LearnCstNode extends CstNode {
  name: "learn";
  children: LearnCstChildren;
}

export type LearnCstChildren = {
  Word_learn: IToken[];
  typedName: TypedNameCstNode[];
  via?: ViaCstNode[];
  perStep?: PerStepCstNode[];
  initial: InitialCstNode[];
  properties?: PropertiesCstNode[];
};

export interface ViaCstNode extends CstNode {
  name: "via";
  children: ViaCstChildren;
}

export type ViaCstChildren = {
  Word_via: IToken[];
  Name: IToken[];
};

export interface StateCstNode extends CstNode {
  name: "state";
  children: StateCstChildren;
}

export type StateCstChildren = {
  Word_state: IToken[];
  typedName: TypedNameCstNode[];
  initial: InitialCstNode[];
  properties?: PropertiesCstNode[];
};

export interface TypedNameCstNode extends CstNode {
  name: "typedName";
  children: TypedNameCstChildren;
}

export type TypedNameCstChildren = {
  Name: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
};

export interface PerStepCstNode extends CstNode {
  name: "perStep";
  children: PerStepCstChildren;
}

export type PerStepCstChildren = {
  Word_per: IToken[];
  Word_step: IToken[];
};

export interface InitialCstNode extends CstNode {
  name: "initial";
  children: InitialCstChildren;
}

export type InitialCstChildren = {
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface StepCstNode extends CstNode {
  name: "step";
  children: StepCstChildren;
}

export type StepCstChildren = {
  Word_step: IToken[];
  Name?: IToken[];
  block: BlockCstNode[];
};

export interface OutputCstNode extends CstNode {
  name: "output";
  children: OutputCstChildren;
}

export type OutputCstChildren = {
  Word_output: IToken[];
  expression: ExpressionCstNode[];
};

export interface ObjectiveCstNode extends CstNode {
  name: "objective";
  children: ObjectiveCstChildren;
}

export type ObjectiveCstChildren = {
  Word_objective: IToken[];
  expression: ExpressionCstNode[];
};

export interface FunCstNode extends CstNode {
  name: "fun";
  children: FunCstChildren;
}

export type FunCstChildren = {
  Word_fun: IToken[];
  signature: SignatureCstNode[];
  initial?: InitialCstNode[];
  TypeArrow?: IToken[];
  type?: TypeCstNode[];
  block?: BlockCstNode[];
};

export interface NetCstNode extends CstNode {
  name: "net";
  children: NetCstChildren;
}

export type NetCstChildren = {
  Word_net: IToken[];
  signature: SignatureCstNode[];
  TypeArrow: IToken[];
  type: TypeCstNode[];
  block?: BlockCstNode[];
  Equals?: IToken[];
  Word_file?: IToken[];
  String?: IToken[];
};

export interface SignatureCstNode extends CstNode {
  name: "signature";
  children: SignatureCstChildren;
}

export type SignatureCstChildren = {
  Name: IToken[];
  parameters?: ParametersCstNode[];
  OpenParenthesis: IToken[];
  typedName: TypedNameCstNode[];
  Comma?: IToken[];
  CloseParenthesis: IToken[];
};

export interface BlockCstNode extends CstNode {
  name: "block";
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  OpenBrace: IToken[];
  statement?: StatementCstNode[];
  Semicolon?: IToken[];
  CloseBrace: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  letBinding?: LetBindingCstNode[];
  varBinding?: VarBindingCstNode[];
  fun?: FunCstNode[];
  update?: UpdateCstNode[];
  ifStatement?: IfStatementCstNode[];
  whileStatement?: WhileStatementCstNode[];
  repeatStatement?: RepeatStatementCstNode[];
  drawBinding?: DrawBindingCstNode[];
  reportStatement?: ReportStatementCstNode[];
  returnStatement?: ReturnStatementCstNode[];
};

export interface LetBindingCstNode extends CstNode {
  name: "letBinding";
  children: LetBindingCstChildren;
}

export type LetBindingCstChildren = {
  Word_let: IToken[];
  Name?: IToken[];
  annotation?: AnnotationCstNode[];
  pattern?: PatternCstNode[];
  initial: InitialCstNode[];
  properties?: PropertiesCstNode[];
};

export interface AnnotationCstNode extends CstNode {
  name: "annotation";
  children: AnnotationCstChildren;
}

export type AnnotationCstChildren = {
  Colon: IToken[];
  type: TypeCstNode[];
};

export interface PatternCstNode extends CstNode {
  name: "pattern";
  children: PatternCstChildren;
}

export type PatternCstChildren = {
  OpenParenthesis: IToken[];
  Name: IToken[];
  Comma?: IToken[];
  CloseParenthesis: IToken[];
};

export interface VarBindingCstNode extends CstNode {
  name: "varBinding";
  children: VarBindingCstChildren;
}

export type VarBindingCstChildren = {
  Word_var: IToken[];
  Name: IToken[];
  annotation?: AnnotationCstNode[];
  initial: InitialCstNode[];
};

export interface UpdateCstNode extends CstNode {
  name: "update";
  children: UpdateCstChildren;
}

export type UpdateCstChildren = {
  Name: IToken[];
  OpenBracket?: IToken[];
  sum?: SumCstNode[];
  Comma?: IToken[];
  CloseBracket?: IToken[];
  UpdateArrow: IToken[];
  expression: ExpressionCstNode[];
};

export interface IfStatementCstNode extends CstNode {
  name: "ifStatement";
  children: IfStatementCstChildren;
}

export type IfStatementCstChildren = {
  Word_if: IToken[];
  expression: ExpressionCstNode[];
  block: BlockCstNode[];
  Word_else?: IToken[];
  ifStatement?: IfStatementCstNode[];
  otherwise?: BlockCstNode[];
};

export interface WhileStatementCstNode extends CstNode {
  name: "whileStatement";
  children: WhileStatementCstChildren;
}

export type WhileStatementCstChildren = {
  Word_while: IToken[];
  expression: ExpressionCstNode[];
  Word_max: IToken[];
  sum: SumCstNode[];
  block: BlockCstNode[];
};

export interface RepeatStatementCstNode extends CstNode {
  name: "repeatStatement";
  children: RepeatStatementCstChildren;
}

export type RepeatStatementCstChildren = {
  Word_repeat: IToken[];
  sum: SumCstNode[];
  block: BlockCstNode[];
};

export interface DrawBindingCstNode extends CstNode {
  name: "drawBinding";
  children: DrawBindingCstChildren;
}

export type DrawBindingCstChildren = {
  Word_draw: IToken[];
  Name: IToken[];
  annotation?: AnnotationCstNode[];
  Word_from: IToken[];
  expression: ExpressionCstNode[];
};

export interface ReportStatementCstNode extends CstNode {
  name: "reportStatement";
  children: ReportStatementCstChildren;
}

export type ReportStatementCstChildren = {
  Word_report: IToken[];
  Name: IToken[];
  initial: InitialCstNode[];
};

export interface ReturnStatementCstNode extends CstNode {
  name: "returnStatement";
  children: ReturnStatementCstChildren;
}

export type ReturnStatementCstChildren = {
  Word_return: IToken[];
  expression: ExpressionCstNode[];
};

export interface BindingCstNode extends CstNode {
  name: "binding";
  children: BindingCstChildren;
}

export type BindingCstChildren = {
  expression: ExpressionCstNode[];
};
