import type { Variable } from "../ir/block.ts";
import { identifier, uniqueIdentifier } from "../plan/names.ts";

/** What a local of a function stands for. */
export type LocalKey = Variable | string;

/** The key under which a function's locals hold a size or a space. */
export const sizeKey = (name: string): string => `size ${name}`;
export const spaceKey = (name: string): string => `space ${name}`;

/**
 * The names of a function's locals while it is printed. Names are unique in a function; a closure may hide a name of
 * the function around it that it does not read.
 */
export class Locals {
  private readonly texts = new Map<LocalKey, string>();
  private readonly own = new Set<string>();
  private readonly outer: Locals | null;
  private readonly isReserved: (name: string) => boolean;

  private constructor(outer: Locals | null, isReserved: (name: string) => boolean) {
    this.outer = outer;
    this.isReserved = isReserved;
  }

  static ofFunction(isReserved: (name: string) => boolean): Locals {
    return new Locals(null, isReserved);
  }

  /** The locals of a closure that reads `read` of this function. */
  closure(read: readonly LocalKey[]): Locals {
    const visible = new Set(read.map((key) => this.textOf(key)));
    return new Locals(this, (name) => this.isReserved(name) || visible.has(name));
  }

  /** Names a local: `hint`, or `update` where that is taken. A local that has a name keeps it. */
  name(key: LocalKey, hint: string, update: string = hint): string {
    const known = this.texts.get(key);
    if (known !== undefined) return known;
    const taken = (name: string): boolean => this.own.has(name) || this.isReserved(name);
    const text =
      [identifier(hint), identifier(update)].find((name) => !taken(name)) ?? uniqueIdentifier(hint, taken);
    this.own.add(text);
    this.texts.set(key, text);
    return text;
  }

  /** Lets an expression stand for what is never a local of its own: `known["D.conv.filter"]`. */
  place(key: LocalKey, text: string): void {
    this.texts.set(key, text);
  }

  textOf(key: LocalKey): string {
    const text = this.texts.get(key) ?? this.outer?.textOf(key);
    if (text === undefined) throw new Error("a function of the plan reads what it does not know");
    return text;
  }
}
