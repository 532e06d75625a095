/**
 * A small Zou, Kitsu's API server, with the productions of the playground. Names, shapes and refusals are those that were
 * recorded of the real one; whatever is made in it is gone when it stops.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Person } from "../data-people.ts";
import { readBytes } from "../request-body.ts";
import { type Answer, checkLine, Refusal } from "./answer.ts";
import { readCaller } from "./caller.ts";
import { type CustomActionRow, offerCustomActions } from "./custom-actions.ts";
import { readUpload, type Upload } from "./request.ts";
import { findRoute } from "./routes.ts";
import { openSession } from "./session.ts";
import { type FirstAction, openState, type State } from "./state.ts";

export type Zou = {
  /** answers a request to `/api/…` */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** whose session a request comes with */
  personOf(request: IncomingMessage): Person | undefined;
  /** the cookies of a new session */
  logIn(person: Person): string[];
  customActions(): CustomActionRow[];
  /** puts into it what the worker offers now, and is not there yet */
  offer(actions: readonly FirstAction[]): void;
  /** the tasks whose status is not the one they began with */
  changedStatuses(): Record<string, string>;
  /** calls back with the id of each task that changes, until what it returns is called */
  onChange(tell: (taskId: string) => void): () => void;
};

export type ZouOptions = {
  /** the bot's, made up by whoever starts the playground */
  botToken: string;
  /** the custom actions that are there from the beginning */
  actions: readonly FirstAction[];
  /** the day that due dates are counted from */
  today?: Date;
};

const PREFIX = "/api";

export function openZou({ botToken, actions, today = new Date() }: ZouOptions): Zou {
  const state = openState(today, actions);
  return {
    async answer(request, response) {
      const bytes = await readBytes(request);
      const file = await readUpload(request.headers["content-type"] ?? "", bytes);
      send(response, answer(state, botToken, request, { body: bytes.toString("utf8"), file }));
    },
    personOf({ headers }) {
      try {
        return readCaller(headers, state.tokens, botToken).person;
      } catch (error) {
        if (error instanceof Refusal) return undefined;
        throw error;
      }
    },
    logIn: (person) => openSession(state.tokens, person).cookies,
    changedStatuses: () =>
      Object.fromEntries(
        state.tasks.flatMap(({ task, row }) =>
          row.task_status_id === task.status.id ? [] : [[task.id, row.task_status_id]],
        ),
      ),
    onChange(tell) {
      state.listeners.add(tell);
      return () => void state.listeners.delete(tell);
    },
    offer: (actions) => offerCustomActions(state, actions),
    customActions: () => [...state.customActions.values()].sort((a, b) => a.name.localeCompare(b.name)),
  };
}

type Brought = { body: string; file: Upload | undefined };

function answer(state: State, botToken: string, request: IncomingMessage, brought: Brought): Answer {
  const { method = "GET", url = "", headers } = request;
  try {
    const target = url.slice(PREFIX.length) || "/";
    checkLine(`${method} ${target} HTTP/1.1`);
    const { pathname, searchParams: query } = new URL(target, "http://zou.invalid");
    const { ids, open, answer: closed } = findRoute(method === "HEAD" ? "GET" : method, pathname);
    const asked = { state, ids, query, ...brought, userAgent: headers["user-agent"] ?? "", range: headers.range ?? "" };
    return open ? open(asked) : closed({ ...asked, caller: readCaller(headers, state.tokens, botToken) });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
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
