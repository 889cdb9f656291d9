import type { Expression } from "../../ast/tree.ts";
import { LAYERS, type LayerName } from "../../library/layers/table.ts";
import type { LibraryName } from "../../library/names.ts";
import { NETS, type NetName } from "../../library/nets/table.ts";
import type { SettingRules } from "../../library/signature.ts";
import {
  add,
  constant,
  constantValue,
  multiply,
  name as sizeName,
  subtract,
  substitute,
} from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import type { CallMeaning, SettingValue, Typed } from "../../types/typing.ts";
import { Limitation } from "../limitation.ts";
import type { Site } from "../site.ts";

/** A call of a layer or a network of the library. */
export type LibraryCall = Pick<Extract<CallMeaning, { kind: "library" }>, "name" | "arguments" | "settings">;

/** The settings of a call in its network, with the defaults of the library's tables. */
export class LayerSettings {
  readonly #site: Site;
  readonly #call: LibraryCall;
  readonly #expression: Expression<Typed>;
  readonly #rules: SettingRules;

  constructor(site: Site, call: LibraryCall, expression: Expression<Typed>) {
    this.#site = site;
    this.#call = call;
    this.#expression = expression;
    this.#rules = rulesOf(call.name);
  }

  /** The first argument: a number of channels, or of pixels. */
  get first(): Dimension {
    const [maker] = this.#call.arguments;
    if (maker === undefined) throw this.limitation("a layer without its number");
    return this.#counted(dimensionOf(this.#site, maker), 1);
  }

  /** The same as a number. */
  get firstNumber(): number {
    const known = constantValue(this.first);
    if (known === null) throw this.limitation("a layer with a size that is not known when compiling");
    return known;
  }

  dimension(name: string): Dimension {
    const rule = this.#rules[name];
    const value = this.#dimensionOf(name);
    return rule?.kind === "count" ? this.#counted(value, rule.least) : value;
  }

  /** A count of a network, now that its sizes are known. */
  #counted(count: Dimension, least: number): Dimension {
    const known = constantValue(count);
    if (known === null || (known >= least && Number.isInteger(known))) return count;
    throw this.limitation(`a layer with the number ${known}, which must be whole and at least ${least},`);
  }

  #dimensionOf(name: string): Dimension {
    const setting = this.#valueOf(name);
    if (setting.kind === "number") return constant(setting.value);
    if (setting.kind === "dimension") return inTermsOf(this.#site, setting.value);
    if (setting.kind === "expression") return dimensionOf(this.#site, setting.value);
    throw this.limitation(`this setting \`${name}\``);
  }

  number(name: string): number {
    const known = constantValue(this.dimension(name));
    if (known === null) throw this.limitation(`a setting \`${name}\` that is not known when compiling`);
    return known;
  }

  truth(name: string): boolean {
    const setting = this.#valueOf(name);
    if (setting.kind !== "truth") throw this.limitation(`this setting \`${name}\``);
    return setting.value;
  }

  word(name: string): string {
    const setting = this.#valueOf(name);
    if (setting.kind !== "word") throw this.limitation(`this setting \`${name}\``);
    return setting.value;
  }

  limitation(what: string): Limitation {
    return new Limitation(what, this.#expression.span);
  }

  #valueOf(name: string): SettingValue {
    const given = this.#call.settings[name];
    if (given !== undefined) return given;
    const rule = this.#rules[name];
    if (rule?.kind === "word") return { kind: "word", value: rule.initial };
    if (rule?.kind === "truth") return { kind: "truth", value: rule.initial };
    if ((rule?.kind === "count" || rule?.kind === "number") && rule.initial !== null) {
      return { kind: "number", value: rule.initial };
    }
    throw this.limitation(`\`${this.#call.name}\` without \`${name}\``);
  }
}

function rulesOf(name: LibraryName): SettingRules {
  if (Object.hasOwn(LAYERS, name)) return LAYERS[name as LayerName].settings;
  return Object.hasOwn(NETS, name) ? NETS[name as NetName].settings : {};
}

/** A dimension over the names of the network around, in terms of the program's sizes. */
export function inTermsOf(site: Site, dimension: Dimension): Dimension {
  return substitute(dimension, (size) => site.program.layers?.sizes.get(size) ?? null);
}

/** A number of channels: literals, sizes and their sums and products. */
function dimensionOf(site: Site, expression: Expression<Typed>): Dimension {
  switch (expression.kind) {
    case "number":
      return constant(expression.value);
    case "name":
      return inTermsOf(site, sizeName(expression.name));
    case "sum": {
      const combine = expression.operator === "-" ? subtract : add;
      return combine(dimensionOf(site, expression.left), dimensionOf(site, expression.right));
    }
    case "product":
      if (expression.operator === "*") {
        return multiply(dimensionOf(site, expression.left), dimensionOf(site, expression.right));
      }
      break;
    default:
  }
  throw new Limitation("this number of channels", expression.span);
}
