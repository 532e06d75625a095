// Turns a fixture into a request: as somebody, on some tasks, to some worker.
import * as v from "valibot";
import { Fixture, type Input, type InputValue } from "../contract.ts";
import { LANGUAGE_PARAMETER, TIME_ZONE_PARAMETER } from "../worker/format/reader.ts";
import { findCallField } from "../worker/request/call.ts";
import { RUN_PARAMETER } from "../worker/storage/run-links.ts";

type Field = Fixture["request"]["fields"][number];

/** Who sends the call instead, on which tasks, from which page. What is absent stays. */
export type Replacement = {
  person?: { id?: string | undefined; email?: string | undefined };
  tasks?: readonly { id: string }[];
  project?: string;
  path?: string;
  server?: string;
};

/** @param source names the fixture in an error */
export function parseFixture(value: unknown, source: string): Fixture {
  const parsed = v.safeParse(Fixture, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Error(`${source} is not a fixture of this version: ${v.getDotPath(issue) ?? ""} ${issue.message}`);
}

/** The call of somebody else, or on other tasks, which take the places of the recorded ones. */
export function replaceInCall(fixture: Fixture, replacement: Replacement): Fixture {
  const { request, tasks } = fixture;
  const names = new Map(tasks.map(({ id }, at) => [id, replacement.tasks?.[at]?.id ?? id]));
  for (const [name, value] of [...request.fields, ...request.query]) {
    const field = findCallField(name);
    const other =
      field === "person" ? replacement.person?.id : field === "email" ? replacement.person?.email : undefined;
    if (typeof value === "string" && value !== "" && other !== undefined) names.set(value, other);
  }
  const replace = (value: Field[1]): Field[1] =>
    typeof value === "string"
      ? (names.get(value) ?? value)
      : Array.isArray(value)
        ? value.map((one) => names.get(one) ?? one)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toInputValue(replace(one))]))
          : value;
  const replaceField = ([name, value]: Field): Field => [
    name,
    replaceMember(name, value, replacement) ?? replace(value),
  ];
  const ids = replacement.tasks?.map(({ id }) => ({ id }));
  return {
    ...fixture,
    tasks: ids ?? tasks,
    request: {
      ...request,
      query: request.query.map(([name, value]) => [name, String(replaceField([name, value])[1])]),
      fields: request.fields.map(replaceField),
    },
  };
}

function replaceMember(
  name: string,
  value: Field[1],
  { person, tasks, project, path, server }: Replacement,
): Field[1] | undefined {
  switch (findCallField(name)) {
    case "selection": {
      const ids = tasks?.map(({ id }) => id);
      return Array.isArray(value) ? ids : ids?.join(",");
    }
    case "person":
      return person?.id;
    case "email":
      return person?.email;
    case "project":
      // Old versions of Kitsu send none on some pages.
      return value === "" || value === null ? undefined : project;
    case "path":
      return path;
    case "server":
      return server;
    default:
      return undefined;
  }
}

export const toInputValue = (value: Field[1]): InputValue => (value === null || isInput(value) ? "" : value);
export const isInput = (value: Field[1]): value is Input =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What our own form or dialog sends with the call. */
export type FormAnswer = { form?: string | undefined; plan?: string | undefined; input?: Input | undefined };

/**
 * - `base`: the worker's address
 * - `origin`: the page that seems to send it
 * - `isDry`: only asks what the action would do
 * - `run`: the run's id, the same for a call and the answers to its questions
 */
type Sending = { base: string; origin: string; isDry?: boolean; run?: string; answer?: FormAnswer };

/** The request, which asks for JSON in English whatever the dialect of its fields is. */
export function makeRequest({ action, request }: Fixture, sending: Sending): { url: string; init: RequestInit } {
  const { base, origin, isDry = false, run, answer = {} } = sending;
  const { method, query, headers, fields } = request;
  const all = new URLSearchParams([...query, ...(run === undefined ? [] : [[RUN_PARAMETER, run]])]);
  all.set(LANGUAGE_PARAMETER, "en");
  all.set(TIME_ZONE_PARAMETER, "UTC");
  const url = `${base}/actions/${encodeURIComponent(action)}${isDry ? "/dry" : ""}?${all}`;
  const { "content-type": type = "application/x-www-form-urlencoded", ...others } = headers;
  const sent = { ...pick(others, ["user-agent", "sec-ch-ua-platform"]), accept: "application/json", origin };
  const isLink = method === "GET" && !isDry && fields.length === 0 && Object.keys(answer).length === 0;
  if (isLink) return { url, init: { headers: sent } };
  const answers = Object.entries(answer).flatMap(([name, value]): Field[] =>
    value === undefined ? [] : [[name, value]],
  );
  const replaced = new Set(answers.map(([name]) => name));
  const body = [...fields.filter(([name]) => !replaced.has(name.split(".")[0] ?? "")), ...answers];
  const post = (content: string, contentType: string) => ({
    url,
    init: { method: "POST", headers: { ...sent, "content-type": contentType }, body: content },
  });
  // A form's parts arrive as the same fields, however they are encoded.
  if (!/json/i.test(type))
    return post(new URLSearchParams(body.flatMap(toTexts)).toString(), "application/x-www-form-urlencoded");
  return post(JSON.stringify(Object.fromEntries(body)), type);
}

const pick = (headers: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));

function toTexts([name, value]: Field): [string, string][] {
  if (isInput(value)) return Object.entries(value).flatMap(([field, one]) => toTexts([`${name}.${field}`, one]));
  // The empty value before a list and a box: browsers omit what is not checked.
  if (Array.isArray(value)) return ["", ...value].map((one) => [name, one]);
  if (typeof value === "boolean") return ["", ...(value ? ["on"] : [])].map((one) => [name, one]);
  return [[name, String(value ?? "")]];
}
