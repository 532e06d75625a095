/** A proxy at the worker's address. Without a fault it passes everything on, even WebSockets. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { type Addresses, passOrBreak } from "./break-call.ts";
import type { Faults } from "./faults.ts";

export type Proxy = { close(): Promise<void> };

/** @param port the port that clients expect the worker at */
export async function openProxy(
  port: number,
  addresses: Addresses,
  faults: Faults,
  log?: (line: string) => void,
): Promise<Proxy> {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  const open = async () => {
    const opened = createServer((request, response) => {
      passOrBreak(faults.now, addresses, request, response).catch((error: unknown) => {
        if (!response.destroyed)
          log?.(`playground: ${request.method} ${request.url} could not be passed on: ${String(error)}`);
        response.destroy();
      });
    });
    opened.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    opened.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) =>
      passSocket(addresses.worker, request, socket, head),
    );
    await new Promise<void>((resolve, reject) => {
      opened.once("error", reject);
      opened.listen(port, "127.0.0.1", resolve);
    });
    server = opened;
  };
  const shut = async () => {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  };
  await open();
  faults.watch(async ({ worker }) => {
    if (worker === "refused") await shut();
    else if (!server) await open();
  });
  return { close: shut };
}

/** Connects the two sockets. The request is passed on unchanged, including its Host header. */
function passSocket(worker: string, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { hostname, port } = new URL(worker);
  const passed = connect(Number(port), hostname, () => {
    const headers = request.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []));
    passed.write([`${request.method} ${request.url} HTTP/1.1`, ...headers, "", ""].join("\r\n"));
    passed.write(head);
    passed.pipe(socket).pipe(passed);
  });
  for (const [one, other] of [
    [passed, socket],
    [socket, passed],
  ] as const) {
    one.on("error", () => one.destroy());
    one.once("close", () => other.destroy());
  }
}
