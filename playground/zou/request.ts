/** One request to Zou, once it is clear who sent it. */
import * as v from "valibot";
import { badBody } from "./answer.ts";
import type { Caller, State } from "./state.ts";

export type ZouRequest = {
  state: State;
  caller: Caller;
  /** what the path names, in its order */
  ids: readonly string[];
  query: URLSearchParams;
  body: string;
  /** the file that a form has under the name "file" */
  file: Upload | undefined;
  userAgent: string;
  /** the header of that name */
  range: string;
};

export type Upload = { name: string; bytes: Uint8Array };

const Body = v.record(v.string(), v.unknown());

/** @throws a Refusal unless the body is a JSON object */
export function readObject(body: string): Record<string, unknown> {
  try {
    return v.parse(Body, JSON.parse(body));
  } catch {
    throw badBody();
  }
}

/** undefined if the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The file of a form. A file without a name doesn't count. */
export async function readUpload(form: FormData | undefined): Promise<Upload | undefined> {
  const file = form?.get("file");
  if (!(file instanceof File) || file.name === "") return undefined;
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}
