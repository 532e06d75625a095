import { createServer, type Server } from "node:net";

/** Listens on this machine, on any free port if none is named. Returns the port. */
export function listen(server: Server, { port = 0, host = "127.0.0.1" } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("The server listens on no port."));
    });
  });
}

/** A port that nothing listens on. Throws the system's error if there is none. */
export async function findFreePort(options: { port?: number; host?: string } = {}): Promise<number> {
  const server = createServer();
  const port = await listen(server, options);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
