// A call as Kitsu makes it, or as nobody should.
import fc from "fast-check";
import { TASKS } from "../../playground/data.ts";
import { ADA, BRUNO, PERSONS } from "../../playground/data-people.ts";
import { PAPER_LANTERN } from "../../playground/data-projects.ts";
import {
  applyEdits,
  type Edit,
  type Encoding,
  edits,
  encodeFields,
  type Field,
  LIES,
  type Spoil,
  spoil,
} from "./body.ts";
import { ACTIONS, type Deployment, PLACES } from "./deployment.ts";
import { rarely } from "./rarely.ts";
import type { Sent } from "./request.ts";
import { MARKER, oddName, oddText } from "./texts.ts";

export type Origin = "kitsu" | "own" | "foreign" | "null" | "none" | "like Kitsu's";

export type Call = {
  method: string;
  action: string;
  /** behind the action's id, in the address that somebody typed into Kitsu */
  tail: string;
  dialect: "ajax" | "form";
  /** the id that the userscript gave the run */
  run: string | undefined;
  attempt: string | undefined;
  query: [name: string, value: string][];
  person: { id: string; email: string };
  selection: string[];
  edits: Edit[];
  encoding: Encoding;
  /** what the body is said to be, where that is not what it is */
  lie: string | undefined;
  spoil: Spoil | undefined;
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

/** A few, so that two calls may have the same. */
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

/** Of somebody who looks: a browser says no origin then, or our own. */
export const lookerHeaders = (): fc.Arbitrary<Headers> =>
  fc
    .tuple(headers(), fc.constantFrom<Origin>("none", "none", "own", "kitsu", "foreign"))
    .map(([told, from]) => ({ ...told, origin: from }));

const REAL_TASKS = TASKS.slice(0, 60).map(({ id }) => id);
const NO_TASK = "5f0c3a7e-91d4-4c1b-8e6a-000000000001";

const selection = () =>
  fc.oneof(
    { weight: 8, arbitrary: fc.uniqueArray(fc.constantFrom(...REAL_TASKS), { minLength: 1, maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        [],
        [NO_TASK],
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
        { weight: 1, arbitrary: fc.constantFrom("/", "//", "/kx") },
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
      lie: rarely(fc.constantFrom(...LIES)),
      spoil: spoil(),
      isChunked: fc.boolean(),
      headers: headers(),
    })
    .map(({ isOddlyEncoded, odd, ...made }) => {
      const encoding: Encoding = isOddlyEncoded ? odd : made.dialect === "ajax" ? "json" : "urlencoded";
      // What a form sends is looked at as a page.
      const accept = !isOddlyEncoded && made.dialect === "form" ? PAGE : made.headers.accept;
      return { ...made, encoding, headers: { ...made.headers, accept } };
    });

/** The same call as Kitsu would make it. */
export const tidy = ({ action, dialect, run, query, selection: ids }: Call): Call => ({
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
  lie: undefined,
  spoil: undefined,
  isChunked: false,
  headers: { origin: "kitsu", accept: dialect === "ajax" ? "*/*" : PAGE, site: undefined, cookie: "session", odd: [] },
});

/** Kitsu's own fields, in its order. */
export function callFields({
  dialect,
  person: { id, email },
  selection: ids,
}: Pick<Call, "dialect" | "person" | "selection">): Field[] {
  const path = `/productions/${PAPER_LANTERN.id}/shots`;
  return dialect === "ajax"
    ? [
        ["entitytype", "shot"],
        ["originurl", path],
        ["originserver", "kitsu.studio.example"],
        ["selection", ids],
        ["productionid", PAPER_LANTERN.id],
        ["userid", id],
        ["useremail", email],
      ]
    : [
        ["personid", id],
        ["personemail", email],
        ["projectid", PAPER_LANTERN.id],
        ["currentpath", path],
        ["currentserver", "kitsu.studio.example"],
        ["selection", ids.join(",")],
        ["entitytype", "shot"],
      ];
}

export type Place = { deployment: Deployment; port: number; session: string };

/** The call as it goes out. `more` are the fields that answer what was asked. */
export function sendCall(made: Call, place: Place, more: readonly Field[] = []): Sent {
  const { bytes, type } = encodeFields(
    applyEdits([...callFields(made), ...more], made.edits),
    made.encoding,
    made.spoil,
  );
  const isBodiless = ["GET", "HEAD"].includes(made.method);
  const query = new URLSearchParams([
    ...(made.run === undefined ? [] : [["run", made.run]]),
    ...(made.attempt === undefined ? [] : [["try", made.attempt]]),
    ...made.query.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
    // A link has what a form would send.
    ...(isBodiless ? callFields(made).map(([name, value]) => [name, String(value)]) : []),
  ]);
  const told = made.lie ?? type;
  return {
    method: made.method,
    path: `${PLACES[place.deployment].base}/actions/${encodeURIComponent(made.action.toWellFormed())}${made.tail}${query.size > 0 ? `?${query}` : ""}`,
    headers: {
      ...writeHeaders(made.headers, place),
      ...(told !== undefined && !isBodiless && { "content-type": told }),
    },
    body: isBodiless ? undefined : bytes,
    isChunked: made.isChunked,
  };
}

export const ownOrigin = ({ deployment, port }: Place) => `http://${PLACES[deployment].host ?? `127.0.0.1:${port}`}`;

export function writeHeaders(
  { origin: from, accept, site, cookie, odd }: Headers,
  place: Place,
): Record<string, string> {
  const { kitsu, host } = PLACES[place.deployment];
  const origins: Record<Origin, string | undefined> = {
    kitsu,
    own: ownOrigin(place),
    foreign: "https://elsewhere.example",
    null: "null",
    none: undefined,
    "like Kitsu's": `${kitsu}.elsewhere.example`,
  };
  const cookies = {
    none: undefined,
    session: place.session,
    odd: `access_token_cookie=${MARKER}; kitsu_actions_log=${MARKER}; =; ;kx`,
  };
  const [said, brought] = [origins[from], cookies[cookie]];
  return {
    ...Object.fromEntries(odd),
    ...(accept !== "" && { accept }),
    ...(said !== undefined && { origin: said }),
    ...(site !== undefined && from !== "own" && { "sec-fetch-site": site }),
    ...(brought !== undefined && { cookie: brought }),
    ...(host !== undefined && { host }),
  };
}
