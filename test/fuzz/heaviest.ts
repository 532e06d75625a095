// The worst that 2 MiB can be, in each encoding: how long the worker computes for one such call.

import { TASKS } from "../../playground/data.ts";
import { ADA } from "../../playground/data-people.ts";
import { readCpuSeconds } from "../../scripts/bench/cpu.ts";
import { drawTable, median } from "../../scripts/bench/table.ts";
import { PLACES } from "./deployment.ts";
import { type Sent, send } from "./request.ts";
import { inWorld, type World } from "./world.ts";

const MOST_BYTES = 2 * 1_024 * 1_024;
/** The kernel counts processor time in hundredths of a second, so one call is measured as a part of several. */
const CALLS = 4;

const BOUNDARY = "kx";
const PERSON = `"userid":"${ADA.id}","useremail":"${ADA.email}"`;
const uuid = (index: number) => `5f0c3a7e-91d4-4c1b-8e6a-${index.toString(16).padStart(12, "0")}`;
const IDS = Array.from({ length: 5_000 }, (_, index) => uuid(index));
const VALUES_MAX = 7_900;

/** As often as it fits, between what begins and what ends. */
const fill = (
  begin: string,
  piece: (index: number) => string,
  end: string,
  most = Number.POSITIVE_INFINITY,
): Buffer => {
  const pieces: string[] = [];
  for (let [size, index] = [begin.length + end.length, 0]; index < most; index += 1) {
    const next = piece(index);
    size += Buffer.byteLength(next);
    if (size > MOST_BYTES) break;
    pieces.push(next);
  }
  return Buffer.from(begin + pieces.join("") + end);
};
/** So many pieces that together are as long as is allowed. */
const spread = (begin: string, piece: (index: number, filler: string) => string, end: string, count = VALUES_MAX) =>
  fill(
    begin,
    (index) => piece(index, "a".repeat(Math.max(1, Math.floor((MOST_BYTES - 1_000) / count) - 60))),
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

/** Each fits into what may be sent, and what may be counted where it says so. */
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
    "as many long values as are taken",
    JSON_TYPE,
    () =>
      spread(
        `{${PERSON},"selection":["${uuid(1)}"],"kx":[`,
        (index, filler) => `${index === 0 ? "" : ","}"${filler}"`,
        "]}",
      ),
  ],
  [
    "as many fields as are taken",
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
    "as many ids as are taken, one of them no id",
    JSON_TYPE,
    () => spread(`{${PERSON},"selection":[`, (index) => `${index === 0 ? "" : ","}"${uuid(index)}"`, ',"kx"]}'),
  ],
  ["ids in one text, with commas", JSON_TYPE, () => fill(`{${PERSON},"selection":"`, () => ",", '"}')],
  ["one id over and over in one text", JSON_TYPE, () => fill(`{${PERSON},"selection":"`, () => `${uuid(1)},`, '"}')],
  ["different ids in one text", JSON_TYPE, () => fill(`{${PERSON},"selection":"`, (index) => `${uuid(index)},`, '"}')],
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
  ["escapes that are none", FORM_TYPE, () => fill(`${FORM_PERSON}${SELECTED}&kx=`, () => "%ff%".repeat(100), "")],
  ["empty fields", FORM_TYPE, () => fill(FORM_PERSON, () => "&a=", "")],
  [
    "as many long fields as are taken",
    FORM_TYPE,
    () => spread(`${FORM_PERSON}${SELECTED}`, (index, filler) => `&kx${index}=${filler}`, ""),
  ],
  [
    "as many answers to one field as are taken",
    FORM_TYPE,
    () =>
      spread(`${FORM_PERSON}${SELECTED}&form=comment`, (_, filler) => `&input.kx=${filler.slice(0, 55)}`, "", 4_990),
  ],
  ["ids in one text", FORM_TYPE, () => fill(`${FORM_PERSON}&selection=`, (index) => `${uuid(index)},`, "")],
  ["one id over and over", FORM_TYPE, () => fill(`${FORM_PERSON}&selection=`, () => `${uuid(1)},`, "")],
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
    "as many long parts as are taken",
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

/** Each body, to actions that do little with it and much, answered by JSON and by a page. */
export const measureHeaviest = (): Promise<string> =>
  inWorld(0, async (world, group) => {
    const measured: Measured[] = [];
    for (const [what, type, make] of BODIES) {
      const body = make();
      for (const action of ACTIONS)
        for (const [form, accept] of ACCEPTS) {
          const name = `${type.split(";")[0]?.split("/")[1]}, ${what}: ${action}, ${form}`;
          measured.push({
            what: name,
            ...(await measure(world, group, { action, type, accept, body })),
            mebibytes: body.length / 1_024 / 1_024,
          });
        }
    }
    const rows = measured
      .toSorted((a, b) => b.cpuMs - a.cpuMs)
      .slice(0, ROWS)
      .map(({ what, status, cpuMs, mebibytes }) => [what, String(status), mebibytes.toFixed(2), cpuMs.toFixed(0)]);
    const middle = median(measured.map(({ cpuMs }) => cpuMs));
    return `${drawTable(["the heaviest calls", "status", "MiB", "CPU ms"], rows)}\n\n${measured.length} kinds were measured, ${CALLS} calls each; half of them take less than ${middle.toFixed(0)} ms.`;
  });

const ROWS = 12;

type Asked = { action: string; type: string; accept: string; body: Buffer };

async function measure(
  world: World,
  group: number,
  { action, type, accept, body }: Asked,
): Promise<{ status: number; cpuMs: number }> {
  const sent: Sent = {
    method: "POST",
    path: `/actions/${action}`,
    headers: { origin: PLACES.bot.kitsu, "content-type": type, accept },
    body,
  };
  // What is compiled by the first is not what one call takes.
  const { status } = await send(world.ports.bot, sent);
  const before = readCpuSeconds(group) ?? Number.NaN;
  for (let call = 0; call < CALLS; call += 1) await send(world.ports.bot, sent);
  return { status, cpuMs: (((readCpuSeconds(group) ?? Number.NaN) - before) * 1_000) / CALLS };
}
