// One HTTP request, by Node's client: fetch would not allow a foreign origin or a wrong content
// length.
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export type Sent = {
  method: string;
  /** path and query, as they are sent */
  path: string;
  headers: Record<string, string>;
  body?: Buffer | undefined;
  /** without a content length */
  isChunked?: boolean | undefined;
};

export type Received = { status: number; headers: IncomingHttpHeaders; body: string };

/**
 * The servers answer at once, so a request that takes longer hangs, however busy the machine is.
 */
const ANSWER_MAX_MS = 60_000;

const agent = new Agent({ keepAlive: true });

export function send(port: number, sent: Sent): Promise<Received> {
  const { method, path, headers, body, isChunked = false } = sent;
  return new Promise((resolve, reject) => {
    // Set for every method: Node would send the body of a DELETE without either header.
    const length = isChunked ? { "transfer-encoding": "chunked" } : { "content-length": String(body?.length ?? 0) };
    const options = {
      agent,
      host: "127.0.0.1",
      port,
      method,
      path: toLine(path),
      headers: { ...toHeaders(headers), ...(body !== undefined && length) },
    };
    const outgoing = request(options);
    outgoing.setTimeout(ANSWER_MAX_MS, () =>
      outgoing.destroy(new Error(`No answer within ${ANSWER_MAX_MS / 1_000} seconds`)),
    );
    outgoing.on("error", (cause) => {
      if (isHungUp(cause) && (body?.length ?? 0) > UNREAD_MIN_BYTES) resolve({ status: UNREAD, headers: {}, body: "" });
      // The server may close a connection at the moment it is reused.
      else if (outgoing.reusedSocket && isHungUp(cause)) send(port, sent).then(resolve, reject);
      else reject(cause);
    });
    outgoing.on("response", (response) => read(response).then(resolve, reject));
    outgoing.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
    });
    outgoing.end(body);
  });
}

const isHungUp = (cause: Error) => /EPIPE|ECONNRESET|socket hang up/.test(cause.message);

/**
 * Instead of a status: workerd answered early and closed the connection while the body was still
 * being sent. Cloudflare reads the whole body.
 */
export const UNREAD = 0;
/** workerd reads bodies up to this size even if the worker does not. */
const UNREAD_MIN_BYTES = 60_000;

async function read(response: IncomingMessage): Promise<Received> {
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/**
 * What no client can send goes out as an escape. workerd takes no more than 8 kB of a request's
 * head.
 */
export const toLine = (path: string) =>
  `/${path.replace(/^\//, "").replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, (one) => encodeURIComponent(one.toWellFormed()))}`.slice(
    0,
    LINE_MAX,
  );
const LINE_MAX = 4_000;

const toHeaders = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\x20-\x7e]/g, "?")]));

/** As a person would write it down, to send it again. */
export function describeSent({ method, path, headers, body, isChunked }: Sent): string {
  const lines = [`${method} ${toLine(path)}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  if (body === undefined) return lines.join("\n");
  const text = body.toString("latin1");
  const size = `${body.length.toLocaleString("en")} bytes${isChunked ? ", in chunks" : ""}`;
  return [...lines, "", text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}… (${size})` : text].join("\n");
}

const SHOWN_MAX = 2_000;
