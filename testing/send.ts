// Sends requests to the worker as Kitsu's page does.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import type { Input, InputValue } from "../contract.ts";
import type { KitsuActionsWorker } from "../worker/index.ts";
import type { Env } from "../worker/settings/settings.ts";
import { sessionOf } from "./fake-zou.ts";
import { findOpenKitsu, KITSU_URL } from "./kitsu.ts";

/** Where the worker is, in tests, unless the person's session comes with the call. */
export const WORKER_URL = "https://actions.studio.example";

/** Who sends what to which worker. It stays the same for all steps of a call. */
export type Sender = {
  worker: KitsuActionsWorker;
  environment: Env;
  person: { id: string; email: string };
  tasks: readonly { id: string }[];
  mode: "ajax" | "form";
  trust: "session" | "claimed";
};

/** What a form or dialog of ours sends beside Kitsu's own fields. */
export type Answers = { input: Input; form: string | undefined; plan: string | undefined };

/** Sends a request, and waits also for the work that continues after the response. */
export async function send(sender: Sender, url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (sender.trust === "session") {
    headers.set("cookie", `access_token_cookie=${sessionOf(sender.person)}`);
    headers.set("sec-fetch-site", "same-origin");
  }
  const ctx = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(new Request(url, { ...init, headers }).clone());
  const response = await sender.worker.fetch(request, sender.environment, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

/** Sends the fields of the call, and the answers to what the action asked. */
export const post = (sender: Sender, url: string, answers?: Answers): Promise<Response> =>
  send(sender, url, sender.mode === "ajax" ? makeAjax(sender, answers) : makeForm(sender, answers));

/** A POST as superagent sends it in Kitsu's page. */
function makeAjax({ person, tasks }: Sender, answers: Answers | undefined): RequestInit {
  const { entityType, project } = describePage(tasks);
  const fields = {
    entitytype: entityType,
    originurl: `/productions/${project}/${entityType}s`,
    originserver: new URL(KITSU_URL).host,
    selection: tasks.map(({ id }) => id),
    productionid: project,
    userid: person.id,
    useremail: person.email,
  };
  return {
    method: "POST",
    headers: { accept: "*/*", "content-type": "application/json", origin: KITSU_URL },
    body: JSON.stringify({ ...fields, ...answers }),
  };
}

/** A POST as a browser sends it when Kitsu submits its form. */
function makeForm({ person, tasks }: Sender, answers: Answers | undefined): RequestInit {
  const { entityType, project } = describePage(tasks);
  const fields = new URLSearchParams({
    personid: person.id,
    personemail: person.email,
    projectid: project,
    currentpath: `/productions/${project}/${entityType}s`,
    currentserver: new URL(KITSU_URL).host,
    selection: tasks.map(({ id }) => id).join(","),
    entitytype: entityType,
  });
  for (const [name, value] of Object.entries(answers?.input ?? {}))
    for (const text of toFormValues(value)) fields.append(`input.${name}`, text);
  for (const name of ["form", "plan"] as const) if (answers?.[name] !== undefined) fields.set(name, answers[name]);
  return {
    method: "POST",
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded", origin: KITSU_URL },
    body: fields.toString(),
  };
}

/** A checkbox has a hidden empty value before it: browsers omit an unchecked box. */
function toFormValues(value: InputValue): string[] {
  if (Array.isArray(value)) return ["", ...value];
  return typeof value === "boolean" ? ["", ...(value ? ["on"] : [])] : [String(value)];
}

/** What Kitsu says about the page on which the tasks are selected. */
function describePage([first]: readonly { id: string }[]): { entityType: string; project: string } {
  const zou = findOpenKitsu()?.zou;
  const task = zou?.tasks.get(first?.id ?? "");
  const entity = zou?.entities.get(task?.entity_id ?? "");
  return { entityType: entity?.type.toLowerCase() ?? "shot", project: task?.project_id ?? "" };
}
