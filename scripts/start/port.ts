// The ports of npm start: those that the environment names, and free ones for servers that only we
// connect to.
import { CliError } from "../cli-error.ts";
import { findFreePort } from "../listen.ts";

/** Reads a port from an environment variable, and checks that nothing listens on it. */
export async function readPort(variable: string, defaultPort: number): Promise<number> {
  const text = process.env[variable] || String(defaultPort);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new CliError(`${variable} must be a port from 1 to 65535, not "${text}".`);
  // "localhost" can be either address, and a browser may try the second one first.
  for (const host of ["127.0.0.1", "::1"]) {
    const problem = await findProblem(port, host);
    const advice = `Choose another port: ${variable}=${port + 10} npm start`;
    if (problem === "EADDRINUSE") throw new CliError(`Port ${port} is in use. Is npm start already running? ${advice}`);
    if (problem === "EACCES") throw new CliError(`This account may not listen on port ${port}. ${advice}`);
  }
  return port;
}

export async function pickFreePort(taken: readonly number[]): Promise<number> {
  const port = await findFreePort().catch((cause: unknown) => {
    throw new CliError(`This computer has no free port: ${readCode(cause)}.`, { cause });
  });
  return taken.includes(port) ? pickFreePort(taken) : port;
}

/** The code of the error that keeps us from listening there, if any. */
const findProblem = (port: number, host: string): Promise<string | undefined> =>
  findFreePort({ port, host }).then(() => undefined, readCode);

const readCode = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "an error without a code";
