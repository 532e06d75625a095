// The body of a request, whole before the worker gets any of it. A worker that refuses a request
// answers without reading the rest, and closes its connection. Whoever is still sending then loses
// the answer, or a proxy's connection stays in the middle of a request.
import type { IncomingMessage } from "node:http";
import { BODY_MAX_BYTES } from "../../../worker/request/size-limits.ts";

/** What the worker is told of a body that turned out to be too long. */
export const TOO_LONG = BODY_MAX_BYTES + 1;

/**
 * Returns undefined as soon as it is longer than the worker takes; the rest is read and dropped.
 * Throws if the client ends before.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = Number(request.headers["content-length"] ?? 0);
  if (length <= BODY_MAX_BYTES) length = 0;
  return new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_MAX_BYTES) chunks.push(chunk);
      else refuse();
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("close", () => reject(new Error("The client has ended the request.")));
    if (length > 0) refuse();

    function refuse(): void {
      chunks.length = 0;
      resolve(undefined);
    }
  });
}
