/**
 * The wire between the worker, the userscript and the studio's own servers.
 *
 * Version 1 only ever grows: a reader ignores members it does not know, drops list entries it can't read, and shows the title of
 * a reply whose kind is newer than itself. An installed userscript may be a week older than the deployed worker.
 *
 * Imports valibot only, and compiles under DOM types as well as under Workers types.
 */
import * as v from "valibot";

export const WIRE_VERSION = 1;

/** The most tasks one call may name. */
export const TASKS_MAX = 5_000;

/** 128 random bits in hexadecimal. Knowing it is the right to read that one run's state. */
export const RunId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));

/** A list in which an entry from the future costs that entry, not the whole reply. */
const lenientArray = <S extends v.GenericSchema>(entry: S) =>
  v.pipe(
    v.array(v.unknown()),
    v.transform((entries) =>
      entries.flatMap((value): v.InferOutput<S>[] => {
        const parsed = v.safeParse(entry, value);
        return parsed.success ? [parsed.output] : [];
      }),
    ),
  );

/** A link to follow. Whether its URL may be opened at all is for `isOpenable` to say. */
export const Link = v.object({ label: v.string(), url: v.string() });
export type Link = v.InferOutput<typeof Link>;

/** What became of one task of the selection. `id` is the task's id, `label` names it as Kitsu does: "SQ01 / SH010 / Animation". */
export const Outcome = v.object({
  id: v.string(),
  label: v.string(),
  state: v.picklist(["done", "skipped", "failed"]),
  reason: v.optional(v.string()),
  link: v.optional(Link),
});
export type Outcome = v.InferOutput<typeof Outcome>;

/** Text in rows and columns. A row has as many cells as there are columns. */
export const Table = v.object({
  title: v.optional(v.string()),
  columns: v.array(v.string()),
  rows: v.array(v.array(v.union([v.string(), v.number(), v.null()]))),
});
export type Table = v.InferOutput<typeof Table>;

/**
 * Numbers to draw: data, never markup. Each series has a value, or none, for each label; `unit` is what the values count. `bars` stand
 * side by side and a `stack` upon each other, one a label; a `line` goes from label to label.
 */
export const Chart = v.object({
  title: v.string(),
  kind: v.picklist(["bars", "stack", "line"]),
  unit: v.optional(v.string()),
  labels: v.array(v.string()),
  series: v.array(v.object({ name: v.string(), color: v.optional(v.string()), values: v.array(v.union([v.number(), v.null()])) })),
});
export type Chart = v.InferOutput<typeof Chart>;

/**
 * Something the page does for the person, beside showing the reply. Each has a button.
 * - `open`: opens the URL in a new tab, at once where the browser still allows it; a form's own tab goes there.
 * - `copy`: puts the text on the clipboard, by the button alone: nobody wants to lose what was there.
 * - `download`: saves what is at the URL under `name`, by the button alone.
 */
export const Effect = v.variant("kind", [
  v.object({ kind: v.literal("open"), url: v.string(), label: v.optional(v.string()) }),
  v.object({ kind: v.literal("copy"), text: v.string(), label: v.optional(v.string()) }),
  v.object({ kind: v.literal("download"), url: v.string(), name: v.string(), label: v.optional(v.string()) }),
]);
export type Effect = v.InferOutput<typeof Effect>;

/** One question of an `ask`. A reader that does not know a `type` draws a line of text. */
export const Field = v.object({
  name: v.string(),
  label: v.string(),
  type: v.string(),
  help: v.optional(v.string()),
  required: v.optional(v.boolean()),
  value: v.optional(v.union([v.string(), v.number(), v.boolean()])),
  options: v.optional(v.array(v.object({ value: v.string(), label: v.string() }))),
});
export type Field = v.InferOutput<typeof Field>;

const shown = { title: v.string(), text: v.optional(v.string()), links: v.optional(lenientArray(Link)) };
const outcomes = v.optional(lenientArray(Outcome));

/** The action ran to its end. `document` is a whole HTML document of the studio's own server: shown in a sandboxed frame or not at all. */
export const Done = v.object({
  kind: v.literal("done"),
  severity: v.fallback(v.picklist(["success", "info", "warning"]), "info"),
  ...shown,
  outcomes,
  tables: v.optional(lenientArray(Table)),
  charts: v.optional(lenientArray(Chart)),
  effects: v.optional(lenientArray(Effect)),
  document: v.optional(v.string()),
});
export type Done = v.InferOutput<typeof Done>;

/** The action needs an answer before it runs. `submit` is the button's text. */
export const Ask = v.object({
  kind: v.literal("ask"),
  ...shown,
  fields: lenientArray(Field),
  submit: v.string(),
  dangerous: v.optional(v.boolean()),
});
export type Ask = v.InferOutput<typeof Ask>;

/** How far a long run is, in whatever units it counts. */
export const Progress = v.object({ done: v.number(), total: v.number(), text: v.optional(v.string()) });
export type Progress = v.InferOutput<typeof Progress>;

/** The action goes on after this answer. */
export const Started = v.object({ kind: v.literal("started"), ...shown, progress: v.optional(Progress) });
export type Started = v.InferOutput<typeof Started>;

