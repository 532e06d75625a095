// Bodies that the worker refuses without reading them, behind a proxy that keeps its connections.
import { Agent, createServer, type IncomingMessage, request, type Server } from "node:http";
import { createConnection } from "node:net";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HttpServer } from "../../../scripts/cli/serve/server.ts";
import { SOCKETS } from "../../../scripts/cli/serve/sockets.ts";
import { TrustedProxies } from "../../../scripts/cli/serve/trusted-proxies.ts";
import { findFreePort } from "../../../scripts/listen.ts";
import { createTempDirectory } from "../../../scripts/temp-directory.ts";
import { BODY_MAX_BYTES } from "../../../worker/request/size-limits.ts";

const folder = createTempDirectory("bodies");
let log: (line: object) => void = () => {};
const service = new HttpServer({
  folder,
  proxies: TrustedProxies.parse("127.0.0.1"),
  write: (line) => log(line),
  isHealthPath: () => false,
  isHealthy: async () => true,
});
let port: number;

/** As workerd: it answers what it refuses at once, and ends the connection. */
const worker: Server = createServer((received, response) => {
  const { url, headers } = received;
  if (url === "/refused" || Number(headers["content-length"]) > BODY_MAX_BYTES) {
    response.writeHead(url === "/refused" ? 403 : 413).end(`${headers["content-length"]}`);
    response.once("finish", () => received.socket.destroy());
    return;
  }
  void buffer(received).then((body) => response.end(`${body.length} of ${headers["content-length"]}`));
});

beforeAll(async () => {
  port = await findFreePort();
  await new Promise<void>((resolve) => void worker.listen(join(folder, SOCKETS.worker), resolve));
  await service.listen("127.0.0.1", port);
});
afterAll(async () => {
  await service.stop(0);
  worker.closeAllConnections();
  worker.close();
});

type Sent = { path?: string; length: number; isChunked?: boolean };

const post = (agent: Agent, { path = "/", length, isChunked }: Sent) =>
  new Promise<string>((resolve, reject) => {
    const headers = isChunked ? { "transfer-encoding": "chunked" } : { "content-length": length };
    const sent = request({ port, host: "127.0.0.1", agent, method: "POST", path, headers });
    sent.once("response", (answer: IncomingMessage) => {
      text(answer).then((body) => resolve(`${answer.statusCode} ${body}`), reject);
    });
    sent.once("error", reject);
    sent.end(Buffer.alloc(length));
  });

it.each([
  ["that is too long", { length: BODY_MAX_BYTES + 1 }, `413 ${BODY_MAX_BYTES + 1}`],
  ["that is far too long", { length: 8 * BODY_MAX_BYTES }, `413 ${8 * BODY_MAX_BYTES}`],
  ["of unknown length", { length: BODY_MAX_BYTES + 9, isChunked: true }, `413 ${BODY_MAX_BYTES + 1}`],
  ["that nobody reads", { length: BODY_MAX_BYTES, path: "/refused" }, `403 ${BODY_MAX_BYTES}`],
])("a body %s gets the worker's answer, and the next call its own", async (_, sent, answer) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let count = 0; count < 8; count += 1) {
    expect(await post(agent, sent)).toBe(answer);
    expect(await post(agent, { length: 100 })).toBe("200 100 of 100");
  }
  agent.destroy();
});

it("a body of the largest size arrives whole, with its length", async () => {
  const agent = new Agent();
  const whole = `200 ${BODY_MAX_BYTES} of ${BODY_MAX_BYTES}`;
  expect(await post(agent, { length: BODY_MAX_BYTES })).toBe(whole);
  expect(await post(agent, { length: BODY_MAX_BYTES, isChunked: true })).toBe(whole);
});

it("a client that leaves in the middle of its body is no call", async () => {
  const calls: unknown[] = [];
  const collect = ({ url }: IncomingMessage) => calls.push(url);
  worker.on("request", collect);
  const logged = new Promise((resolve) => {
    log = resolve;
  });
  const socket = createConnection({ port, host: "127.0.0.1" });
  socket.write("POST /left HTTP/1.1\r\nHost: kitsu\r\nContent-Length: 100\r\n\r\nhalf", () => socket.resetAndDestroy());
  expect(await logged).toMatchObject({ path: "/left", cut: true });
  expect(await post(new Agent(), { path: "/next", length: 1 })).toBe("200 1 of 1");
  expect(calls).toEqual(["/next"]);
  worker.off("request", collect);
});
