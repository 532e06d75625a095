// The ports of npm start: those that the environment names, and free ones for what only we connect to.
import { createServer } from "node:net";
import { Trouble } from "./trouble.ts";

/** The port that a variable names, once it is known that nobody listens on it. */
export async function readPort(variable: string, otherwise: number): Promise<number> {
  const text = process.env[variable] || String(otherwise);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Trouble(`${variable} must be a port, 1 to 65535: it is "${text}".`);
  // "localhost" is either, and a browser may try the second one first.
  for (const host of ["127.0.0.1", "::1"]) {
    const { problem } = await listen(port, host);
    const advice = `Choose another one: ${variable}=${port + 10} npm start`;
    if (problem === "EADDRINUSE") throw new Trouble(`Port ${port} is taken. Is npm start running already? ${advice}`);
    if (problem === "EACCES") throw new Trouble(`This account may not listen on port ${port}. ${advice}`);
  }
  return port;
}

export async function findFreePort(taken: readonly number[]): Promise<number> {
  const { port, problem } = await listen(0, "127.0.0.1");
  if (port === undefined) throw new Trouble(`This computer gives no port: ${problem}.`);
  return taken.includes(port) ? findFreePort(taken) : port;
}

/** The port that can be listened on, any free one for 0; or the code of what is against it. */
async function listen(wanted: number, host: string): Promise<{ port?: number; problem?: string }> {
  const server = createServer();
  const problem = await new Promise<string | undefined>((resolve) => {
    server.once("error", ({ code = "an error without a code" }: NodeJS.ErrnoException) => resolve(code));
    server.listen(wanted, host, () => resolve(undefined));
  });
  if (problem !== undefined) return { problem };
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? { port: address.port } : {};
}
