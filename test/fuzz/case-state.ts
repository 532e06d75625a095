// What the answers of a case have revealed so far, as a page or the userscript would know it for
// the next step.
import * as v from "valibot";
import { type Ask, Reply, Run } from "../../contract.ts";
import type { Field } from "./body.ts";
import type { Call } from "./call.ts";
import type { Received } from "./request.ts";

type RunAddress = { id: string; at: string; key: string };

export class CaseState {
  readonly runs: RunAddress[] = [];
  /** the last call, which is sent again with answers */
  call: Call | undefined;
  ask: Ask | undefined;
  cookie = "";
  cursor = "";
  readonly temporaryLinks: string[] = [];
  /** the answers so far, which the next step of a form repeats */
  #answers: Record<string, unknown> = {};

  update({ headers, body }: Received): void {
    const text = `${headers.location ?? ""} ${body}`;
    for (const [, id = "", at = "", key = ""] of text.matchAll(RUN_URL))
      if (!this.runs.some((run) => run.id === id && run.key === key)) this.runs.push({ id, at, key });
    for (const [path] of text.matchAll(TEMPORARY_LINK))
      if (!this.temporaryLinks.includes(path)) this.temporaryLinks.push(path);
    const [cookie] = headers["set-cookie"] ?? [];
    if (cookie !== undefined) this.cookie = cookie.split(";")[0] ?? "";
    this.cursor = /"cursor":"([^"]+)"/.exec(body)?.[1] ?? this.cursor;
    const reply = readAnswer(body)?.reply;
    if (reply?.kind === "ask") this.ask = reply;
  }

  /**
   * The fields that a person sends who changes nothing and chooses the first option of each list.
   */
  fillIn(): Field[] {
    const { ask } = this;
    if (ask === undefined) return [];
    const values = ask.fields.map((field) => [
      field.name,
      field.value ?? field.options?.[0]?.value ?? (field.type === "toggle" ? false : "kx"),
    ]);
    const input: Record<string, unknown> = Object.fromEntries(values);
    const tokens = [
      ...(ask.form === undefined ? [] : [["form", ask.form] as const]),
      ...(ask.plan === undefined ? [] : [["plan", ask.plan] as const]),
    ];
    return this.call?.encoding === "json"
      ? [["input", { ...this.#answers, ...input }], ...tokens]
      : [
          ...Object.entries({ ...this.#answers, ...input }).map(([name, value]) => [`input.${name}`, value] as const),
          ...tokens,
        ];
  }

  recordAnswers(fields: readonly Field[]): void {
    for (const [name, value] of fields) {
      if (name === "input" && typeof value === "object" && value !== null) Object.assign(this.#answers, value);
      else if (name.startsWith("input.")) this.#answers[name.slice("input.".length)] = value;
    }
  }
}

const RUN_URL = /\/runs\/([0-9a-f]{32})(?:\/\w+)?\?at=(\d+)(?:&(?:amp;)?key=([0-9a-f]+))?/g;
const TEMPORARY_LINK = /\/(?:t|media|files)\/[0-9a-f]{64}(?:\/[\w.-]+)?/g;

const Answer = v.object({ version: v.literal(1), run: v.optional(Run), reply: Reply });
export type Answer = v.InferOutput<typeof Answer>;

/** Parses an answer of our contract; undefined if it is something else. */
export function readAnswer(body: string): Answer | undefined {
  try {
    const answer = v.safeParse(Answer, JSON.parse(body));
    return answer.success ? answer.output : undefined;
  } catch {
    return undefined;
  }
}
