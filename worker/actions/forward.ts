// Hands the call to a server of the studio's own and shows what that answers. Every target in the settings is an action of its own.
import { type ParsedResponse, parseResponse, type Reply, WIRE_VERSION } from "../../contract.ts";
import { type Action, type ActionContext, defineAction } from "../action/action.ts";
import { Failure } from "../failure.ts";
import { truncate } from "../request/request-snapshot.ts";
import { isTooMuch, parseJson } from "../services/json.ts";
import { keepMissing, tellMissing } from "../services/missing-tasks.ts";
import type { ForwardTarget } from "../services/webhook-client.ts";
import { brokenAnswer, type StudioAnswer, sendCall } from "../services/webhook-client.ts";

const TEXT_MAX = 2_000;

export function forwardTo(target: ForwardTarget): Action {
  return defineAction({
    id: target.id,
    title: target.title,
    about: target.about,
    modes: ["form", "ajax"],
    async run(context) {
      const { call, run, signal, continueWith: goOn } = context;
      const missing = await findMissing(context);
      const { ignored: _, ...said } = call;
      const progress = run.url.replace("?", "/progress?");
      const found = {
        selection: call.selection.filter((id) => !missing.has(id)),
        ...(missing.size > 0 && { missing: [...missing] }),
      };
      const sent = { version: WIRE_VERSION, run: { ...run, progress }, action: target.id, call: { ...said, ...found } };
      try {
        const answer = await sendCall(target, run.id, sent, signal);
        const reply = readReply(answer, target);
        // The server does the work, and reports how far it is.
        if (reply.kind === "started") goOn(keepMissing([...missing]));
        return tellMissing(reply, [...missing]);
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        const { code, reply, status, headers, cause } = thrown;
        throw new Failure(code, { ...tellMissing(reply, [...missing]), status, headers, cause });
      }
    },
  });
}

/** What was selected and Kitsu does not show: it is not handed on, for a server would work on what is gone. Where Kitsu can't be asked, nobody knows. */
async function findMissing({ person, kitsu }: ActionContext): Promise<ReadonlySet<string>> {
  return new Set(person.trust === "unchecked" ? [] : (await kitsu().readSelection()).missing);
}

function readReply(answer: StudioAnswer, target: ForwardTarget): Reply {
  if (answer.location !== undefined) return goTo(answer.location, target);
  if (isTooMuch(answer.body)) throw brokenAnswer(target);
  const heard = parseResponse(answer.status, answer.contentType, answer.body);
  // What says it is JSON and can't be read broke off, and its beginning is no message.
  if (
    heard.kind === "text" &&
    !heard.failed &&
    /json/i.test(answer.contentType) &&
    parseJson(answer.body) === undefined
  )
    throw brokenAnswer(target);
  return toReply(heard, answer, target);
}

function goTo(url: string, { title }: ForwardTarget): Reply {
  return {
    kind: "done",
    severity: "success",
    title,
    text: "The studio's server has a page for you.",
    effects: [{ kind: "open", url, label: "Open the page" }],
  };
}

function toReply(heard: ParsedResponse, { status }: StudioAnswer, target: ForwardTarget): Reply {
  // The answer to a question of the server's comes back to this action.
  if (heard.kind === "reply") return heard.reply.kind === "ask" ? { ...heard.reply, form: target.id } : heard.reply;
  if (heard.kind === "newer")
    return inform(heard.title || target.title, `The studio's server answered with something newer: "${heard.replyKind}".`);
  if (heard.failed) throw refused(heard, status, target);
  switch (heard.kind) {
    case "message":
      return succeed(heard.title, heard.text);
    case "text":
      return succeed(target.title, heard.text);
    case "html":
      return {
        ...inform(heard.title || target.title, "The studio's server answered with a page."),
        document: heard.html,
      };
    case "nothing":
      return succeed(target.title, "The studio's server took it, and said nothing more.");
  }
}

const succeed = (title: string, text?: string): Reply => ({
  kind: "done",
  severity: "success",
  title: truncate(title, 200),
  text: text && truncate(text, TEXT_MAX),
});

const inform = (title: string, text: string) =>
  ({ kind: "done", severity: "info", title: truncate(title, 200), text }) as const;

function refused(heard: ParsedResponse, status: number, { title }: ForwardTarget): Failure {
  const words =
    heard.kind === "message" ? [heard.title, heard.text] : [undefined, heard.kind === "text" ? heard.text : undefined];
  return new Failure("target-refused", {
    ...(words[0] !== undefined && { title: truncate(words[0], 200) }),
    text: truncate(words[1] ?? `The server behind ${title} answered with the status ${status}.`, TEXT_MAX),
    advice:
      status === 401 || status === 403
        ? "Its secret may differ from the one calls are signed with: ask your TD."
        : undefined,
    // Its 401 is about our signature, not about the person; its 5xx is for us a bad gateway.
    status: status >= 400 && status < 500 && status !== 401 ? status : 502,
  });
}
