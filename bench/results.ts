import type { CaseResult } from "./measure.ts";
import type { Profile } from "./profile.ts";

/** Everything that a run found: the contents of results.json. */
export interface Results {
  readonly date: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly system: string;
    /** the load average of the last minute when the run began: above a half, figures mean little */
    readonly load: number;
  };
  readonly threads: number;
  readonly rounds: number;
  readonly versions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** participants that were asked for and did not take part, with the reason */
  readonly missing: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
  /** made afterwards, where they were asked for */
  readonly profiles: readonly Profile[];
}
