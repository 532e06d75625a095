// A session of the worker's log, as a browser has one: a bearer token would be limited to a few
// requests a minute, because each could be a guess.
import { accessHeaders } from "../access-headers.ts";
import { CliError } from "../cli-error.ts";
import { describeRefusal } from "../describe-refusal.ts";

const TIMEOUT_MS = 120_000;
/** How often the worker may say "too many requests" to one request. */
const WAITS_MAX = 5;

export class LogSession {
  readonly #worker: string;
  readonly #cookie: string;

  private constructor(worker: string, cookie: string) {
    this.#worker = worker;
    this.#cookie = cookie;
  }

  /** @param worker its address, without the last "/" */
  static async open(worker: string, token: string): Promise<LogSession> {
    const session = new LogSession(worker, "");
    const response = await session.#fetch(`${worker}/runs/sign-in`, new URLSearchParams({ token }));
    const [cookie] = response.headers.getSetCookie();
    if (response.status === 303 && cookie !== undefined) return new LogSession(worker, cookie.split(";")[0] ?? "");
    throw await refused(response, worker);
  }

  /** @returns undefined if the log needs a token: only that of `npm start` does not. */
  static async openWithoutToken(worker: string): Promise<LogSession | undefined> {
    const session = new LogSession(worker, "");
    const response = await session.#fetch(`${worker}/runs.json?limit=1`, undefined);
    await response.body?.cancel();
    return response.ok ? session : undefined;
  }

  /** @returns the JSON of the answer. Throws if it is a failure. */
  async read(address: string, fields?: URLSearchParams): Promise<unknown> {
    for (let waits = 0; ; waits += 1) {
      const response = await this.#fetch(new URL(address, `${this.#worker}/`).href, fields);
      if (response.ok) return response.json();
      if (response.status !== 429 || waits === WAITS_MAX) throw await refused(response, this.#worker);
      await new Promise((resolve) => setTimeout(resolve, Number(response.headers.get("retry-after") ?? 60) * 1_000));
    }
  }

  #fetch(address: string, fields: URLSearchParams | undefined): Promise<Response> {
    return fetch(address, {
      method: fields === undefined ? "GET" : "POST",
      ...(fields !== undefined && { body: fields }),
      headers: {
        ...{ accept: "application/json", origin: new URL(this.#worker).origin, cookie: this.#cookie },
        ...accessHeaders(process.env),
      },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new CliError(`The worker at ${this.#worker} can't be reached. Is the address right?`, { cause });
    });
  }
}

async function refused(response: Response, worker: string): Promise<CliError> {
  const json: unknown = await response.json().catch(() => undefined);
  return new CliError(`${worker} refused (status ${response.status}): ${describeRefusal(worker, response, json)}`);
}