/**
 * Nothing, or not everything, was done. `text` says what happened, `advice` what the person can do about it, `retry` whether the
 * same call may work later, `field` which field of the call is at fault.
 */
export const Failed = v.object({
  kind: v.literal("failed"),
  code: v.string(),
  ...shown,
  advice: v.optional(v.string()),
  retry: v.optional(v.boolean()),
  field: v.optional(v.string()),
  outcomes,
});
export type Failed = v.InferOutput<typeof Failed>;

/** What the person is shown: data, never markup. */
export const Reply = v.variant("kind", [Done, Ask, Started, Failed]);
export type Reply = v.InferOutput<typeof Reply>;

/** `url` is the run's page. */
export const Run = v.object({ id: RunId, url: v.string() });
export type Run = v.InferOutput<typeof Run>;

/** What the worker answers. A refusal before there is a run has no `run`. */
export type Answer = { version: typeof WIRE_VERSION; run?: Run | undefined; reply: Reply };

/** What a server said, whoever wrote it. */
export type Heard =
  | { as: "reply"; reply: Reply; run?: Run | undefined }
  | { as: "newer"; kind: string; title: string }
  | { as: "message"; title: string; text?: string; failed: boolean }
  | { as: "text"; text: string; failed: boolean }
  | { as: "html"; html: string; title: string; failed: boolean }
  | { as: "nothing"; failed: boolean };

const Envelope = v.object({ reply: v.unknown(), run: v.fallback(v.optional(Run), undefined) });
const text = v.fallback(v.optional(v.string()), undefined);
const Newer = v.object({ kind: v.string(), title: text });
const Words = v.object({
  title: text,
  detail: text,
  message: text,
  error: text,
  success: v.fallback(v.optional(v.boolean()), undefined),
});

/**
 * Reads the answer of any server: our own wire (with or without the envelope), problem details after RFC 9457, `{message}` and
 * its common cousins, plain text, HTML, or nothing but a status.
 * @param status the HTTP status; 0 where none arrived
 * @param contentType the Content-Type header, "" where there is none
 */
export function hear(status: number, contentType: string, body: string): Heard {
  const failed = status >= 400 || status === 0;
  const trimmed = body.trim();
  if (trimmed === "") return { as: "nothing", failed };
  if (/html/i.test(contentType) || /^<(!doctype html|html)\b/i.test(trimmed)) {
    const title = /<title[^>]*>([^<]*)</i.exec(body)?.[1]?.trim() ?? "";
    return { as: "html", html: body, title, failed };
  }
  const value = parseJson(trimmed);
  return hearReply(value) ?? hearWords(value, failed) ?? { as: "text", text: trimmed, failed };
}

function hearReply(value: unknown): Heard | undefined {
  const envelope = v.safeParse(Envelope, value);
  const { reply: enclosed, run } = envelope.success ? envelope.output : {};
  const reply = v.safeParse(Reply, enclosed ?? value);
  if (reply.success) return { as: "reply", reply: reply.output, run };
  const newer = v.safeParse(Newer, enclosed);
  if (!newer.success || KINDS.includes(newer.output.kind)) return undefined;
  return { as: "newer", kind: newer.output.kind, title: newer.output.title ?? "" };
}

function hearWords(value: unknown, failed: boolean): Heard | undefined {
  const words = v.safeParse(Words, value);
  if (!words.success) return undefined;
  const { title, detail, message, error, success } = words.output;
  const [first, second] = [title, message ?? detail ?? error].filter((said) => said?.trim());
  if (!first) return undefined;
  return { as: "message", title: first, ...(second && { text: second }), failed: failed || success === false };
}

const KINDS: readonly string[] = ["done", "ask", "started", "failed"];

/** Python servers write an absent member as null: both mean the same here. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body, function (this: unknown, _key, value: unknown) {
      return value === null && !Array.isArray(this) ? undefined : value;
    });
  } catch {
    return undefined;
  }
}

/**
 * May this URL be opened, from a page or a toast? Only absolute URLs of a listed scheme, without a user name in them (which is
 * how "https://kitsu.studio.tld@elsewhere.tld" is made). `javascript:`, `data:`, `file:` and the like can't be listed.
 * @param schemes without the colon: ["https", "http", "rvlink"]
 */
export function isOpenable(url: string, schemes: readonly string[]): boolean {
  try {
    const { protocol, username, password } = new URL(url);
    return !username && !password && schemes.includes(protocol.slice(0, -1)) && !NEVER_OPENED.test(protocol);
  } catch {
    // URL.canParse is younger than the oldest browsers Kitsu runs in.
    return false;
  }
}

const NEVER_OPENED = /^(javascript|data|file|blob|vbscript|about|filesystem|view-source):/;

/** What the worker fills into the userscript it serves. */
export type UserscriptConfig = {
  /** "1.2.3.1795456205": grows with every deploy and every change of configuration */
  version: string;
  /** the worker's own address with its path prefix, without a slash at the end */
  worker: string;
  /** the origins of the studio's Kitsu */
  kitsu: readonly string[];
  /** what `isOpenable` is asked with */
  schemes: readonly string[];
};
