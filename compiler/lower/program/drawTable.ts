import type { Variable } from "../../ir/block.ts";
import type { IrDraw } from "../../ir/program.ts";

/** A round of a loop around a draw: its number where the loop is written out, else its counter in the loop. */
export type Round =
  | { readonly kind: "written"; readonly number: number }
  | { readonly kind: "counted"; readonly number: Variable; readonly maximum: number };

/** The draws of a program so far; a statement in a loop that is written out has one for each round. */
export class DrawTable {
  readonly #statements = new Map<number | string, number>();
  readonly #draws: IrDraw[] = [];

  get all(): readonly IrDraw[] {
    return this.#draws;
  }

  /** The number of a statement, by its place in the text, or of what else draws, by a name. */
  statement(start: number | string): number {
    const number = this.#statements.get(start) ?? this.#statements.size;
    this.#statements.set(start, number);
    return number;
  }

  add(draw: IrDraw): void {
    this.#draws.push(draw);
  }

  /** A name that no draw has; `$` stands in no name of a program. */
  free(name: string): string {
    const taken = new Set(this.#draws.map(({ variable }) => variable.name));
    let free = name;
    for (let count = 2; taken.has(free); count += 1) free = `${name}$${count}`;
    return free;
  }
}
