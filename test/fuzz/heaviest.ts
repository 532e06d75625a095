// The CPU time of the heaviest calls of 2 MiB, in each encoding.
import { TASKS } from "../../playground/data.ts";
import { ADA } from "../../playground/data-people.ts";
import { readCpuSeconds } from "../../scripts/cpu-time.ts";
import { drawTable, median } from "../../scripts/table.ts";
import { SITES } from "./deployment.ts";
import { type Environment, withEnvironment } from "./environment.ts";
import { type Sent, send } from "./request.ts";

const BODY_MAX_BYTES = 2 * 1_024 * 1_024;
/** Linux counts CPU time in hundredths of a second, so several calls are measured together. */
const CALLS = 4;

const BOUNDARY = "kx";
const PERSON = `"userid":"${ADA.id}","useremail":"${ADA.email}"`;
const uuid = (index: number) => `5f0c3a7e-91d4-4c1b-8e6a-${index.toString(16).padStart(12, "0")}`;
const IDS = Array.from({ length: 5_000 }, (_, index) => uuid(index));
const VALUES_MAX = 7_900;

/** Repeats the piece between `start` and `end` as often as it fits. */
const fill = (start: string, piece: (index: number) => string, end: string, max = Number.POSITIVE_INFINITY): Buffer => {
  const pieces: string[] = [];
  for (let [size, index] = [start.length + end.length, 0]; index < max; index += 1) {
    const next = piece(index);
    size += Buffer.byteLength(next);
    if (size > BODY_MAX_BYTES) break;
    pieces.push(next);
  }
  return Buffer.from(start + pieces.join("") + end);
};
/** Fills the body with `count` pieces. */
const spread = (start: string, piece: (index: number, filler: string) => string, end: string, count = VALUES_MAX) =>
  fill(
    start,
    (index) => piece(index, "a".repeat(Math.max(1, Math.floor((BODY_MAX_BYTES - 1_000) / count) - 60))),
    end,
    count,
  );

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const MULTIPART_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const part = (name: string, value: string) =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const FORM_PERSON = `personid=${ADA.id}&personemail=${ADA.email}`;
const SELECTED = `&selection=${TASKS[0]?.id}`;

/** "The maximum" is just below the worker's limit for the number of values. */
const BODIES: readonly (readonly [what: string, type: string, make: () => Buffer])[] = [
  [
    "one long text",
    JSON_TYPE,
    () => fill(`{${PERSON},"selection":["${uuid(1)}"],"kx":"`, () => "a".repeat(1_000), '"}'),
  ],
  [
    "one text of escapes",
    JSON_TYPE,
    () => fill(`{${PERSON},"selection":["${uuid(1)}"],"kx":"`, () => '\\u0041\\"'.repeat(100), '"}'),
  ],
  [
    "one text of quotes and markup",
    JSON_TYPE,
    () => fill(`{${PERSON},"selection":["${uuid(1)}"],"kx":"`, () => "<&'>".repeat(100), '"}'),
  ],
  ["5,000 tasks", JSON_TYPE, () => Buffer.from(`{${PERSON},"selection":${JSON.stringify(IDS)}}`)],
  [
    "the maximum of long values",
    JSON_TYPE,
    () =>
      spread(
        `{${PERSON},"selection":["${uuid(1)}"],"kx":[`,
        (index, filler) => `${index === 0 ? "" : ","}"${filler}"`,
        "]}",
      ),
  ],
  [
    "the maximum of fields",
    JSON_TYPE,
    () =>
      spread(
        `{${PERSON},"selection":["${uuid(1)}"]`,
        (index, filler) => `,"kx${index}${filler.slice(0, 120)}":"${filler.slice(120)}"`,
        "}",
        VALUES_MAX / 2 - 10,
      ),
  ],
  [
    "the maximum of IDs, and an invalid one",
    JSON_TYPE,
    () => spread(`{${PERSON},"selection":[`, (index) => `${index === 0 ? "" : ","}"${uuid(index)}"`, ',"kx"]}'),
  ],
  ["commas as selection", JSON_TYPE, () => fill(`{${PERSON},"selection":"`, () => ",", '"}')],
  ["one ID, repeated in one text", JSON_TYPE, () => fill(`{${PERSON},"selection":"`, () => `${uuid(1)},`, '"}')],
  ["different IDs in one text", JSON_TYPE, () => fill(`{${PERSON},"selection":"`, (index) => `${uuid(index)},`, '"}')],
  ["brackets", JSON_TYPE, () => fill("", () => "[", "")],
  ["blanks", JSON_TYPE, () => fill(`{${PERSON},"selection":["${uuid(1)}"]`, () => " ".repeat(100), "}")],
  ["numbers", JSON_TYPE, () => fill(`{${PERSON},"selection":["${uuid(1)}"],"kx":`, () => "9".repeat(100), "}")],
  [
    "letters of two bytes",
    JSON_TYPE,
    () => fill(`{${PERSON},"selection":["${uuid(1)}"],"kx":"`, () => "é".repeat(100), '"}'),
  ],
  [
    "an answer of long values",
    JSON_TYPE,
    () =>
      spread(
        `{${PERSON},"selection":["${uuid(1)}"],"form":"comment","input":{"kx":[`,
        (index, filler) => `${index === 0 ? "" : ","}"${filler.slice(0, 55)}"`,
        "]}}",
        4_990,
      ),
  ],
  [
    "an answer of long texts",
    JSON_TYPE,
    () =>
      spread(
        `{${PERSON},"selection":["${uuid(1)}"],"form":"comment","input":{"a":""`,
        (index) => `,"kx${index}":"${"<".repeat(9_900)}"`,
        "}}",
        190,
      ),
  ],
  ["one long text", FORM_TYPE, () => fill(`${FORM_PERSON}${SELECTED}&kx=`, () => "a".repeat(1_000), "")],
  ["escapes", FORM_TYPE, () => fill(`${FORM_PERSON}${SELECTED}&kx=`, () => "%41".repeat(100), "")],
  ["invalid escapes", FORM_TYPE, () => fill(`${FORM_PERSON}${SELECTED}&kx=`, () => "%ff%".repeat(100), "")],
  ["empty fields", FORM_TYPE, () => fill(FORM_PERSON, () => "&a=", "")],
  [
    "the maximum of long fields",
    FORM_TYPE,
    () => spread(`${FORM_PERSON}${SELECTED}`, (index, filler) => `&kx${index}=${filler}`, ""),
  ],
  [
    "the maximum of answers to one field",
    FORM_TYPE,
    () =>
      spread(`${FORM_PERSON}${SELECTED}&form=comment`, (_, filler) => `&input.kx=${filler.slice(0, 55)}`, "", 4_990),
  ],
  ["IDs in one text", FORM_TYPE, () => fill(`${FORM_PERSON}&selection=`, (index) => `${uuid(index)},`, "")],
  ["one ID, repeated", FORM_TYPE, () => fill(`${FORM_PERSON}&selection=`, () => `${uuid(1)},`, "")],
  [
    "an answer of long texts",
    FORM_TYPE,
    () =>
      spread(`${FORM_PERSON}${SELECTED}&form=comment`, (index) => `&input.kx${index}=${"%3C".repeat(3_300)}`, "", 190),
  ],
  [
    "one long text",
    MULTIPART_TYPE,
    () =>
      fill(
        part("personid", ADA.id) + part("selection", uuid(1)) + part("kx", "").slice(0, -2),
        () => "a".repeat(1_000),
        `\r\n--${BOUNDARY}--`,
      ),
  ],
  [
    "the maximum of long parts",
    MULTIPART_TYPE,
    () =>
      spread(
        part("personid", ADA.id) + part("selection", uuid(1)),
        (index, filler) => part(`kx${index}`, filler.slice(20)),
        `--${BOUNDARY}--`,
      ),
  ],
  [
    "beginnings of boundaries",
    MULTIPART_TYPE,
    () =>
      fill(
        part("personid", ADA.id) + part("selection", uuid(1)) + part("kx", "").slice(0, -2),
        () => "\r\n--k".repeat(100),
        `\r\n--${BOUNDARY}--`,
      ),
  ],
  [
    "headers of one part",
    MULTIPART_TYPE,
    () =>
      fill(
        `--${BOUNDARY}\r\n`,
        (index) => `x-${index}: a\r\n`,
        `content-disposition: form-data; name="kx"\r\n\r\na\r\n--${BOUNDARY}--`,
      ),
  ],
];

