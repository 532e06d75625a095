/** Custom actions: everybody but vendors lists them, administrators change them. */
import { randomUUID } from "node:crypto";
import { stamp } from "../data-schedule.ts";
import { type Answer, badArgument, badValue, checkId, created, forbidden, notFound, ok } from "./answer.ts";
import { listRows } from "./list.ts";
import { NEVER } from "./never.ts";
import { readObject, type ZouRequest } from "./request.ts";
import { needsAdmin } from "./rights.ts";
import type { FirstAction, State } from "./state.ts";

export type CustomActionRow = {
  name: string;
  url: string | null;
  entity_type: string | null;
  is_ajax: boolean | null;
  id: string;
  created_at: string;
  updated_at: string;
  type: "CustomAction";
};

type Members = Pick<CustomActionRow, "name" | "url" | "entity_type" | "is_ajax">;

export const customActionRow = ({
  id,
  name,
  url,
  entity_type,
  is_ajax,
}: Members & { id: string }): CustomActionRow => ({
  name,
  url,
  entity_type,
  is_ajax,
  id,
  ...NEVER,
  type: "CustomAction",
});

const COLUMNS = ["name", "url", "entity_type", "is_ajax", "id"];

export function listCustomActions({ state, caller, query }: ZouRequest): Answer {
  if (caller.person.role === "vendor") throw forbidden();
  return ok(listRows([...state.customActions.values()], COLUMNS, query));
}

export function readCustomAction(request: ZouRequest): Answer {
  return ok(find(request));
}

export function createCustomAction({ state, caller, body }: ZouRequest): Answer {
  needsAdmin(caller.person);
  const members = readObject(body);
  if (members.name === undefined || members.name === null)
    throw badArgument("The 'name' field is required and cannot be None.");
  const unknown = Object.keys(members).find((member) => member !== "type" && !COLUMNS.includes(member));
  if (unknown) throw badValue(`'${unknown}' is an invalid keyword argument for CustomAction`);
  const at = stamp(Date.now());
  const first: Members = { name: "", url: null, entity_type: "all", is_ajax: false };
  const row = { ...customActionRow({ ...change(first, members), id: randomUUID() }), created_at: at, updated_at: at };
  state.customActions.set(row.id, row);
  return created(row);
}

export function changeCustomAction(request: ZouRequest): Answer {
  const old = find(request);
  const members = readObject(request.body);
  if (members.name === null) throw badArgument("The 'name' field cannot be set to None.");
  const row = { ...old, ...change(old, members), updated_at: stamp(Date.now()) };
  request.state.customActions.set(row.id, row);
  return ok(row);
}

export function deleteCustomAction(request: ZouRequest): Answer {
  request.state.customActions.delete(find(request).id);
  return { status: 204 };
}

/**
 * Keeps what the worker offers in step, beside what people put there: an address that one of theirs has is left to them, and what an administrator
 * changed or removed stays so.
 */
export function offerCustomActions({ customActions, offered }: State, actions: readonly FirstAction[]): void {
  const taken = new Set([...customActions.values()].flatMap(({ id, url }) => (offered.has(id) ? [] : [plain(url)])));
  const wanted = actions.filter(({ url }) => !taken.has(plain(url)));
  for (const id of offered) {
    if (wanted.some((action) => action.id === id)) continue;
    offered.delete(id);
    customActions.delete(id);
  }
  for (const action of wanted) {
    if (offered.has(action.id)) continue;
    offered.add(action.id);
    customActions.set(action.id, customActionRow(action));
  }
}

/** An address without parameters, by which one action may be there more than once. */
const plain = (url: string | null): string => (url ?? "").replace(/\?.*/, "");

/** Whether there is one is told before who may see it, as in the real Zou. */
function find({ state, caller, ids: [id = ""] }: ZouRequest): CustomActionRow {
  checkId(id);
  const row = state.customActions.get(id);
  if (!row) throw notFound();
  needsAdmin(caller.person);
  return row;
}

function change(old: Members, members: Record<string, unknown>): Members {
  const { name = old.name, url = old.url, entity_type = old.entity_type, is_ajax = old.is_ajax } = members;
  return {
    name: text(name, 80) ?? "",
    url: text(url, 400),
    entity_type: text(entity_type, 40),
    is_ajax: typeof is_ajax === "boolean" || is_ajax === null ? is_ajax : refuse(),
  };
}

/** Zou counts characters, and an emoji is one. */
function text(value: unknown, max: number): string | null {
  if (value === null) return null;
  return typeof value === "string" && [...value].length <= max ? value : refuse();
}

function refuse(): never {
  throw badValue("One of the provided values has an invalid format.");
}
