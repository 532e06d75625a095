// One request on the wire. By Node's own client, for a browser's would not let us say which page we are, nor lie about what we send.
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

export type Sent = {
  method: string;
  /** path and query, as they go out */
  path: string;
  headers: Record<string, string>;
  body?: Buffer | undefined;
  /** its length is not announced */
  isChunked?: boolean | undefined;
};

export type Received = { status: number; headers: IncomingHttpHeaders; body: string };

/** With servers that answer at once nothing takes as long as this, however busy the machine: it is a hang. */
const ANSWER_MAX_MS = 60_000;

const agent = new Agent({ keepAlive: true });

export function send(port: number, sent: Sent): Promise<Received> {
  const { method, path, headers, body, isChunked = false } = sent;
  return new Promise((resolve, reject) => {
    // Said for each method, for Node would send the body of a DELETE without either.
    const length = isChunked ? { "transfer-encoding": "chunked" } : { "content-length": String(body?.length ?? 0) };
    const options = {
      agent,
      host: "127.0.0.1",
      port,
      method,
      path: toLine(path),
      headers: { ...toHeaders(headers), ...(body !== undefined && length) },
    };
    const asked = request(options);
    asked.setTimeout(ANSWER_MAX_MS, () =>
      asked.destroy(new Error(`There was no answer within ${ANSWER_MAX_MS / 1_000} seconds`)),
    );
    asked.on("error", (cause) => {
      if (isHungUp(cause) && (body?.length ?? 0) > UNREAD_MIN_BYTES) resolve({ status: UNREAD, headers: {}, body: "" });
      // The other side may close a connection at the moment it is used again.
      else if (asked.reusedSocket && isHungUp(cause)) send(port, sent).then(resolve, reject);
      else reject(cause);
    });
    asked.on("response", (response) => read(response).then(resolve, reject));
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
    });
    asked.end(body);
  });
}

const isHungUp = (cause: Error) => /EPIPE|ECONNRESET|socket hang up/.test(cause.message);

/** No status: the worker answered before it had read the body, and hung up while that was still being sent. Cloudflare reads it to its end. */
export const UNREAD = 0;
/** workerd itself reads on so far. */
const UNREAD_MIN_BYTES = 60_000;

async function read(response: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") };
}

/** What no client can send goes out as an escape. workerd takes no more than 8 kB of a request's head. */
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
