// Gets a fixture: from a file, from the run's page of a worker, or one of those in this package.
import { readFile } from "node:fs/promises";
import type { Fixture } from "../../../contract.ts";
import { parseFixture } from "../../../testing/fixture-call.ts";
import { KITSU_CALLS } from "../../../testing/kitsu-calls.ts";
import { accessHeaders } from "../../access-headers.ts";
import { CliError } from "../../cli-error.ts";
import { describeRefusal } from "../../describe-refusal.ts";
import { readLogToken } from "../log-token.ts";
import { readAnswer, request } from "./request.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** @param source the address of a run's page, a file, or a name such as "0.9.41-ajax" */
export async function readFixture(source: string, env: Environment): Promise<Fixture> {
  const known = KITSU_CALLS.get(source);
  if (known !== undefined) return known;
  if (!/^https?:\/\//i.test(source)) return readFixtureFile(source);
  const url = new URL(source);
  if (!/\/runs\/[0-9a-f]{32}(\/fixture\.json)?$/.test(url.pathname))
    throw new CliError(`${source} is not the address of a run. Copy it from the run's page.`);
  if (!url.pathname.endsWith("/fixture.json")) url.pathname += "/fixture.json";
  // The key of a long run would give more rights than reading needs.
  url.searchParams.delete("key");
  const token = readLogToken(env);
  const authorization = token !== undefined && { authorization: `Bearer ${token}` };
  const headers = { accept: "application/json", ...authorization, ...accessHeaders(env) };
  const response = await request(url.href, { headers });
  const { json } = await readAnswer(response);
  if (response.ok && json !== undefined) return parse(json, source);
  const worker = url.href.replace(/\/runs\/[^/]+\/fixture\.json.*/s, "");
  const advice = response.status === 401 && token === undefined ? ` ${NO_TOKEN}` : "";
  throw new CliError(`${worker} does not give the fixture: ${describeRefusal(worker, response, json)}${advice}`);
}

const NO_TOKEN = "Set LOG_TOKEN, or LOG_TOKEN_FILE to a file with it, to the token of that worker's log.";

async function readFixtureFile(path: string): Promise<Fixture> {
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not JSON.`, { cause });
  }
  return parse(value, path);
}

const readText = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`${path} can't be read: ${cause instanceof Error ? cause.message : cause}.`, { cause });
  });

function parse(value: unknown, source: string): Fixture {
  try {
    return parseFixture(value, source);
  } catch (cause) {
    throw new CliError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
