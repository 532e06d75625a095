/** Custom actions: everyone except vendors may list them, and administrators may change them. */
import { type Answer, badArgument, badValue, checkId, created, forbidden, notFound, ok } from "./answer.ts";
import { type CustomActionMembers, type CustomActionRow, customActionRow } from "./custom-action-rows.ts";
import { listRows } from "./list.ts";
import { readObject, type ZouRequest } from "./request.ts";
import { needsAdmin } from "./rights.ts";
import type { State } from "./state.ts";
import { formatTime } from "./time.ts";

/** A custom action that the worker offers. */
export type OfferedAction = { id: string; name: string; url: string; entity_type: string; is_ajax: boolean };

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
  const at = formatTime(state.now());
  const first: CustomActionMembers = { name: "", url: null, entity_type: "all", is_ajax: false };
  const dates = { created_at: at, updated_at: at };
  const row = customActionRow({ ...change(first, members), id: crypto.randomUUID() }, dates);
  state.customActions.set(row.id, row);
  return created(row);
}

export function changeCustomAction(request: ZouRequest): Answer {
  const old = find(request);
  const members = readObject(request.body);
  if (members.name === null) throw badArgument("The 'name' field cannot be set to None.");
  const row = { ...old, ...change(old, members), updated_at: formatTime(request.state.now()) };
  request.state.customActions.set(row.id, row);
  return ok(row);
}

export function deleteCustomAction(request: ZouRequest): Answer {
  request.state.customActions.delete(find(request).id);
  return { status: 204 };
}

/**
 * Adds what the worker offers, changes it with the worker, and removes what is no longer offered.
 * Custom actions that people created stay, and so do an administrator's changes; an address that a
 * person's action has already is not added again.
 */
export function offerCustomActions({ customActions, offered }: State, actions: readonly OfferedAction[]): void {
  const taken = new Set([...customActions.values()].flatMap(({ id, url }) => (offered.has(id) ? [] : [plain(url)])));
  const wanted = actions.filter(({ url }) => !taken.has(plain(url)));
  for (const id of offered.keys()) {
    if (wanted.some((action) => action.id === id)) continue;
    offered.delete(id);
    customActions.delete(id);
  }
  for (const action of wanted) {
    const last = offered.get(action.id);
    const row = customActions.get(action.id);
    if (last === undefined || (row !== undefined && isSame(row, last)))
      customActions.set(action.id, customActionRow(action));
    offered.set(action.id, action);
  }
}

const isSame = (one: CustomActionMembers, other: CustomActionMembers): boolean =>
  one.name === other.name &&
  one.url === other.url &&
  one.entity_type === other.entity_type &&
  one.is_ajax === other.is_ajax;

/** An address without its parameters: one action may be there several times with different ones. */
const plain = (url: string | null): string => (url ?? "").replace(/\?.*/, "");

/** An action that doesn't exist is 404 before anyone's rights are checked, as in the real Zou. */
function find({ state, caller, ids: [id = ""] }: ZouRequest): CustomActionRow {
  checkId(id);
  const row = state.customActions.get(id);
  if (!row) throw notFound();
  needsAdmin(caller.person);
  return row;
}

function change(old: CustomActionMembers, members: Record<string, unknown>): CustomActionMembers {
  const { name = old.name, url = old.url, entity_type = old.entity_type, is_ajax = old.is_ajax } = members;
  return {
    name: text(name, 80) ?? "",
    url: text(url, 400),
    entity_type: text(entity_type, 40),
    is_ajax: typeof is_ajax === "boolean" || is_ajax === null ? is_ajax : refuse(),
  };
}

/** Zou counts characters: an emoji is one. */
function text(value: unknown, max: number): string | null {
  if (value === null) return null;
  return typeof value === "string" && [...value].length <= max ? value : refuse();
}

function refuse(): never {
  throw badValue("One of the provided values has an invalid format.");
}
