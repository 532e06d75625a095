// Faults in the surroundings of the worker, and that the doctor names each.
import { expect, it } from "vitest";
import type { Level } from "../../../worker/doctor/finding.ts";
import { diagnose, htmlPage, openSurroundings, type Surroundings } from "./doctor.ts";
import { KITSU } from "./worker.ts";

export type Fault = {
  is: string;
  settings?: Record<string, unknown>;
  outside?: (surroundings: Surroundings) => void;
  request?: { path?: string; headers?: Record<string, string> };
  id: string;
  level: Level;
  says: RegExp;
  fix?: RegExp;
};

export const at =
  (address: string, give: (request: Request) => Response | Error) =>
  ({ answer }: Surroundings) =>
    answer(address, give);
export const onPage = (headers: Record<string, string>, head = "") => at(`${KITSU}/|`, () => htmlPage(headers, head));
export const refuse =
  (status: number, words: object = {}, headers: Record<string, string> = {}) =>
  () =>
    Response.json(words, { status, headers });
export const lead = (location: string) => () => new Response(null, { status: 302, headers: { location } });

export const broken = (is: string, id: string, says: RegExp, rest: Partial<Fault>): Fault => ({
  is,
  id,
  level: "broken",
  says,
  ...rest,
});
export const risky = (is: string, id: string, says: RegExp, rest: Partial<Fault>): Fault => ({
  is,
  id,
  level: "risky",
  says,
  ...rest,
});
export const worth = (is: string, id: string, says: RegExp, rest: Partial<Fault>): Fault => ({
  is,
  id,
  level: "worth-knowing",
  says,
  ...rest,
});

export const testFaults = (faults: readonly Fault[]): void =>
  it.each(faults)("names $is", async ({ settings, outside, request, id, level, says, fix = /.*/ }) => {
    const surroundings = openSurroundings();
    outside?.(surroundings);
    const findings = await diagnose(settings, request);
    const found = findings.filter((one) => one.id === id && says.test(one.text));
    expect(found.map((one) => ({ level: one.level, isMendable: fix.test(one.fix ?? "") }))).toContainEqual({
      level,
      isMendable: true,
    });
  });
