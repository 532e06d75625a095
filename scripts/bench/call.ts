// The call that every receiver gets: Kitsu's AJAX call for twelve selected tasks, as a browser
// sends it. All must give the same answer and write the same record, apart from ids and times.
import * as v from "valibot";

export const KITSU = "http://kitsu.studio.example";

const uuid = (last: number) => `5f0c3a7e-91d4-4c1b-8e6a-${last.toString(16).padStart(12, "0")}`;

const TASKS = 12;

const PATH = "/actions/debug";

const fields = {
  entitytype: "shot",
  originurl: `/productions/${uuid(1)}/shots`,
  originserver: new URL(KITSU).host,
  selection: Array.from({ length: TASKS }, (_, index) => uuid(0x1000 + index)),
  productionid: uuid(1),
  userid: uuid(2),
  useremail: "ada@studio.example",
};

const headers: Readonly<Record<string, string>> = {
  accept: "*/*",
  "accept-language": "en-GB,en;q=0.9",
  "content-type": "application/json",
  origin: KITSU,
  referer: `${KITSU}/`,
  "sec-fetch-dest": "empty",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "cross-site",
  "user-agent": "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
};

/** The bytes of the call. */
export function writeCall(): string {
  const body = JSON.stringify(fields);
  const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": String(Buffer.byteLength(body)) });
  return `POST ${PATH} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

const RunAnswer = v.object({ run: v.object({ id: v.string() }), reply: v.object({ title: v.string() }) });

/**
 * Throws unless the receiver answers the call like the others, and refuses a foreign page and an
 * invalid selection.
 * @returns the id of the run
 */
export async function checkReceiver(address: string): Promise<string> {
  await sendCall(403, address, fields, { origin: "https://elsewhere.example" });
  await sendCall(400, address, { ...fields, selection: ["1 OR 1=1"] });
  const text = await sendCall(200, address, fields);
  const { run, reply } = v.parse(RunAnswer, JSON.parse(text));
  if (reply.title !== `${TASKS} tasks received`) throw new Error(`Unexpected answer: ${text}`);
  expectSame("answer", text.replace(/\{"id":"[0-9a-f]{32}","url":"[^"]*"\}/, "{}"));
  return run.id;
}

const LoggedRun = v.looseObject({ id: v.string(), at: v.number(), tookMs: v.number(), deployedAtS: v.number() });

/** Throws unless this is the record of the run, and like those of the others. */
export function checkRecord(run: string, text: string): void {
  const { id, at, tookMs, deployedAtS, ...record } = v.parse(LoggedRun, JSON.parse(text));
  if (id !== run) throw new Error(`The newest record is not that of ${run}: ${text}`);
  expectSame("record", JSON.stringify(record, Object.keys(flatten(record)).sort()));
}

/** All names of members at any depth: JSON.stringify then writes them in this order. */
function flatten(value: unknown): Record<string, true> {
  if (typeof value !== "object" || value === null) return {};
  return Object.assign({}, ...Object.entries(value).map(([name, member]) => ({ [name]: true, ...flatten(member) })));
}

/** What the first receiver answered and wrote. */
const first = new Map<string, string>();

function expectSame(what: string, answered: string): void {
  // The link to the doctor, which each receiver has at its own port.
  const text = answered.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://receiver");
  const expected = first.get(what) ?? text;
  first.set(what, expected);
  if (text !== expected) throw new Error(`Another ${what} than the first receiver's:\n${text}\n${expected}`);
}

type Deviation = { path?: string; origin?: string };

/** Sends a call. Throws if the status is another one. */
export function sendCall(
  status: number,
  address: string,
  members: object,
  { path = PATH, origin = KITSU }: Deviation = {},
): Promise<string> {
  const sent = { method: "POST", headers: { ...headers, origin }, body: JSON.stringify(members) };
  return expectStatus(status, fetch(address + path, sent));
}

/** @returns the body; throws if the status is another one */
export async function expectStatus(status: number, answer: Promise<Response>): Promise<string> {
  const response = await answer;
  const body = await response.text();
  if (response.status !== status) throw new Error(`Status ${response.status} instead of ${status}: ${body}`);
  return body;
}
