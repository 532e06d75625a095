// The HTTP request of a call.
import { PAPER_LANTERN } from "../../playground/data-projects.ts";
import { applyEdits, encodeFields, type Field } from "./body.ts";
import type { Call, Headers, Origin } from "./call.ts";
import { type Deployment, SITES } from "./deployment.ts";
import type { Sent } from "./request.ts";
import { MARKER } from "./texts.ts";

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

export type Endpoint = { deployment: Deployment; port: number; session: string };

/** @param more the fields with answers */
export function writeCall(made: Call, endpoint: Endpoint, more: readonly Field[] = []): Sent {
  const { bytes, type } = encodeFields(
    applyEdits([...callFields(made), ...more], made.edits),
    made.encoding,
    made.corruption,
  );
  const isBodiless = ["GET", "HEAD"].includes(made.method);
  const query = new URLSearchParams([
    ...(made.run === undefined ? [] : [["run", made.run]]),
    ...(made.attempt === undefined ? [] : [["try", made.attempt]]),
    ...made.query.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
    // A link has the fields of a form in its query.
    ...(isBodiless ? callFields(made).map(([name, value]) => [name, String(value)]) : []),
  ]);
  const contentType = made.declaredType ?? type;
  return {
    method: made.method,
    path: `${SITES[endpoint.deployment].base}/actions/${encodeURIComponent(made.action.toWellFormed())}${made.tail}${query.size > 0 ? `?${query}` : ""}`,
    headers: {
      ...writeHeaders(made.headers, endpoint),
      ...(contentType !== undefined && !isBodiless && { "content-type": contentType }),
    },
    body: isBodiless ? undefined : bytes,
    isChunked: made.isChunked,
  };
}

export const ownOrigin = ({ deployment, port }: Endpoint) => `http://${SITES[deployment].host ?? `127.0.0.1:${port}`}`;

export function writeHeaders(
  { origin: from, accept, site, cookie, odd }: Headers,
  endpoint: Endpoint,
): Record<string, string> {
  const { kitsu, host } = SITES[endpoint.deployment];
  const origins: Record<Origin, string | undefined> = {
    kitsu,
    own: ownOrigin(endpoint),
    foreign: "https://elsewhere.example",
    null: "null",
    none: undefined,
    "like Kitsu's": `${kitsu}.elsewhere.example`,
  };
  const cookies = {
    none: undefined,
    session: endpoint.session,
    odd: `access_token_cookie=${MARKER}; kitsu_actions_log=${MARKER}; =; ;kx`,
  };
  const [sentOrigin, sentCookie] = [origins[from], cookies[cookie]];
  return {
    ...Object.fromEntries(odd),
    ...(accept !== "" && { accept }),
    ...(sentOrigin !== undefined && { origin: sentOrigin }),
    ...(site !== undefined && from !== "own" && { "sec-fetch-site": site }),
    ...(sentCookie !== undefined && { cookie: sentCookie }),
    ...(host !== undefined && { host }),
  };
}
