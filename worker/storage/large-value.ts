// Stores JSON of any size in a Durable Object, whose values are limited to 2 MB, by splitting it
// into parts. A value that is larger than any run needs is refused before anything is stored.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";

const PART_BYTES = 1_000_000;
/** All parts are written in one `put`, which takes 128 keys. */
export const VALUE_MAX_BYTES = 24 * PART_BYTES;

const Head = v.object({ parts: v.number(), bytes: v.number() });

/** The entries for `storage.put`, so that several values can be written together, all or none. */
export function toParts(key: string, value: unknown): Record<string, unknown> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  if (bytes.byteLength > VALUE_MAX_BYTES) {
    const [size, limit] = [Math.ceil(bytes.byteLength / 1_000_000), VALUE_MAX_BYTES / 1_000_000];
    throw new Failure("too-much-to-keep", {
      text: message("storage.tooLarge", { size, limit }),
      advice: message("storage.fewerTasks"),
    });
  }
  const parts = Math.max(1, Math.ceil(bytes.byteLength / PART_BYTES));
  const entries = Array.from({ length: parts }, (_, index): [string, unknown] => [
    `${key}/${index}`,
    bytes.slice(index * PART_BYTES, (index + 1) * PART_BYTES),
  ]);
  return { [key]: { parts, bytes: bytes.byteLength }, ...Object.fromEntries(entries) };
}

/** The value; undefined if it is missing or incomplete. */
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
    // The last part may still hold the end of an earlier, longer value.
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
