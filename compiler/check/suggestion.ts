export { nearest } from "../diagnostics/suggestion.ts";
