// Forwards a call to a server of the studio's own, and shows the answer. Each target in the
// settings is an action.
import { type ParsedResponse, parseResponse, WIRE_VERSION } from "../../contract.ts";
import { type Action, type ActionContext, defineAction } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import { type Reader, THEME_PARAMETER } from "../format/reader.ts";
import type { Reply } from "../format/reply.ts";
import { type RequestSnapshot, truncate } from "../request/request-snapshot.ts";
import { exceedsJsonLimits, parseJson } from "../services/http.ts";
import { reportMissing, storeMissing } from "../services/missing-tasks.ts";
import type { ForwardTarget } from "../services/webhook-client.ts";
import { brokenAnswer, type StudioAnswer, sendCall } from "../services/webhook-client.ts";

const TITLE_MAX_CHARS = 200;
const TEXT_MAX_CHARS = 2_000;

export function forwardTo(target: ForwardTarget): Action {
  return defineAction({
    id: target.id,
    title: target.title,
    about: target.about,
    modes: ["form", "ajax"],
    async run(context) {
      const { call, request, reader, run, signal, continueWith } = context;
      const missing = await findMissing(context);
      const { ignored: _, ...forwarded } = call;
      const progress = run.url.replace("?", "/progress?");
      const visible = {
        selection: call.selection.filter((id) => !missing.has(id)),
        ...(missing.size > 0 && { missing: [...missing] }),
      };
      const sent = {
        version: WIRE_VERSION,
        run: { ...run, progress },
        action: target.id,
        reader: describeReader(reader, request),
        call: { ...forwarded, ...visible },
      };
      try {
        const answer = await sendCall(target, run.id, sent, signal);
        const reply = readReply(answer, target);
        // The studio's server does the work and reports its progress.
        if (reply.kind === "started") continueWith(storeMissing([...missing]));
        return reportMissing(reply, [...missing]);
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        const { code, reply, status, headers, cause } = thrown;
        throw new Failure(code, { ...reportMissing(reply, [...missing]), status, headers, cause });
      }
    },
  });
}

/** Who reads the answer. Without a time zone of their own, there is none. */
const describeReader = ({ locale, timeZone, isOwnZone }: Reader, request: RequestSnapshot) => ({
  language: locale,
  ...(isOwnZone && { timeZone }),
  theme: readTheme(request),
});

/** Whether Kitsu is light or dark, if its page said so. */
function readTheme({ path }: RequestSnapshot): "light" | "dark" | undefined {
  const theme = new URL(path, "https://action.invalid").searchParams.get(THEME_PARAMETER);
  return theme === "light" || theme === "dark" ? theme : undefined;
}

/**
 * Selected tasks that Kitsu does not return. They are not forwarded, because the server would work
 * on deleted tasks. Without access to Kitsu they are unknown.
 */
async function findMissing({ person, kitsu }: ActionContext): Promise<ReadonlySet<string>> {
  return new Set(person.trust === "unchecked" ? [] : (await kitsu().readSelection()).missing);
}

function readReply(answer: StudioAnswer, target: ForwardTarget): Reply {
  if (answer.location !== undefined) return openPage(answer.location, target);
  if (exceedsJsonLimits(answer.body)) throw brokenAnswer(target);
  const parsed = parseResponse(answer.status, answer.contentType, answer.body);
  // JSON that can't be parsed is incomplete: don't show the beginning of it as a message.
  if (
    parsed.kind === "text" &&
    !parsed.failed &&
    /json/i.test(answer.contentType) &&
    parseJson(answer.body) === undefined
  )
    throw brokenAnswer(target);
  return toReply(parsed, answer, target);
}

function openPage(url: string, { title }: ForwardTarget): Reply {
  return {
    kind: "done",
    severity: "success",
    title,
    text: message("forward.hasPage"),
    effects: [{ kind: "open", url, label: message("forward.openPage") }],
  };
}

function toReply(parsed: ParsedResponse, { status }: StudioAnswer, target: ForwardTarget): Reply {
  // The answer to a question from the server is sent to this action.
  if (parsed.kind === "reply") return parsed.reply.kind === "ask" ? { ...parsed.reply, form: target.id } : parsed.reply;
  if (parsed.kind === "newer")
    return inform(parsed.title || target.title, message("forward.newerAnswer", { kind: parsed.replyKind }));
  if (parsed.failed) throw refused(parsed, status, target);
  switch (parsed.kind) {
    case "message":
      return succeed(parsed.title, parsed.text);
    case "text":
      return succeed(target.title, parsed.text);
    case "html":
      return {
        ...inform(parsed.title || target.title, message("forward.answeredPage")),
        document: parsed.html,
      };
    case "nothing":
      return succeed(target.title, message("forward.accepted"));
  }
}

const succeed = (title: Text, text?: Text): Reply => ({
  kind: "done",
  severity: "success",
  title: shorten(title, TITLE_MAX_CHARS),
  text: text && shorten(text, TEXT_MAX_CHARS),
});

const inform = (title: Text, text: Text) =>
  ({ kind: "done", severity: "info", title: shorten(title, TITLE_MAX_CHARS), text }) as const;

/** The server's own texts may be too long; ours are not. */
const shorten = (text: Text, most: number): Text => (typeof text === "string" ? truncate(text, most) : text);

function refused(parsed: ParsedResponse, status: number, { title }: ForwardTarget): Failure {
  const own = parsed.kind === "message" ? parsed.title : undefined;
  const text = parsed.kind === "message" || parsed.kind === "text" ? parsed.text : undefined;
  return new Failure("target-refused", {
    ...(own !== undefined && { title: truncate(own, TITLE_MAX_CHARS) }),
    text: shorten(text ?? message("forward.refused", { title, status: String(status) }), TEXT_MAX_CHARS),
    advice: status === 401 || status === 403 ? message("forward.checkSecret") : undefined,
    // A 401 refuses our signature, not the person. A 5xx makes this worker a bad gateway.
    status: status >= 400 && status < 500 && status !== 401 ? status : 502,
  });
}
