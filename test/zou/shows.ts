// What the worker shows of a real Zou to clients and vendors: with the bot's account, and in their own session, no more than Zou would show them.
import { expect, it } from "vitest";
import { connect, logIn, type Row } from "./connection.ts";
import type { Ground } from "./writes.ts";

type Column = { name: string; field_name: string; entity_type: string };
type Seen = { task: Row; entity: Row & { data: Record<string, unknown> } };

/** Of a shot's data, what Zou itself reads and shows as members of the shot. */
const ZOUS_KEYS = ["frame_in", "frame_out", "fps"];

/** @param readGround when there is one */
export function itShows(readGround: () => Ground): void {
  const open = async (who: "client" | "vendor") => {
    const { api, studio } = readGround();
    const { email, password } = studio.persons[who];
    return connect(api, await logIn(api, email, password));
  };

  /** What can be copied from the debug page. */
  async function copyTask(call: Ground["callClaiming"], who: "client" | "vendor", task: string): Promise<Seen> {
    const { reply } = await call("debug", who, { selection: [task] });
    expect(reply).toMatchObject({ kind: "done" });
    const copied = (reply.effects ?? []).map(({ text }) => text ?? "").find((text) => text.startsWith("["));
    const [seen]: Seen[] = JSON.parse(copied ?? "[]");
    if (seen === undefined) throw new Error("Nothing can be copied");
    return seen;
  }

  it("shows clients of a task nothing that Zou keeps from them", async () => {
    const { api, adminToken, studio, callClaiming } = readGround();
    const [task = ""] = studio.short.tasks;
    const path = `/data/tasks/${task}`;
    const full = await connect(api, adminToken).get<Row>(path);
    const own = await (await open("client")).get<Row>(path);
    const kept = Object.keys(full).filter((name) => JSON.stringify(full[name]) !== JSON.stringify(own[name]));
    const { task: seen } = await copyTask(callClaiming, "client", task);
    expect(seen.id).toBe(task);
    // 1.0.97 keeps these, older Zous keep none of them.
    for (const name of [...kept, "estimation", "duration", "due_date", "assignees", "retake_count", "priority"])
      expect(seen).not.toHaveProperty(name);
  });

  it.each(["client", "vendor"] as const)("shows a %s the columns that Zou shows them, and no others", async (who) => {
    const { studio, callClaiming, callInSession } = readGround();
    const [task = ""] = studio.short.tasks;
    const zou = await open(who);
    const projects = await zou.get<(Row & { descriptors: Column[] })[]>("/data/projects/open");
    const descriptors = projects.find(({ id }) => id === studio.short.id)?.descriptors ?? [];
    const columns = descriptors.flatMap(({ entity_type, field_name }) => (entity_type === "Shot" ? [field_name] : []));
    expect(new Set(columns)).toEqual(
      new Set(who === "client" ? ["difficulty"] : ["difficulty", "note", "lighting_only"]),
    );
    for (const call of [callClaiming, callInSession]) {
      const { entity } = await copyTask(call, who, task);
      expect(new Set(Object.keys(entity.data))).toEqual(new Set([...ZOUS_KEYS, ...columns]));
    }
    const rows = await zou.get<Seen["entity"][]>(`/data/shots/with-tasks?project_id=${studio.short.id}`);
    const listed = rows.find(({ id }) => id === studio.short.shots[0]);
    expect(Object.keys(listed?.data ?? {})).toEqual(expect.arrayContaining([...ZOUS_KEYS, ...columns]));
    if (who === "vendor") expect(listed?.data).not.toHaveProperty("animation_only");
  });
}
