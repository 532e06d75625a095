import type { IncomingMessage } from "node:http";

/** 5,000 task ids are 195 kB. */
const BODY_MAX_BYTES = 4 * 1024 * 1024;

export const readBody = async (request: IncomingMessage): Promise<string> =>
  (await readBytes(request)).toString("utf8");

export async function readBytes(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_MAX_BYTES) throw new Error(`The body of ${request.url} is larger than ${BODY_MAX_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