const ACCEPTS = [
  ["JSON", "*/*"],
  ["page", "text/html"],
] as const;
const ACTIONS = ["debug", "comment"];

type Measured = { what: string; status: number; cpuMs: number; mebibytes: number };

/** Sends each body to a simple and a complex action, for JSON and for a page. */
export const measureHeaviest = (): Promise<string> =>
  withEnvironment(0, async (environment, group) => {
    const measured: Measured[] = [];
    for (const [what, type, make] of BODIES) {
      const body = make();
      for (const action of ACTIONS)
        for (const [form, accept] of ACCEPTS) {
          const name = `${type.split(";")[0]?.split("/")[1]}, ${what}: ${action}, ${form}`;
          measured.push({
            what: name,
            ...(await measure(environment, group, { action, type, accept, body })),
            mebibytes: body.length / 1_024 / 1_024,
          });
        }
    }
    const rows = measured
      .toSorted((a, b) => b.cpuMs - a.cpuMs)
      .slice(0, ROWS)
      .map(({ what, status, cpuMs, mebibytes }) => [what, String(status), mebibytes.toFixed(2), cpuMs.toFixed(0)]);
    const middle = median(measured.map(({ cpuMs }) => cpuMs));
    return `${drawTable(["the heaviest calls", "status", "MiB", "CPU ms"], rows)}\n\n${measured.length} kinds of calls were measured, ${CALLS} of each. Half of the kinds take less than ${middle.toFixed(0)} ms per call.`;
  });

const ROWS = 12;

type Options = { action: string; type: string; accept: string; body: Buffer };

async function measure(
  environment: Environment,
  group: number,
  { action, type, accept, body }: Options,
): Promise<{ status: number; cpuMs: number }> {
  const sent: Sent = {
    method: "POST",
    path: `/actions/${action}`,
    headers: { origin: SITES.bot.kitsu, "content-type": type, accept },
    body,
  };
  // The first call is not measured, because it compiles code.
  const { status } = await send(environment.ports.bot, sent);
  const before = readCpuSeconds(group) ?? Number.NaN;
  for (let call = 0; call < CALLS; call += 1) await send(environment.ports.bot, sent);
  return { status, cpuMs: (((readCpuSeconds(group) ?? Number.NaN) - before) * 1_000) / CALLS };
}
