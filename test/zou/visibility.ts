// The worker shows clients and vendors no more of a real Zou than Zou itself does, both as the bot
// and in their session.
import { expect, it } from "vitest";
import { connect, logIn, type Row } from "./connection.ts";
import type { Setup } from "./writes.ts";

type Column = { name: string; field_name: string; entity_type: string };
type Seen = { task: Row; entity: Row & { data: Record<string, unknown> } };

/** Keys of a shot's data that Zou itself shows as members of the shot. */
const ZOUS_KEYS = ["frame_in", "frame_out", "fps"];

/** @param getSetup called when the studio is ready */
export function testVisibility(getSetup: () => Setup): void {
  const open = async (who: "client" | "vendor") => {
    const { api, studio } = getSetup();
    const { email, password } = studio.persons[who];
    return connect(api, await logIn(api, email, password));
  };

  /** The data that the debug page offers to copy. */
  async function copyTask(call: Setup["callClaiming"], who: "client" | "vendor", task: string): Promise<Seen> {
    const { reply } = await call("debug", who, { selection: [task] });
    expect(reply).toMatchObject({ kind: "done" });
    const copied = (reply.effects ?? []).map(({ text }) => text ?? "").find((text) => text.startsWith("["));
    const [seen]: Seen[] = JSON.parse(copied ?? "[]");
    if (seen === undefined) throw new Error("Nothing can be copied");
    return seen;
  }

  it("shows clients nothing of a task that Zou hides from them", async () => {
    const { api, adminToken, studio, callClaiming } = getSetup();
    const [task = ""] = studio.short.tasks;
    const path = `/data/tasks/${task}`;
    const full = await connect(api, adminToken).get<Row>(path);
    const own = await (await open("client")).get<Row>(path);
    const hidden = Object.keys(full).filter((name) => JSON.stringify(full[name]) !== JSON.stringify(own[name]));
    const { task: seen } = await copyTask(callClaiming, "client", task);
    expect(seen.id).toBe(task);
    // 1.0.97 hides these; older Zous hide none of them.
    for (const name of [...hidden, "estimation", "duration", "due_date", "assignees", "retake_count", "priority"])
      expect(seen).not.toHaveProperty(name);
  });

  it.each(["client", "vendor"] as const)("shows a %s the columns that Zou shows them, and no others", async (who) => {
    const { studio, callClaiming, callInSession } = getSetup();
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
