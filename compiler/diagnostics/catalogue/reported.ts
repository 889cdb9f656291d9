import { defineDiagnostic, type DiagnosticEntry } from "../entry.ts";

/** The text of an error that the runtime found: what is wrong, why, and what to try. */
export interface ReportedText {
  readonly what: string;
  readonly why?: string;
  readonly hint?: string;
}

function reported(): DiagnosticEntry<ReportedText, never> {
  return defineDiagnostic<ReportedText>()({
    severity: "error",
    class: "user",
    title: ({ what }) => what.replace(/\.$/u, ""),
    hint: ({ why, hint }) => [why, hint].filter((part) => part !== undefined).join(" ") || null,
  });
}

/** What the runtime finds wrong with data, bindings and engines; its errors bring their own words. */
export const reportedCodes = {
  IPX8001: reported(),
  IPX8003: reported(),
  IPX8004: reported(),
  IPX8005: reported(),
  IPX8006: reported(),
  IPX8007: reported(),
  IPX8008: reported(),
  IPX8009: reported(),
  IPX8010: reported(),
  IPX8011: reported(),
  IPX8012: reported(),
  IPX8013: reported(),
  IPX8101: reported(),
  IPX8102: reported(),
  IPX8103: reported(),
  IPX8104: reported(),
  IPX8105: reported(),
  IPX8106: reported(),
  IPX8107: reported(),
  IPX8108: reported(),
  IPX8109: reported(),
  IPX8110: reported(),
  IPX8111: reported(),
  IPX8201: reported(),
  IPX8202: reported(),
  IPX8203: reported(),
  IPX8204: reported(),
  IPX8205: reported(),
  IPX8206: reported(),
  IPX8207: reported(),
  IPX8208: reported(),
  IPX8209: reported(),
  IPX8301: reported(),
  IPX8302: reported(),
  IPX8303: reported(),
  IPX8304: reported(),
  IPX8601: reported(),
};
