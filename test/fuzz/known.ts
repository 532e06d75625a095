// What the answers of a case have told so far, for its next steps: as much as a page or the userscript would know.
import * as v from "valibot";
import { type Ask, Reply, Run } from "../../contract.ts";
import type { Field } from "./body.ts";
import type { Call } from "./call.ts";
import type { Received } from "./request.ts";

/** A run by its address. */
export type Place = { id: string; at: string; key: string };

export class Known {
  readonly runs: Place[] = [];
  /** the last call, which an answer to what was asked sends again */
  call: Call | undefined;
  ask: Ask | undefined;
  cookie = "";
  cursor = "";
  /** addresses of what is lent */
  readonly lent: string[] = [];

  learn({ headers, body }: Received): void {
    const text = `${headers.location ?? ""} ${body}`;
    for (const [, id = "", at = "", key = ""] of text.matchAll(RUN))
      if (!this.runs.some((run) => run.id === id && run.key === key)) this.runs.push({ id, at, key });
    for (const [path] of text.matchAll(LENT)) if (!this.lent.includes(path)) this.lent.push(path);
    const [cookie] = headers["set-cookie"] ?? [];
    if (cookie !== undefined) this.cookie = cookie.split(";")[0] ?? "";
    this.cursor = /"cursor":"([^"]+)"/.exec(body)?.[1] ?? this.cursor;
    const reply = readAnswer(body)?.reply;
    if (reply?.kind === "ask") this.ask = reply;
  }

  /** What a person sends who changes nothing and chooses the first of each. */
  answers(): Field[] {
    const { ask } = this;
    if (ask === undefined) return [];
    const values = ask.fields.map((field) => [
      field.name,
      field.value ?? field.options?.[0]?.value ?? (field.type === "toggle" ? false : "kx"),
    ]);
    const input: Record<string, unknown> = Object.fromEntries(values);
    const marks = [
      ...(ask.form === undefined ? [] : [["form", ask.form] as const]),
      ...(ask.plan === undefined ? [] : [["plan", ask.plan] as const]),
    ];
    return this.call?.encoding === "json"
      ? [["input", { ...this.given, ...input }], ...marks]
      : [
          ...Object.entries({ ...this.given, ...input }).map(([name, value]) => [`input.${name}`, value] as const),
          ...marks,
        ];
  }

  /** What was answered before, which the next step of a form sends again. */
  given: Record<string, unknown> = {};

  noteGiven(fields: readonly Field[]): void {
    for (const [name, value] of fields) {
      if (name === "input" && typeof value === "object" && value !== null) Object.assign(this.given, value);
      else if (name.startsWith("input.")) this.given[name.slice("input.".length)] = value;
    }
  }
}

const RUN = /\/runs\/([0-9a-f]{32})(?:\/\w+)?\?at=(\d+)(?:&(?:amp;)?key=([0-9a-f]+))?/g;
const LENT = /\/(?:t|media|files)\/[0-9a-f]{64}(?:\/[\w.-]+)?/g;

const Answer = v.object({ version: v.literal(1), run: v.optional(Run), reply: Reply });
export type Answer = v.InferOutput<typeof Answer>;

/** The wire's answer, where it is one. */
export function readAnswer(body: string): Answer | undefined {
  try {
    const answer = v.safeParse(Answer, JSON.parse(body));
    return answer.success ? answer.output : undefined;
  } catch {
    return undefined;
  }
}
