// Planted faults: the doctor names each, how bad it is, and where to fix it.
import { expect, it } from "vitest";
import type { Level } from "../../../worker/doctor/finding.ts";
import { addCustomAction, diagnose, htmlPage, openSurroundings, type Surroundings } from "./doctor.ts";
import { KITSU } from "./worker.ts";

/** The settings, the surroundings and the request that make it, and the finding that names it. */
export type Fault = {
  is: string;
  settings?: Record<string, unknown>;
  outside?: (surroundings: Surroundings) => void;
  request?: { path?: string; headers?: Record<string, string> };
  id: string;
  level: Level;
  says: RegExp;
  /** any, if absent */
  fix?: RegExp;
};

/** A test for each fault. */
export function itNames(faults: readonly Fault[]): void {
  it.each(faults)("names $is", async ({ settings, outside, request, id, level, says, fix = /(?:)/ }) => {
    const surroundings = openSurroundings();
    outside?.(surroundings);
    const findings = await diagnose(settings, request);
    const found = findings.filter((one) => one.id === id && says.test(one.text));
    expect(found.map((one) => ({ level: one.level, isFixRight: fix.test(one.fix ?? "") }))).toContainEqual({
      level,
      isFixRight: true,
    });
  });
}

export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const TARGET = "https://pipeline.studio.tld/kitsu";
export const AT_CLOUDFLARE = { headers: { "cf-ray": "8f0" } };

/** The settings of a deployment with one target. */
export const publish = (url = TARGET, rest = {}) => ({
  FORWARD_TARGETS: { publish: { url, ...rest } },
  FORWARD_SECRET: SECRET,
});

export const addAction =
  (action: { name: string; url: string; is_ajax?: boolean }) =>
  ({ zou }: Surroundings) =>
    addCustomAction(zou, 100, action);

/** Kitsu's page has these headers and these elements in its head. */
export const onPage =
  (headers: Record<string, string>, head = "") =>
  ({ answer }: Surroundings) =>
    answer(`${KITSU}/|`, () => htmlPage(headers, head));

/** This is what answers at an address. */
export const at =
  (address: string, give: (request: Request) => Response | Error) =>
  ({ answer }: Surroundings) =>
    answer(address, give);

export const dead = () => new Error("Network connection lost.");
export const redirect = (to: string) => () => new Response(null, { status: 301, headers: { location: to } });
export const refuse =
  (status: number, words: object = {}, headers: Record<string, string> = {}) =>
  () =>
    Response.json(words, { status, headers });
export const lead = (location: string) => () => new Response(null, { status: 302, headers: { location } });

const makeFault =
  (level: Level) =>
  (is: string, id: string, says: RegExp, rest: Partial<Fault>): Fault => ({ is, id, level, says, ...rest });
export const [broken, risky, worth] = [makeFault("broken"), makeFault("risky"), makeFault("worth-knowing")];
