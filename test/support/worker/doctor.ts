// A set-up without a fault, and the doctor's findings about one with some.
import * as v from "valibot";
import { vi } from "vitest";
import { customActionRow } from "../../../playground/zou/custom-action-rows.ts";
import { Diagnosis, type GroupedFinding } from "../../../worker/doctor/finding.ts";
import { ask, EDGE, KITSU, READER } from "./worker.ts";
import { addProject, BOT_TOKEN, type FakeZou, openFakeZou } from "./zou.ts";

/** As the runtime's bindings, it is no plain object. */
class Limit {
  limit = async () => ({ success: true });
}

export const HEALTHY = {
  KITSU_TOKEN: BOT_TOKEN,
  CALLS_BY_PERSON: new Limit(),
  CALLS_BY_ADDRESS: new Limit(),
  READS_BY_ADDRESS: new Limit(),
  SIGN_INS_BY_ADDRESS: new Limit(),
};

export const htmlPage = (headers: Record<string, string> = {}, head = "") =>
  new Response(`<!doctype html><html><head>${head}<title>Kitsu</title></head><body></body></html>`, {
    headers: { "content-type": "text/html; charset=utf-8", ...headers },
  });

type Give = (request: Request) => Response | Error;

export type Surroundings = {
  zou: FakeZou;
  /** Answers addresses that begin so, before Kitsu does. An error: nothing answers there. */
  answer(address: string, give: Give): void;
  /** everything that was asked */
  asked: Request[];
};

/** Kitsu with its page, a project, and custom actions for all that is offered. */
export function openSurroundings(): Surroundings {
  const zou = openFakeZou();
  addProject(zou, 1, 1);
  for (const [at, id] of ["debug", "statistics", "playlist", "comment"].entries())
    addCustomAction(zou, at, { name: id, url: `${EDGE}/actions/${id}?` });
  // "|" is the end of an address.
  const servers: [address: string, give: Give][] = [[`${KITSU}/|`, () => htmlPage()]];
  const asked: Request[] = [];
  const spy = vi.spyOn(globalThis, "fetch");
  const others = spy.getMockImplementation();
  spy.mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    const [, give] = servers.find(([address]) => `${request.url}|`.startsWith(address)) ?? [];
    const answered = give?.(request);
    if (answered instanceof Error) throw answered;
    return answered ?? others?.(input, init) ?? Response.error();
  });
  return { zou, asked, answer: (address, give) => servers.unshift([address, give]) };
}

export function addCustomAction(
  zou: FakeZou,
  at: number,
  action: { name: string; url: string; is_ajax?: boolean; entity_type?: string },
): void {
  const dates = { created_at: "2026-11-01T00:00:00", updated_at: "2026-11-01T00:00:00" };
  const id = `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
  zou.customActions.set(id, customActionRow({ entity_type: "all", is_ajax: false, ...action, id }, dates));
}

/** What the doctor finds. Fails if it does not answer. */
export async function diagnose(
  variables: Record<string, unknown> = {},
  { path = "/doctor.json", headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<GroupedFinding[]> {
  const response = await ask(path, { headers: { ...READER, ...headers } }, { ...HEALTHY, ...variables });
  return v.parse(Diagnosis, await response.json()).findings;
}

export const isFault = ({ level }: GroupedFinding) => level === "broken" || level === "risky";
