// Turns a step into HTTP requests, with the help of the answers so far.
import { Webhook } from "standardwebhooks";
import { corruptBytes, type Edit, encodeFields } from "./body.ts";
import type { Call, Headers } from "./call.ts";
import { callFields, type Endpoint, ownOrigin, writeCall, writeHeaders } from "./call-request.ts";
import type { CaseState } from "./case-state.ts";
import { FORWARD_SECRET, LOG_TOKEN, SITES } from "./deployment.ts";
import type { Sent } from "./request.ts";
import type { Access, Step, Which } from "./step.ts";

/**
 * Several requests are sent at once. None is sent if the answers so far lack what the step needs.
 */
export function toRequests(step: Step, state: CaseState, endpoint: Endpoint): Sent[] {
  const { base } = SITES[endpoint.deployment];
  switch (step.kind) {
    case "call":
      state.call = step.call;
      return [writeCall(step.call, endpoint)];
    case "answer": {
      if (state.call === undefined || state.ask === undefined) return [];
      const fields = state.fillIn();
      state.recordAnswers(fields);
      const run = state.runs.at(-1)?.id;
      const repeated = {
        ...state.call,
        method: "POST",
        edits: step.edits,
        corruption: undefined,
        declaredType: undefined,
        ...(run !== undefined && { run }),
      };
      return [writeCall(repeated, endpoint, step.isBack ? [...fields, ["back", "1"]] : fields)];
    }
    case "twice": {
      if (state.call === undefined) return [];
      const sent = writeCall(state.call, endpoint);
      return [sent, sent];
    }
    case "follow-up": {
      const { bytes, type } = encodeFields(
        followUpFields(state.call, step.edits),
        step.isPage ? "urlencoded" : "json",
        undefined,
      );
      return [
        {
          method: "POST",
          path: `${base}${addressOf(step.which, state, `/${step.what}`)}`,
          headers: { ...writeHeaders(step.headers, endpoint), "content-type": type ?? "" },
          body: bytes,
        },
      ];
    }
    case "get-run":
      return [
        {
          method: "GET",
          path: `${base}${addressOf(step.which, state, step.what)}`,
          headers: { ...writeHeaders(step.headers, endpoint), ...accessHeaders(step.access, state) },
        },
      ];
    case "report":
      return [writeReport(step, state, endpoint)];
    case "log": {
      const query = new URLSearchParams(
        step.query.map(([name, value]) => [name, value.replace("{cursor}", state.cursor).toWellFormed()]),
      );
      return [
        {
          method: "GET",
          path: `${base}${step.path}?${query}`,
          headers: { ...writeHeaders(step.headers, endpoint), ...accessHeaders(step.access, state) },
        },
      ];
    }
    case "erase": {
      const cursor = step.cursor.replace("{cursor}", state.cursor);
      const { bytes, type } = encodeFields(
        [
          ["person", step.person],
          ["cursor", cursor],
        ],
        "urlencoded",
        undefined,
      );
      return [
        {
          method: "POST",
          path: `${base}/runs/person/erase`,
          headers: {
            ...writeOwnHeaders(step.headers, endpoint),
            "content-type": type ?? "",
            ...accessHeaders(step.access, state),
          },
          body: bytes,
        },
      ];
    }
    case "sign-in": {
      const { bytes, type } = encodeFields([["token", step.token]], "urlencoded", undefined);
      return [
        {
          method: "POST",
          path: `${base}/runs/sign-${step.isOut ? "out" : "in"}`,
          headers: {
            ...writeOwnHeaders(step.headers, endpoint),
            "content-type": step.declaredType ?? type ?? "",
            ...(state.cookie !== "" && { cookie: state.cookie }),
          },
          body: bytes,
        },
      ];
    }
    case "temporary-link": {
      const link = step.odd ?? state.temporaryLinks.at(-1 - step.back);
      return link === undefined
        ? []
        : [{ method: step.method, path: `${base}${link}${step.tail}`, headers: writeHeaders(step.headers, endpoint) }];
    }
    case "page":
      return [{ method: step.method, path: `${base}${step.path}`, headers: writeHeaders(step.headers, endpoint) }];
  }
}

/** Only our own pages sign people in, and erase. */
const writeOwnHeaders = (sent: Headers, endpoint: Endpoint) => ({
  ...writeHeaders(sent, endpoint),
  ...(sent.origin === "kitsu" && { origin: ownOrigin(endpoint) }),
});

function followUpFields(last: Call | undefined, changes: Edit[]) {
  const fields =
    last === undefined ? [] : callFields({ ...last, dialect: "form" }).filter(([name]) => name.startsWith("person"));
  return changes.length === 0
    ? fields
    : [...fields, ...changes.flatMap((one) => (one.kind === "set" ? [[one.name, one.value] as const] : []))];
}

function addressOf({ back, odd, at, key }: Which, state: CaseState, tail: string): string {
  const run = state.runs.at(-1 - back) ?? state.runs.at(-1);
  const query = new URLSearchParams({
    at: at ?? run?.at ?? "0",
    ...((key ?? run?.key) && { key: (key ?? run?.key ?? "").toWellFormed() }),
  });
  return `/runs/${encodeURIComponent((odd ?? run?.id ?? "0".repeat(32)).toWellFormed())}${tail}?${query}`;
}

function accessHeaders(by: Access, { cookie }: CaseState): Record<string, string> {
  switch (by) {
    case "none":
      return {};
    case "bearer":
      return { authorization: `Bearer ${LOG_TOKEN}` };
    case "wrong":
      return { authorization: "Bearer kx" };
    case "cookie":
      return { cookie };
  }
}

function writeReport(
  { which, reply, isSigned, age, corruption }: Extract<Step, { kind: "report" }>,
  state: CaseState,
  endpoint: Endpoint,
): Sent {
  const run = state.runs.at(-1 - which.back) ?? state.runs.at(-1);
  const body = JSON.stringify(reply) ?? "null";
  const when = new Date(Date.now() - age * 1_000);
  const id = `${which.odd ?? run?.id ?? "kx"}-${Math.floor(when.getTime())}`;
  const bytes = corruptBytes(Buffer.from(body), corruption);
  return {
    method: "POST",
    path: `${SITES[endpoint.deployment].base}${addressOf(which, state, "/progress")}`,
    headers: {
      ...(SITES[endpoint.deployment].host !== undefined && { host: SITES[endpoint.deployment].host ?? "" }),
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(when.getTime() / 1_000)),
      "webhook-signature": isSigned ? new Webhook(FORWARD_SECRET).sign(id, when, bytes.toString("utf8")) : "v1,kx",
    },
    body: bytes,
  };
}
