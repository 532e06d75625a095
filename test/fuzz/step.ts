// One step of a case: a call, or what may come after one, at any route there is.
import fc from "fast-check";
import { type Edit, edits, LIES, type Spoil, spoil } from "./body.ts";
import { type Call, call, type Headers, headers, lookerHeaders, runId, tidy } from "./call.ts";
import { LOG_TOKEN } from "./deployment.ts";
import { rarely } from "./rarely.ts";
import { reply } from "./reply.ts";
import { oddName, oddText, oddValue } from "./texts.ts";

/** Which run is meant: the newest of the case's, or another. */
export type Which = { back: number; odd: string | undefined; at: string | undefined; key: string | undefined };

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
export type Access = "none" | "bearer" | "cookie" | "wrong";

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
  "/theme.js",
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
        headers: lookerHeaders(),
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
      headers: lookerHeaders(),
    }),
    fc.record({
      kind: fc.constant("sign-in" as const),
      token: fc.oneof(fc.constant(LOG_TOKEN), oddText()),
      isOut: fc.boolean(),
      headers: headers(),
      lie: rarely(fc.constantFrom(...LIES), 6),
    }),
    fc.record({
      kind: fc.constant("page" as const),
      method: fc.constantFrom(...METHODS),
      path: path(),
      headers: headers(),
    }),
  );

/** A call and what follows it, or something that needs no call. */
export const steps = (): fc.Arbitrary<Step[]> =>
  fc.oneof(
    { weight: 4, arbitrary: beginning(call(), fc.array(later(), { maxLength: 4 })) },
    // What lies deeper is reached by those who do as they are asked.
    { weight: 3, arbitrary: beginning(call().map(tidy), fc.array(later(), { minLength: 2, maxLength: 6 })) },
    { weight: 1, arbitrary: fc.array(alone(), { minLength: 1, maxLength: 2 }) },
  );

const beginning = (first: fc.Arbitrary<Call>, others: fc.Arbitrary<Step[]>): fc.Arbitrary<Step[]> =>
  fc.tuple(first, others).map(([made, rest]): Step[] => [{ kind: "call", call: made }, ...rest]);
