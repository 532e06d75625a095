// A call as Kitsu sends it, or an odd one.
import fc from "fast-check";
import { TASKS } from "../../playground/data.ts";
import { ADA, BRUNO, PERSONS } from "../../playground/data-people.ts";
import { CONTENT_TYPES, type Corruption, corruption, type Edit, type Encoding, edits } from "./body.ts";
import { ACTIONS } from "./deployment.ts";
import { rarely } from "./rarely.ts";
import { oddName, oddText } from "./texts.ts";

export type Origin = "kitsu" | "own" | "foreign" | "null" | "none" | "like Kitsu's";

export type Call = {
  method: string;
  action: string;
  /** follows the action's ID in the address that somebody typed in Kitsu */
  tail: string;
  dialect: "ajax" | "form";
  /** the run's ID, chosen by the userscript */
  run: string | undefined;
  attempt: string | undefined;
  query: [name: string, value: string][];
  person: { id: string; email: string };
  selection: string[];
  edits: Edit[];
  encoding: Encoding;
  /** a content type that does not fit the body */
  declaredType: string | undefined;
  corruption: Corruption | undefined;
  isChunked: boolean;
  headers: Headers;
};

export type Headers = {
  origin: Origin;
  accept: string;
  site: string | undefined;
  cookie: "none" | "session" | "odd";
  odd: [name: string, value: string][];
};

const PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** Some IDs are frequent, so that two calls can have the same. */
export const runId = () =>
  fc.oneof(
    { weight: 6, arbitrary: fc.stringMatching(/^[0-9a-f]{32}$/) },
    { weight: 1, arbitrary: fc.constantFrom("0".repeat(32), "f".repeat(32)) },
    { weight: 1, arbitrary: oddText().map((text) => text.slice(0, 300)) },
  );

const origin = (): fc.Arbitrary<Origin> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant("kitsu" as const) },
    { weight: 1, arbitrary: fc.constantFrom("own", "foreign", "null", "none", "like Kitsu's") },
  );

export const headers = (): fc.Arbitrary<Headers> =>
  fc.record({
    origin: origin(),
    accept: fc.oneof(
      { weight: 3, arbitrary: fc.constant(PAGE) },
      { weight: 6, arbitrary: fc.constantFrom("*/*", "application/json", "") },
      { weight: 1, arbitrary: oddText() },
    ),
    site: rarely(fc.constantFrom("same-origin", "same-site", "cross-site", "none", "kx"), 4),
    cookie: fc.oneof(
      { weight: 5, arbitrary: fc.constant("session" as const) },
      { weight: 2, arbitrary: fc.constantFrom("none", "odd") },
    ),
    odd: fc.oneof(
      { weight: 6, arbitrary: fc.constant<Headers["odd"]>([]) },
      {
        weight: 1,
        arbitrary: fc.array(
          fc.tuple(
            fc.constantFrom(
              "user-agent",
              "referer",
              "accept-language",
              "x-forwarded-host",
              "x-forwarded-proto",
              "cf-connecting-ip",
              "cf-access-jwt-assertion",
              "authorization",
              "sec-fetch-mode",
              "sec-ch-ua-platform",
              "upgrade",
              "range",
              "kitsu-person",
            ),
            fc.oneof(
              oddText().map((text) => text.slice(0, 2_000)),
              fc.constantFrom("websocket", "bytes=0-", "Bearer kx", "navigate", "eyJhbGciOiJub25lIn0.e30."),
            ),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      },
    ),
  });

/** The headers of a page request: browsers send no origin then, or our own. */
export const pageHeaders = (): fc.Arbitrary<Headers> =>
  fc
    .tuple(headers(), fc.constantFrom<Origin>("none", "none", "own", "kitsu", "foreign"))
    .map(([made, from]) => ({ ...made, origin: from }));

const REAL_TASKS = TASKS.slice(0, 60).map(({ id }) => id);
const UNKNOWN_TASK = "5f0c3a7e-91d4-4c1b-8e6a-000000000001";

const selection = () =>
  fc.oneof(
    { weight: 8, arbitrary: fc.uniqueArray(fc.constantFrom(...REAL_TASKS), { minLength: 1, maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        [],
        [UNKNOWN_TASK],
        ["all"],
        TASKS.map(({ id }) => id),
      ),
    },
  );

const person = () =>
  fc
    .oneof(
      { weight: 6, arbitrary: fc.constantFrom(ADA, ADA, BRUNO) },
      { weight: 2, arbitrary: fc.constantFrom(...PERSONS) },
    )
    .map(({ id, email }) => ({ id, email }));

export const call = (): fc.Arbitrary<Call> =>
  fc
    .record({
      method: fc.oneof(
        { weight: 20, arbitrary: fc.constant("POST") },
        { weight: 2, arbitrary: fc.constantFrom("GET", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH") },
      ),
      action: fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom(...ACTIONS, "publish", "publish", "deliver") },
        { weight: 1, arbitrary: oddName().map((name) => name.slice(0, 200)) },
      ),
      tail: fc.oneof(
        { weight: 20, arbitrary: fc.constant("") },
        { weight: 1, arbitrary: fc.constantFrom("/", "//", "/kx", "/dry") },
      ),
      dialect: fc.constantFrom("ajax" as const, "ajax" as const, "form" as const),
      run: rarely(runId(), 2),
      attempt: rarely(fc.oneof(fc.stringMatching(/^[0-9a-f]{8}$/), fc.constantFrom("kx", "")), 4),
      query: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.constantFrom<[string, string][]>([], [["with", "rv"]], [["with", "mpv"]], [["with", "studio"]]),
        },
        {
          weight: 1,
          arbitrary: fc.array(
            fc.tuple(
              oddName(),
              oddText().map((text) => text.slice(0, 3_000)),
            ),
            { maxLength: 3 },
          ),
        },
      ),
      person: person(),
      selection: selection(),
      edits: edits(),
      isOddlyEncoded: fc.constantFrom(false, false, false, false, true),
      odd: fc.constantFrom<Encoding>("json", "urlencoded", "multipart", "text", "none"),
      declaredType: rarely(fc.constantFrom(...CONTENT_TYPES)),
      corruption: corruption(),
      isChunked: fc.boolean(),
      headers: headers(),
    })
    .map(({ isOddlyEncoded, odd, ...made }) => {
      const encoding: Encoding = isOddlyEncoded ? odd : made.dialect === "ajax" ? "json" : "urlencoded";
      // A browser shows the answer to a form as a page.
      const accept = !isOddlyEncoded && made.dialect === "form" ? PAGE : made.headers.accept;
      return { ...made, encoding, headers: { ...made.headers, accept } };
    });

/** The same call without anything odd. */
export const correct = ({ action, dialect, run, query, selection: ids }: Call): Call => ({
  method: "POST",
  action,
  tail: "",
  dialect,
  run: /^[0-9a-f]{32}$/.test(run ?? "") ? run : undefined,
  attempt: undefined,
  query: query.filter(([name]) => name === "with"),
  person: ADA,
  selection: ids,
  edits: [],
  encoding: dialect === "ajax" ? "json" : "urlencoded",
  declaredType: undefined,
  corruption: undefined,
  isChunked: false,
  headers: { origin: "kitsu", accept: dialect === "ajax" ? "*/*" : PAGE, site: undefined, cookie: "session", odd: [] },
});
