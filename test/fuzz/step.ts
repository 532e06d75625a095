// One step of a case: a call, or what may come after one, at any route there is.
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { type Edit, edits, encodeFields, LIES, type Spoil, spoil } from "./body.ts";
import {
  type Call,
  call,
  callFields,
  type Headers,
  headers,
  ownOrigin,
  type Place,
  runId,
  sendCall,
  writeHeaders,
} from "./call.ts";
import { FORWARD_SECRET, LOG_TOKEN, PLACES } from "./deployment.ts";
import type { Known } from "./known.ts";
import { rarely } from "./rarely.ts";
import { reply } from "./reply.ts";
import type { Sent } from "./request.ts";
import { oddName, oddText, oddValue } from "./texts.ts";

/** Which run is meant: the newest of the case's, or another. */
type Which = { back: number; odd: string | undefined; at: string | undefined; key: string | undefined };

export type Step =
  | { kind: "call"; call: Call }
  /** the last call again, with the answers that were asked for */
  | { kind: "answer"; edits: Edit[]; isBack: boolean }
  /** the last call again, as it was, twice at once */
  | { kind: "twice" }
  | { kind: "again"; what: Again; which: Which; edits: Edit[]; headers: Headers; isPage: boolean }
  | { kind: "look"; what: Look; which: Which; headers: Headers; access: Access }
  | { kind: "report"; which: Which; reply: unknown; isSigned: boolean; age: number; spoil: Spoil | undefined }
  | { kind: "log"; path: string; query: [name: string, value: string][]; access: Access; headers: Headers }
  | { kind: "sign-in"; token: string; isOut: boolean; headers: Headers; lie: string | undefined }
  | { kind: "lent"; back: number; odd: string | undefined; tail: string; method: string; headers: Headers }
  | { kind: "page"; method: string; path: string; headers: Headers };

type Again = "retry" | "undo" | "cancel" | "pause" | "resume" | "void";
type Look = "" | "/follow" | "/picture";
type Access = "none" | "bearer" | "cookie" | "wrong";

const which = (): fc.Arbitrary<Which> =>
  fc.record({
    back: fc.nat(2),
    odd: rarely(runId(), 8),
    at: rarely(fc.constantFrom("0", "1", "-1", "kx", "9".repeat(16), "9".repeat(40), ""), 8),
    key: rarely(
      fc.oneof(
        fc.constantFrom("", "kx", "0".repeat(32)),
        oddText().map((text) => text.slice(0, 200)),
      ),
      8,
    ),
  });

const access = (): fc.Arbitrary<Access> => fc.constantFrom("none", "bearer", "cookie", "wrong");

const FILTERS = ["action", "person", "project", "state", "day", "cursor", "limit", "key", "kx"];
const filter = (): fc.Arbitrary<[string, string]> =>
  fc.tuple(
    fc.constantFrom(...FILTERS),
    fc.oneof(
      oddText().map((text) => text.slice(0, 2_000)),
      fc.constantFrom(
        "1",
        "50",
        "1000",
        "999999",
        "done",
        "failed",
        "asked",
        "2026-11-28",
        "2026-02-31",
        "debug",
        "ada",
        "{cursor}",
        "e30",
      ),
    ),
  );

const PATHS = [
  "/",
  "/actions",
  "/kitsu-actions.user.js",
  "/kitsu-actions.meta.js",
  "/style.css",
  "/page.js",
  "/icon.svg",
  "/ping",
  "/runs",
  "/runs/",
  "/runs.json",
];

const path = () =>
  fc.oneof(
    fc.constantFrom(...PATHS),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            "runs",
            "actions",
            "t",
            "media",
            "files",
            "state",
            "follow",
            "..",
            ".",
            "",
            "%2e%2e",
            "sign-in",
            "%00",
            "%ff",
          ),
          oddName().map((name) => encodeURIComponent(name.toWellFormed().slice(0, 100))),
        ),
        { maxLength: 4 },
      )
      .map((parts) => `/${parts.join("/")}`),
  );

const METHODS = ["GET", "GET", "GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];

/** What may come after a call. */
const later = (): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("answer" as const),
        edits: edits(),
        isBack: fc.constantFrom(false, false, false, true),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "twice" as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("again" as const),
        what: fc.constantFrom<Again>("retry", "undo", "cancel", "pause", "resume", "void"),
        which: which(),
        edits: edits(),
        headers: headers(),
        isPage: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("look" as const),
        what: fc.constantFrom<Look>("", "/follow", "/picture"),
        which: which(),
        headers: headers(),
        access: access(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("report" as const),
        which: which(),
        reply: fc.oneof(reply(), oddValue()),
        isSigned: fc.constantFrom(true, true, true, false),
        age: fc.constantFrom(0, 0, 0, 0, 400, -400),
        spoil: spoil(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("lent" as const),
        back: fc.nat(2),
        odd: rarely(
          oddText().map((text) => text.slice(0, 200)),
          4,
        ),
        tail: fc.constantFrom("", "", "/state", "/kx"),
        method: fc.constantFrom("GET", "GET", "HEAD", "POST"),
        headers: headers(),
      }),
    },
  );

const alone = (): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("log" as const),
      path: fc.constantFrom("/runs", "/runs.json", "/runs.csv"),
      query: fc.array(filter(), { maxLength: 3 }),
      access: access(),
      headers: headers(),
    }),
    fc.record({
      kind: fc.constant("sign-in" as const),
      token: fc.oneof(fc.constant(LOG_TOKEN), oddText()),
      isOut: fc.boolean(),
      headers: headers(),
      lie: rarely(fc.constantFrom(...LIES), 6),
    }),
    fc.record({ kind: fc.constant("page" as const), method: fc.constantFrom(...METHODS), path: path(), headers: headers() }),
  );

/** A call and what follows it, or something that needs no call. */
export const steps = (): fc.Arbitrary<Step[]> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          fc.record({ kind: fc.constant("call" as const), call: call() }),
          fc.oneof(
            { weight: 1, arbitrary: fc.constant<Step[]>([]) },
            { weight: 2, arbitrary: fc.array(later(), { minLength: 1, maxLength: 4 }) },
          ),
        )
        .map(([first, others]): Step[] => [first, ...others]),
    },
    { weight: 1, arbitrary: fc.array(alone(), { minLength: 1, maxLength: 2 }) },
  );

/** The requests of a step: more than one go out at once. Without what it needs of earlier answers there is none. */
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
      const { bytes, type } = encodeFields(againFields(known.call, step.edits), step.isPage ? "urlencoded" : "json", undefined);
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
      const own = { ...writeHeaders(step.headers, place), ...(step.headers.origin === "kitsu" && { origin: ownOrigin(place) }) };
      return [
        {
          method: "POST",
          path: `${base}/runs/sign-${step.isOut ? "out" : "in"}`,
          headers: { ...own, "content-type": step.lie ?? type ?? "", ...(known.cookie !== "" && { cookie: known.cookie }) },
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
  const fields = last === undefined ? [] : callFields({ ...last, dialect: "form" }).filter(([name]) => name.startsWith("person"));
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
  const bytes =
    encodeFields([], "text", spoiled).bytes?.length === 0 && spoiled !== undefined
      ? Buffer.from(body).subarray(0, Math.floor(spoiled.share * body.length))
      : Buffer.from(body);
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
