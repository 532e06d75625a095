// A step as the requests that go out, with what the answers so far have told.
import { Webhook } from "standardwebhooks";
import { type Edit, encodeFields, spoilBytes } from "./body.ts";
import { type Call, callFields, ownOrigin, type Place, sendCall, writeHeaders } from "./call.ts";
import { FORWARD_SECRET, LOG_TOKEN, PLACES } from "./deployment.ts";
import type { Known } from "./known.ts";
import type { Sent } from "./request.ts";
import type { Access, Step, Which } from "./step.ts";

/** More than one go out at once. Without what the step needs of earlier answers there is none. */
export function toRequests(step: Step, known: Known, place: Place): Sent[] {
  const { base } = PLACES[place.deployment];
  switch (step.kind) {
    case "call":
      known.call = step.call;
      return [sendCall(step.call, place)];
    case "answer": {
      if (known.call === undefined || known.ask === undefined) return [];
      const fields = known.answers();
      known.noteGiven(fields);
      const run = known.runs.at(-1)?.id;
      const repeated = {
        ...known.call,
        method: "POST",
        edits: step.edits,
        spoil: undefined,
        lie: undefined,
        ...(run !== undefined && { run }),
      };
      return [sendCall(repeated, place, step.isBack ? [...fields, ["back", "1"]] : fields)];
    }
    case "twice": {
      if (known.call === undefined) return [];
      const sent = sendCall(known.call, place);
      return [sent, sent];
    }
    case "again": {
      const { bytes, type } = encodeFields(
        againFields(known.call, step.edits),
        step.isPage ? "urlencoded" : "json",
        undefined,
      );
      return [
        {
          method: "POST",
          path: `${base}${addressOf(step.which, known, `/${step.what}`)}`,
          headers: { ...writeHeaders(step.headers, place), "content-type": type ?? "" },
          body: bytes,
        },
      ];
    }
    case "look":
      return [
        {
          method: "GET",
          path: `${base}${addressOf(step.which, known, step.what)}`,
          headers: { ...writeHeaders(step.headers, place), ...accessHeaders(step.access, known) },
        },
      ];
    case "report":
      return [writeReport(step, known, place)];
    case "log": {
      const query = new URLSearchParams(
        step.query.map(([name, value]) => [name, value.replace("{cursor}", known.cursor).toWellFormed()]),
      );
      return [
        {
          method: "GET",
          path: `${base}${step.path}?${query}`,
          headers: { ...writeHeaders(step.headers, place), ...accessHeaders(step.access, known) },
        },
      ];
    }
    case "sign-in": {
      const { bytes, type } = encodeFields([["token", step.token]], "urlencoded", undefined);
      // Only our own pages do this.
      const own = {
        ...writeHeaders(step.headers, place),
        ...(step.headers.origin === "kitsu" && { origin: ownOrigin(place) }),
      };
      return [
        {
          method: "POST",
          path: `${base}/runs/sign-${step.isOut ? "out" : "in"}`,
          headers: {
            ...own,
            "content-type": step.lie ?? type ?? "",
            ...(known.cookie !== "" && { cookie: known.cookie }),
          },
          body: bytes,
        },
      ];
    }
    case "lent": {
      const lent = step.odd ?? known.lent.at(-1 - step.back);
      return lent === undefined
        ? []
        : [{ method: step.method, path: `${base}${lent}${step.tail}`, headers: writeHeaders(step.headers, place) }];
    }
    case "page":
      return [{ method: step.method, path: `${base}${step.path}`, headers: writeHeaders(step.headers, place) }];
  }
}

function againFields(last: Call | undefined, changes: Edit[]) {
  const fields =
    last === undefined ? [] : callFields({ ...last, dialect: "form" }).filter(([name]) => name.startsWith("person"));
  return changes.length === 0
    ? fields
    : [...fields, ...changes.flatMap((one) => (one.kind === "set" ? [[one.name, one.value] as const] : []))];
}

function addressOf({ back, odd, at, key }: Which, known: Known, tail: string): string {
  const run = known.runs.at(-1 - back) ?? known.runs.at(-1);
  const query = new URLSearchParams({
    at: at ?? run?.at ?? "0",
    ...((key ?? run?.key) && { key: (key ?? run?.key ?? "").toWellFormed() }),
  });
  return `/runs/${encodeURIComponent((odd ?? run?.id ?? "0".repeat(32)).toWellFormed())}${tail}?${query}`;
}

function accessHeaders(by: Access, { cookie }: Known): Record<string, string> {
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
  { which: of, reply: said, isSigned, age, spoil: spoiled }: Extract<Step, { kind: "report" }>,
  known: Known,
  place: Place,
): Sent {
  const run = known.runs.at(-1 - of.back) ?? known.runs.at(-1);
  const body = JSON.stringify(said) ?? "null";
  const when = new Date(Date.now() - age * 1_000);
  const id = `${of.odd ?? run?.id ?? "kx"}-${Math.floor(when.getTime())}`;
  const bytes = spoilBytes(Buffer.from(body), spoiled);
  return {
    method: "POST",
    path: `${PLACES[place.deployment].base}${addressOf(of, known, "/progress")}`,
    headers: {
      ...(PLACES[place.deployment].host !== undefined && { host: PLACES[place.deployment].host ?? "" }),
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(when.getTime() / 1_000)),
      "webhook-signature": isSigned ? new Webhook(FORWARD_SECRET).sign(id, when, bytes.toString("utf8")) : "v1,kx",
    },
    body: bytes,
  };
}
