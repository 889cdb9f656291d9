import type { Context } from "../context.ts";

/** What `demo` is asked for. */
export interface DemoRequest {
  readonly images?: string;
  readonly out: string;
  readonly engine?: string;
}

export async function demo(_context: Context, _request: DemoRequest): Promise<number> {
  return Promise.resolve(0);
}
