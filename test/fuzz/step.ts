// One step of a case: a call, or a request that may follow one, to any route.
import fc from "fast-check";
import { CONTENT_TYPES, type Corruption, corruption, type Edit, edits } from "./body.ts";
import { type Call, call, correct, type Headers, headers, pageHeaders, runId } from "./call.ts";
import { LOG_TOKEN } from "./deployment.ts";
import { rarely } from "./rarely.ts";
import { reply } from "./reply.ts";
import { oddName, oddText, oddValue } from "./texts.ts";

/** Selects a run: the newest of the case, an earlier one, or an odd ID. */
export type Which = { back: number; odd: string | undefined; at: string | undefined; key: string | undefined };

export type Step =
  | { kind: "call"; call: Call }
  /** repeats the last call with answers to its questions */
  | { kind: "answer"; edits: Edit[]; isBack: boolean }
  /** repeats the last call, twice at once */
  | { kind: "twice" }
  | { kind: "follow-up"; what: FollowUp; which: Which; edits: Edit[]; headers: Headers; isPage: boolean }
  | { kind: "get-run"; what: RunView; which: Which; headers: Headers; access: Access }
  | { kind: "report"; which: Which; reply: unknown; isSigned: boolean; age: number; corruption: Corruption | undefined }
  | { kind: "log"; path: string; query: [name: string, value: string][]; access: Access; headers: Headers }
  | { kind: "erase"; person: string; cursor: string; access: Access; headers: Headers }
  | { kind: "sign-in"; token: string; isOut: boolean; headers: Headers; declaredType: string | undefined }
  | { kind: "temporary-link"; back: number; odd: string | undefined; tail: string; method: string; headers: Headers }
  | { kind: "page"; method: string; path: string; headers: Headers };

type FollowUp = "retry" | "undo" | "cancel" | "pause" | "resume" | "void";
type RunView = "" | "/follow" | "/picture" | "/fixture.json";
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
  "/kitsu-actions.js",
  "/kitsu-actions.meta.js",
  "/kitsu-actions.fr.json",
  "/kitsu-actions.xx.json",
  "/style.css",
  "/page.js",
  "/theme.js",
  "/icon.svg",
  "/openapi.json",
  "/contract.schema.json",
  "/ping",
  "/runs",
  "/runs/",
  "/runs.json",
  "/doctor",
  "/doctor.json",
  `/tasks/${"0".repeat(64)}/0`,
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
            "tasks",
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

/** A step that follows a call. */
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
        kind: fc.constant("follow-up" as const),
        what: fc.constantFrom<FollowUp>("retry", "undo", "cancel", "pause", "resume", "void"),
        which: which(),
        edits: edits(),
        headers: headers(),
        isPage: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("get-run" as const),
        what: fc.constantFrom<RunView>("", "/follow", "/picture", "/fixture.json"),
        which: which(),
        headers: pageHeaders(),
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
        corruption: corruption(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("temporary-link" as const),
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

const independent = (): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("log" as const),
      path: fc.constantFrom(
        "/runs",
        "/runs.json",
        "/runs.csv",
        "/use",
        "/use.json",
        "/use.csv",
        "/doctor",
        "/doctor.json",
        "/runs/person",
        "/runs/person.json",
      ),
      query: fc.array(filter(), { maxLength: 3 }),
      access: access(),
      headers: pageHeaders(),
    }),
    fc.record({
      kind: fc.constant("erase" as const),
      person: fc.oneof(oddText(), fc.constantFrom("kx@studio.tld", "0".repeat(32))),
      cursor: fc.oneof(oddText(), fc.constantFrom("", "{cursor}", "e30")),
      access: access(),
      headers: headers(),
    }),
    fc.record({
      kind: fc.constant("sign-in" as const),
      token: fc.oneof(fc.constant(LOG_TOKEN), oddText()),
      isOut: fc.boolean(),
      headers: headers(),
      declaredType: rarely(fc.constantFrom(...CONTENT_TYPES), 6),
    }),
    fc.record({
      kind: fc.constant("page" as const),
      method: fc.constantFrom(...METHODS),
      path: path(),
      headers: headers(),
    }),
  );

/** A call and the steps that follow it, or steps that need no call. */
export const steps = (): fc.Arbitrary<Step[]> =>
  fc.oneof(
    { weight: 4, arbitrary: withCall(call(), fc.array(later(), { maxLength: 4 })) },
    // Correct calls reach the code behind the validation.
    { weight: 3, arbitrary: withCall(call().map(correct), fc.array(later(), { minLength: 2, maxLength: 6 })) },
    { weight: 1, arbitrary: fc.array(independent(), { minLength: 1, maxLength: 2 }) },
  );

const withCall = (first: fc.Arbitrary<Call>, others: fc.Arbitrary<Step[]>): fc.Arbitrary<Step[]> =>
  fc.tuple(first, others).map(([made, rest]): Step[] => [{ kind: "call", call: made }, ...rest]);
