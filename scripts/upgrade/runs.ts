// Runs as people start them: the calls that a userscript sends, which all versions understand.
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { Studio } from "./studio.ts";

const QUESTIONS_MAX = 8;

const Field = v.looseObject({
  name: v.string(),
  type: v.string(),
  value: v.optional(v.unknown()),
  options: v.optional(v.array(v.looseObject({ value: v.string() })), []),
});
const Reply = v.looseObject({
  kind: v.string(),
  title: v.unknown(),
  text: v.optional(v.unknown()),
  code: v.optional(v.string()),
  fields: v.optional(v.array(Field), []),
  form: v.optional(v.string()),
  plan: v.optional(v.string()),
  effects: v.optional(v.array(v.looseObject({ kind: v.string() })), []),
});
const Run = v.looseObject({
  id: v.string(),
  url: v.string(),
  undo: v.optional(v.looseObject({ url: v.string() })),
  follow: v.optional(v.looseObject({ url: v.string() })),
  cancel: v.optional(v.string()),
});
const Answer = v.object({ version: v.literal(1), run: v.optional(Run), reply: Reply });
export type Answer = v.InferOutput<typeof Answer>;

export class Caller {
  readonly #studio: Studio;
  readonly #worker: string;

  constructor(worker: string, studio: Studio) {
    [this.#worker, this.#studio] = [worker, studio];
  }

  /** Runs an action, with the values that its questions propose. */
  async run(action: string, selection: readonly string[], own: Record<string, string> = {}): Promise<Answer> {
    const run = randomBytes(16).toString("hex");
    const fields = { ...this.#studio.call, selection };
    const given: Record<string, unknown> = {};
    let answer = await this.post(`${this.#worker}/actions/${action}?run=${run}`, fields);
    for (let count = 0; answer.reply.kind === "ask" && count < QUESTIONS_MAX; count += 1) {
      const { form, plan } = answer.reply;
      for (const { name, value, options } of answer.reply.fields)
        given[name] = own[name] ?? value ?? options[0]?.value ?? "";
      answer = await this.post(`${this.#worker}/actions/${action}?run=${run}`, { ...fields, input: given, form, plan });
    }
    return answer;
  }

  /** Asks a question and leaves it unanswered. */
  ask(action: string, selection: readonly string[]): Promise<Answer> {
    const run = randomBytes(16).toString("hex");
    return this.post(`${this.#worker}/actions/${action}?run=${run}`, { ...this.#studio.call, selection });
  }

  /** Clicks on a button of a run: its owner does. */
  click(url: string): Promise<Answer> {
    return this.post(url, this.#studio.person);
  }

  async post(url: string, body: object): Promise<Answer> {
    const headers = { "content-type": "application/json", accept: "*/*", origin: this.#studio.kitsu };
    return read(await fetch(url, { method: "POST", headers, body: JSON.stringify(body) }));
  }

  /** A run as its owner follows it. */
  async get(url: string): Promise<Answer> {
    return read(await fetch(url, { headers: { accept: "application/json", origin: this.#studio.kitsu } }));
  }

  /** The reply in a run's record, for somebody who may read the log. */
  async getLogged(url: string): Promise<Answer["reply"]> {
    const headers = { accept: "application/json", authorization: `Bearer ${this.#studio.logToken}` };
    return v.parse(v.object({ reply: Reply }), await (await fetch(url, { headers })).json()).reply;
  }

  async getPage(url: string): Promise<{ status: number; text: string }> {
    const headers = { accept: "text/html", authorization: `Bearer ${this.#studio.logToken}` };
    const response = await fetch(url, { headers });
    return { status: response.status, text: await response.text() };
  }
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Answer), text);
  if (parsed.success) return parsed.output;
  throw new Error(`${response.status} from ${response.url}: ${text.slice(0, 500)}`);
}
