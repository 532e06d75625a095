/**
 * A small Zou, Kitsu's API server, with the productions of the playground. Its names, shapes and
 * refusals were recorded from a real one. Everything that is created in it is gone when it stops.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBytes } from "../request-body.ts";
import type { Answer } from "./answer.ts";
import { Refusal } from "./answer.ts";
import { readCaller } from "./caller.ts";
import type { CustomActionRow } from "./custom-action-rows.ts";
import { type OfferedAction, offerCustomActions } from "./custom-actions.ts";
import type { Person } from "./person-rows.ts";
import { readUpload } from "./request.ts";
import { respond } from "./respond.ts";
import { seedState } from "./seed.ts";
import { openSession } from "./session.ts";
import type { State } from "./state.ts";

export type Zou = {
  /** answers a request to `/api/…` */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** whose session a request has */
  personOf(request: IncomingMessage): Person | undefined;
  /** the cookies of a new session */
  logIn(person: Person): string[];
  customActions(): CustomActionRow[];
  /** adds what the worker offers and Zou doesn't have yet */
  offer(actions: readonly OfferedAction[]): void;
  /** the tasks whose status has changed since the start: status id by task id */
  changedStatuses(): Record<string, string>;
  /** calls back with the id of each task that changes, until the returned function is called */
  onChange(listener: (taskId: string) => void): () => void;
};

export type ZouOptions = {
  /** the bot's token, chosen by whoever starts the playground */
  botToken: string;
  /** the custom actions that are there from the beginning */
  actions: readonly OfferedAction[];
  /** the day that due dates are relative to */
  today?: Date;
};

const PREFIX = "/api";

export const openZou = ({ botToken, actions, today = new Date() }: ZouOptions): Zou =>
  serveState(seedState(today, actions, botToken));

export function serveState(state: State): Zou {
  const firstStatuses = new Map([...state.tasks].map(([id, { task_status_id }]) => [id, task_status_id]));
  return {
    async answer(request, response) {
      const bytes = await readBytes(request);
      const { method = "GET", url = "", headers } = request;
      const answer = respond(state, {
        method,
        target: url.slice(PREFIX.length) || "/",
        body: bytes.toString("utf8"),
        file: await readUpload(await readForm(headers["content-type"] ?? "", bytes)),
        cookie: headers.cookie,
        authorization: headers.authorization,
        userAgent: headers["user-agent"],
        range: headers.range,
      });
      send(response, answer);
    },
    personOf({ headers }) {
      try {
        return readCaller(headers, state.sessions).person;
      } catch (error) {
        if (error instanceof Refusal) return undefined;
        throw error;
      }
    },
    logIn: (person) => openSession(state.sessions, person).cookies,
    changedStatuses: () =>
      Object.fromEntries(
        [...state.tasks.values()].flatMap(({ id, task_status_id }) =>
          task_status_id === firstStatuses.get(id) ? [] : [[id, task_status_id]],
        ),
      ),
    onChange(listener) {
      state.listeners.add(listener);
      return () => void state.listeners.delete(listener);
    },
    offer: (actions) => offerCustomActions(state, actions),
    customActions: () => [...state.customActions.values()].sort((a, b) => a.name.localeCompare(b.name)),
  };
}

/** undefined if it is not a form, or one that can't be read */
async function readForm(type: string, bytes: Buffer<ArrayBuffer>): Promise<FormData | undefined> {
  if (!type.startsWith("multipart/form-data")) return undefined;
  return new Response(bytes, { headers: { "content-type": type } }).formData().catch(() => undefined);
}

function send(
  response: ServerResponse,
  { status, body, type = "application/json", cookies = [], headers }: Answer,
): void {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const content = isRaw ? body : body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(content),
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "content-security-policy": "frame-ancestors 'self'",
    "referrer-policy": "strict-origin-when-cross-origin",
    ...headers,
    ...(type === "text/html" && { connection: "close" }),
    ...(cookies.length > 0 && { "set-cookie": [...cookies] }),
  });
  response.end(content);
}
