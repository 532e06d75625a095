/** One request to Zou, once it is known who asks. */
import * as v from "valibot";
import { badBody } from "./answer.ts";
import type { Caller } from "./caller.ts";
import type { State } from "./state.ts";

export type ZouRequest = {
  state: State;
  caller: Caller;
  /** what the path names, in its order */
  ids: readonly string[];
  query: URLSearchParams;
  body: string;
  /** what a form brought under the name "file" */
  file: Upload | undefined;
  userAgent: string;
  /** the header of that name */
  range: string;
};

export type Upload = { name: string; bytes: Buffer<ArrayBuffer> };

const Body = v.record(v.string(), v.unknown());

/** @throws a Refusal when it is no JSON object */
export function readObject(body: string): Record<string, unknown> {
  try {
    return v.parse(Body, JSON.parse(body));
  } catch {
    throw badBody();
  }
}

/** The file of a form. A form that can't be read has none, and without a name it is none. */
export async function readUpload(type: string, bytes: Buffer<ArrayBuffer>): Promise<Upload | undefined> {
  if (!type.startsWith("multipart/form-data")) return undefined;
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData().catch(() => undefined);
  const file = form?.get("file");
  if (!(file instanceof File) || file.name === "") return undefined;
  return { name: file.name, bytes: Buffer.from(await file.arrayBuffer()) };
}
