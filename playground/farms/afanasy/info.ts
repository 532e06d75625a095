/** afserver's answers in general. */
import { writeJson } from "./json.ts";

export type Answer = { json: string; isSubmission?: boolean };

export const answer = (value: unknown): Answer => ({ json: writeJson(value) });
export const info = (kind: "log" | "error", text: string): Answer => answer({ info: { kind, text } });
