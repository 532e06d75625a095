// How the Zou in memory makes, shows and removes playlists.
import { type FakeZou, forbidden, json, notFound, type Row, roleOf } from "./zou.ts";

export function makePlaylist(zou: FakeZou, caller: Row, body: unknown): Response {
  const fields = typeof body === "object" && body !== null ? Object.fromEntries(Object.entries(body)) : {};
  const role = roleOf(zou, caller, fields.project_id);
  if (!["admin", "manager", "supervisor"].includes(String(role))) return forbidden();
  if (typeof fields.name !== "string" || fields.name.length > 80)
    return json({ message: "One of the provided values has an invalid format." }, 400);
  if (
    fields.episode_id !== null &&
    zou.playlists.some((one) => one.name === fields.name && one.episode_id === fields.episode_id)
  ) {
    return json({ message: "A record with the same unique values already exists." }, 400);
  }
  const playlist = {
    ...fields,
    build_jobs: [],
    id: crypto.randomUUID(),
    created_by: caller.id,
    created_at: "2026-11-23T12:00:00",
    updated_at: "2026-11-23T12:00:00",
  };
  zou.playlists.push(playlist);
  return json(playlist, 201);
}

/** `GET` and `DELETE` of one, and the links that guests have to it. */
export function answerPlaylist(zou: FakeZou, caller: Row, method: string, id: string, isShare: boolean): Response {
  const playlist = zou.playlists.find((one) => one.id === id);
  if (playlist === undefined) return notFound();
  const role = String(roleOf(zou, caller, playlist.project_id));
  const isManager = role === "admin" || role === "manager";
  if (isShare) return isManager ? json(playlist.shares ?? []) : forbidden();
  if (method === "GET") return role === "undefined" || role === "vendor" ? forbidden() : json(playlist);
  if (!isManager && !(role === "supervisor" && playlist.created_by === caller.id)) return forbidden();
  zou.playlists.splice(zou.playlists.indexOf(playlist), 1);
  return new Response(null, { status: 204 });
}
