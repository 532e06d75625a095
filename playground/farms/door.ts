/** A farm's port, which can be closed and opened again. Closing it ends open connections. */
import { createServer, type Server, type Socket } from "node:net";

export type Door = {
  readonly port: number;
  readonly isOpen: boolean;
  open(): Promise<void>;
  shut(): Promise<void>;
};

/** @param port 0 takes any free port, and keeps it when it opens again */
export async function openDoor(port: number, onSocket: (socket: Socket) => void): Promise<Door> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let currentPort = port;
  // One change after the other: a farm may be closed while it is being opened.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    last = last.then(change, change);
    return last;
  };
  const door: Door = {
    get port() {
      return currentPort;
    },
    get isOpen() {
      return server !== undefined;
    },
    open: () =>
      inTurn(async () => {
        if (server) return;
        const opened = createServer((socket) => {
          sockets.add(socket);
          socket.once("close", () => sockets.delete(socket));
          // A client that hangs up is not an error.
          socket.on("error", () => socket.destroy());
          onSocket(socket);
        });
        currentPort = await listen(opened, currentPort);
        server = opened;
      }),
    shut: () =>
      inTurn(async () => {
        const closing = server;
        server = undefined;
        for (const socket of sockets) socket.destroy();
        if (closing) await new Promise((resolve) => closing.close(resolve));
      }),
  };
  await door.open();
  return door;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}
