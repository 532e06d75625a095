// The body of a call: fields in some encoding, or none, with a content type that may be wrong.
import fc from "fast-check";
import { rarely } from "./rarely.ts";
import { oddName, oddText, oddValue } from "./texts.ts";

export type Field = readonly [name: string, value: unknown];

/** A change to correct fields. */
export type Edit =
  | { kind: "set"; name: string; value: unknown }
  | { kind: "drop"; name: string }
  | { kind: "repeat"; name: string; value: string; times: number };

export type Encoding = "json" | "urlencoded" | "multipart" | "text" | "none";

/** A change to the encoded bytes. `share` is the position, from 0 to 1. */
export type Corruption = { kind: "cut" | "invalid" | "zero"; share: number };

export const KITSU_NAMES = [
  ...["personid", "personemail", "projectid", "currentpath", "currentserver", "selection", "entitytype"],
  ...["userid", "useremail", "productionid", "originurl", "originserver"],
  ...["userId", "entity_type", "SELECTION", "selection[]", "person_id"],
];
/** Our own fields, beside Kitsu's. */
export const OWN_NAMES = [
  "input",
  "input.",
  "input.a",
  "input.comment",
  "input.__proto__",
  "form",
  "plan",
  "back",
  "token",
  "key",
];

const name = () =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...KITSU_NAMES, ...OWN_NAMES) },
    { weight: 1, arbitrary: oddName() },
  );

const edit = (): fc.Arbitrary<Edit> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("set" as const), name: name(), value: oddValue() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("drop" as const), name: name() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("repeat" as const),
        name: name(),
        value: fc.oneof(
          fc.constantFrom("", "a"),
          oddText().map((text) => text.slice(0, 40)),
        ),
        times: fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min: 1, max: 20 }) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
        ),
      }),
    },
  );

/** Most calls are correct, so that the code behind the validation is reached as well. */
export const edits = (): fc.Arbitrary<Edit[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Edit[]>([]) },
    { weight: 1, arbitrary: fc.array(edit(), { minLength: 1, maxLength: 3 }) },
  );

export const corruption = (): fc.Arbitrary<Corruption | undefined> =>
  rarely(
    fc.record({
      kind: fc.constantFrom("cut" as const, "invalid" as const, "zero" as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );

export const applyEdits = (fields: readonly Field[], changes: readonly Edit[]): Field[] =>
  changes.reduce(applyEdit, [...fields]);

function applyEdit(fields: Field[], change: Edit): Field[] {
  const others = fields.filter(([known]) => known !== change.name);
  if (change.kind === "drop") return others;
  const { name, value } = change;
  const times = change.kind === "repeat" ? change.times : 1;
  return [...others, ...Array.from({ length: times }, (): Field => [name, value])];
}

const BOUNDARY = "----kitsu-actions-fuzz";

const TYPES: Record<Encoding, string | undefined> = {
  json: "application/json",
  urlencoded: "application/x-www-form-urlencoded",
  multipart: `multipart/form-data; boundary=${BOUNDARY}`,
  text: "text/plain;charset=UTF-8",
  none: undefined,
};

/** Content types that a body may declare; undefined is none. */
export const CONTENT_TYPES = [
  ...Object.values(TYPES),
  "application/json; charset=utf-16",
  'APPLICATION/JSON;charset="UTF-8"',
  "multipart/form-data",
  "multipart/form-data; boundary=",
  `multipart/form-data; boundary="${BOUNDARY}`,
  "text/html",
  "image/png",
  "application/x-www-form-urlencoded; charset=kx",
  ",;=",
];

export type Encoded = { bytes: Buffer | undefined; type: string | undefined };

export function encodeFields(fields: readonly Field[], encoding: Encoding, corrupted: Corruption | undefined): Encoded {
  if (encoding === "none") return { bytes: undefined, type: undefined };
  return { bytes: corruptBytes(Buffer.from(write(fields, encoding), "utf8"), corrupted), type: TYPES[encoding] };
}

function write(fields: readonly Field[], encoding: Exclude<Encoding, "none">): string {
  switch (encoding) {
    case "json":
      return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? "null"}`).join(",")}}`;
    case "multipart":
      return `${fields.map(([key, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${key.replace(/["\r\n]/g, "_")}"\r\n\r\n${toText(value)}\r\n`).join("")}--${BOUNDARY}--\r\n`;
    case "urlencoded":
    case "text":
      return new URLSearchParams(fields.map(([key, value]) => [key, toText(value)])).toString();
  }
}

/** The value in a form. Kitsu joins a list with commas. */
const toText = (value: unknown): string =>
  typeof value === "string"
    ? value
    : Array.isArray(value) && value.every((one) => typeof one === "string")
      ? value.join(",")
      : JSON.stringify(value);

export function corruptBytes(bytes: Buffer, corrupted: Corruption | undefined): Buffer {
  if (corrupted === undefined) return bytes;
  const at = Math.floor(corrupted.share * bytes.length);
  if (corrupted.kind === "cut") return bytes.subarray(0, at);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(corrupted.kind === "zero" ? [0] : [0xc3, 0x28, 0xff]),
    bytes.subarray(at),
  ]);
}
