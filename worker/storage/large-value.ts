// Values of any size in the storage of a Durable Object, which takes 2 MB in one: as JSON, in parts. What is larger than a run can ever be is refused
// before anything of it is stored.
import * as v from "valibot";
import { Failure } from "../failure.ts";

const PART_BYTES = 1_000_000;
/** Parts are written together, and 128 keys at most can be. */
export const VALUE_MAX_BYTES = 24 * PART_BYTES;

const Head = v.object({ parts: v.number(), bytes: v.number() });

/** The entries for `storage.put`, so that several values can be written together, all or none. */
export function toParts(key: string, value: unknown): Record<string, unknown> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  if (bytes.byteLength > VALUE_MAX_BYTES) {
    throw new Failure("too-much-to-keep", {
      text: `This run would take ${Math.ceil(bytes.byteLength / 1_000_000)} MB of storage, and at most ${VALUE_MAX_BYTES / 1_000_000} MB can be kept.`,
      advice: "Run the action on fewer tasks.",
    });
  }
  const parts = Math.max(1, Math.ceil(bytes.byteLength / PART_BYTES));
  const entries = Array.from({ length: parts }, (_, index): [string, unknown] => [
    `${key}/${index}`,
    bytes.slice(index * PART_BYTES, (index + 1) * PART_BYTES),
  ]);
  return { [key]: { parts, bytes: bytes.byteLength }, ...Object.fromEntries(entries) };
}

/** The value; undefined where there is none, or not all of it. */
export async function readParts(storage: DurableObjectStorage, key: string): Promise<unknown> {
  const head = v.safeParse(Head, await storage.get(key));
  if (!head.success) return undefined;
  const { parts, bytes } = head.output;
  const keys = Array.from({ length: parts }, (_, index) => `${key}/${index}`);
  const found = await storage.get<Uint8Array>(keys);
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const name of keys) {
    const part = found.get(name);
    if (part === undefined) return undefined;
    // A part of an earlier, longer value may lie behind the last.
    whole.set(part.subarray(0, bytes - at), at);
    at += part.byteLength;
  }
  return JSON.parse(new TextDecoder().decode(whole));
}

export async function deleteParts(storage: DurableObjectStorage, key: string): Promise<void> {
  const head = v.safeParse(Head, await storage.get(key));
  const parts = head.success ? head.output.parts : 0;
  await storage.delete([key, ...Array.from({ length: parts }, (_, index) => `${key}/${index}`)]);
}
