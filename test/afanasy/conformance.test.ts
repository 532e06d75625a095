// What Kitsu Actions relies on in Afanasy, with harmless commands: `sleep`, `echo` and `false`.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobStatus } from "../../worker/actions/farm/farm.ts";
import { follow, type Ground, type Job, openGround, submit } from "./farm.ts";

const WORDS = "Error: this is a test";
const FAILS = `echo "${WORDS}" && false`;
const AVOIDING = { errors_retries: 3, errors_avoid_host: 3, errors_task_same_host: 3 };
const STRICT = { errors_retries: 0, errors_avoid_host: 0, errors_task_same_host: 0 };

let ground: Ground;
const left: Job[] = [];

beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => {
  for (const { ref } of left) await act(ref.id, "delete");
  await ground.close();
});

async function send(command: string, own?: Parameters<typeof submit>[2]): Promise<Job> {
  const job = await submit(ground, command, own);
  left.push(job);
  return job;
}

const act = (id: string, type: string) =>
  ground.ask({
    action: {
      user_name: ground.user,
      host_name: "kitsu-actions",
      type: "jobs",
      ids: [Number(id)],
      operation: { type },
    },
  });

const is = (state: JobStatus["state"]) => (status: JobStatus) => status.state === state;
const isOver = ({ state }: JobStatus) => ["done", "failed", "canceled"].includes(state);

async function read({ ref }: Job) {
  const [job] = await ground.server.readByIds([Number(ref.id)]);
  if (job === undefined) throw new Error("It is not there");
  return job;
}

describe("the farm", () => {
  it("answers, and lists its machines and users", async () => {
    expect(await ground.server.isAlive()).toBe(true);
    const machines = await ground.server.readMachines();
    for (const name of ground.machines) expect(machines).toContainEqual(expect.objectContaining({ name, st: 1 }));
    await send("sleep 1", { job: { offline: true } });
    expect(await ground.server.readUsers()).toContainEqual(expect.objectContaining({ name: ground.user }));
  });

  it("returns no job that it does not have", async () => {
    expect(await ground.server.readByIds([999_999])).toEqual([]);
    expect(await ground.server.readByIds([999_998, 999_999])).toEqual([]);
  });
});

describe("a job", () => {
  it("is rendered, makes progress, and is found by its key", async () => {
    const job = await send("sleep 2", { block: { frame_last: 8 } });
    expect(await ground.farm.find([job.jobKey, "another"])).toEqual(new Map([[job.jobKey, job.ref]]));
    await follow(ground, job, is("running"));
    const some = await follow(ground, job, ({ done, state }) => done > 0 || state === "done");
    expect(some).toMatchObject({ state: "running", total: 8 });
    expect(await follow(ground, job, isOver)).toMatchObject({ state: "done", done: 8, total: 8 });
  });

  it("with several ranges has a block for each, and they are counted together", async () => {
    const block = {
      name: "one",
      service: "generic",
      parser: "generic",
      command: "sleep 1",
      flags: 1,
      frames_inc: 1,
      frames_per_task: 2,
    };
    const blocks = [
      { ...block, frame_first: 1, frame_last: 3 },
      { ...block, name: "two", frame_first: 10, frame_last: 10 },
    ];
    expect(await follow(ground, await send("sleep 1", { job: { blocks } }), isOver)).toMatchObject({
      state: "done",
      done: 4,
      total: 4,
    });
  });

  it("is submitted paused, resumed, paused and resumed", async () => {
    const job = await send("sleep 2", { job: { offline: true }, block: { frame_last: 30 } });
    await follow(ground, job, is("paused"));
    await ground.farm.control(job.ref, job.jobKey, "resume");
    await follow(ground, job, is("running"));
    await ground.farm.control(job.ref, job.jobKey, "pause");
    await follow(ground, job, is("paused"));
    await ground.farm.control(job.ref, job.jobKey, "resume");
    await follow(ground, job, is("running"));
    await ground.farm.control(job.ref, job.jobKey, "cancel");
  });

  it("is canceled with the farm's last count of its frames, and stays in the list", async () => {
    const job = await send("sleep 2", { block: { frame_last: 30 } });
    await follow(ground, job, ({ done }) => done >= 2);
    await ground.farm.control(job.ref, job.jobKey, "cancel");
    const { done } = await follow(ground, job, is("canceled"));
    const { st, annotation, blocks } = await read(job);
    expect([st & 2, annotation, blocks[0]?.p_tasks_done]).toEqual([0, "Canceled from Kitsu", done]);
  });

  it("is never paused while it is deleted, and gone afterwards; its number is reused, its serial is not", async () => {
    const job = await send("sleep 2", { block: { frame_last: 30 } });
    await follow(ground, job, is("running"));
    const answer = await act(job.ref.id, "delete");
    if (answer === undefined) return console.log("Deleting is not allowed by the relay, and was not tested.");
    const states: unknown[] = [];
    for (let polls = 0; polls < 20 && states.at(-1) !== "gone"; polls += 1) {
      const seen = (await ground.farm.poll([{ job: job.ref, jobKey: job.jobKey }])).get(job.ref.id);
      states.push(seen === "gone" ? seen : seen?.state);
      await ground.wait(1);
    }
    expect(states).not.toContain("paused");
    expect(states.at(-1)).toBe("gone");
    const next = await send("sleep 1", { job: { offline: true } });
    if (next.ref.id === job.ref.id) expect(next.ref.serial).not.toBe(job.ref.serial);
    expect((await ground.farm.poll([{ job: job.ref, jobKey: job.jobKey }])).get(job.ref.id)).toBe("gone");
  });
});

describe("a job whose program fails", () => {
  it("makes each machine avoided after three errors, has failed within a minute of that with the words of its program, and can be retried", async () => {
    const job = await send(FAILS, { block: { ...AVOIDING, errors_retries: 20, frame_last: 8 } });
    const { seconds, ...status } = await follow(ground, job, isOver);
    const count = ground.machines.length;
    const refuse = count === 1 ? "1 machine refuses" : `${count} machines refuse`;
    expect(status).toMatchObject({
      state: "failed",
      reason: expect.stringMatching(
        new RegExp(`^${refuse} it after errors, and no other can take it\\. In frame \\d: ${WORDS}$`),
      ),
    });
    const [before] = (await read(job)).blocks;
    // It has no error bit, and no task that failed for good.
    expect((await read(job)).st & 32).toBe(0);
    expect(before).toMatchObject({ p_avoid_hosts: count, p_tasks_error: 0, p_tasks_ready: 8 });
    console.log(`${seconds} s after it was sent it was failed, on ${count} machines`);
    const errors = async () =>
      (await ground.server.readTasks(Number(job.ref.id))).reduce((sum, task) => sum + task.errors, 0);
    const had = await errors();
    await ground.farm.control(job.ref, job.jobKey, "restart");
    await ground.farm.control(job.ref, job.jobKey, "restart");
    await follow(ground, job, is("running"), 30).catch(() => undefined);
    await follow(ground, job, isOver);
    expect(await errors()).toBeGreaterThan(had);
  });

  it("is not forgiven by restart_errors alone", async () => {
    const job = await send(FAILS, { block: { ...AVOIDING, errors_retries: 20, frame_last: 8 } });
    await follow(ground, job, isOver);
    await act(job.ref.id, "restart_errors");
    await ground.wait(5);
    expect((await read(job)).blocks[0]).toMatchObject({
      p_avoid_hosts: ground.machines.length,
      running_tasks_counter: 0,
    });
  });

  it("has failed with the defaults of its user, whatever they are", async () => {
    const { state, reason } = await follow(ground, await send(FAILS, { block: { frame_last: 8 } }), isOver, 200);
    expect([state, reason]).toEqual(["failed", expect.stringContaining(WORDS)]);
  });

  it("has failed if only single tasks avoid the machines, although no counter shows it", async () => {
    const block = { errors_retries: 20, errors_avoid_host: 0, errors_task_same_host: 1, frame_last: 2 };
    const job = await send(FAILS, { block });
    expect(await follow(ground, job, isOver)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining(WORDS),
    });
    expect((await read(job)).blocks[0]).toMatchObject({ p_avoid_hosts: 0, p_error_hosts: ground.machines.length });
  });

  it("fails at once without retries, and again after a retry", async () => {
    const job = await send(FAILS, { block: STRICT });
    expect(await follow(ground, job, isOver)).toMatchObject({
      state: "failed",
      reason: `4 of 4 tasks failed. In frame 1: ${WORDS}`,
    });
    await ground.farm.control(job.ref, job.jobKey, "restart");
    await ground.wait(2);
    expect(await follow(ground, job, isOver)).toMatchObject({ state: "failed" });
  });

  it("has failed if the open tasks wait for it", async () => {
    const block = {
      name: "second",
      service: "generic",
      parser: "generic",
      command: "sleep 1",
      flags: 1,
      frame_first: 1,
      frame_last: 2,
      frames_inc: 1,
      frames_per_task: 1,
    };
    const blocks = [
      { ...block, ...STRICT, name: "first", command: FAILS },
      { ...block, depend_mask: "first" },
    ];
    const name = `kitsu-actions test ${Date.now().toString(36)}`;
    const kitsu = JSON.stringify({ kitsu_mark: name, kitsu_user: ground.user });
    const job = {
      name,
      user_name: ground.user,
      host_name: "kitsu-actions",
      custom_data: kitsu,
      hosts_mask: ground.machines.join(" "),
      blocks,
    };
    const answer = await ground.ask({ job });
    if (answer === undefined) return console.log("Dependencies are not let through by the relay, and were not tested.");
    const ref = (await ground.farm.find([name])).get(name);
    if (ref === undefined) throw new Error("It is not there");
    left.push({ ref, jobKey: name });
    expect(await follow(ground, { ref, jobKey: name }, isOver)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining(WORDS),
    });
  });

  it("has failed without words of its own if it prints nothing", async () => {
    expect((await follow(ground, await send("false", { block: STRICT }), isOver)).reason).toBe("4 of 4 tasks failed");
  });
});

describe("a job that no machine may take", () => {
  it.each([
    [
      "a mask that begins no name",
      { hosts_mask: "nobody", hosts_mask_type: "find" },
      "No online machine matches nobody",
    ],
    [
      "a pattern that is taken for the beginning of a name",
      { hosts_mask: ".*", hosts_mask_type: "find" },
      "No online machine matches .*",
    ],
    [
      "a pattern that fits none",
      { hosts_mask: "nobody.*", hosts_mask_type: "regex" },
      "No online machine matches nobody.*",
    ],
    [
      "a mask that leaves none",
      { hosts_mask_exclude: ".*", hosts_mask_type: "regex", hosts_mask: ".*" },
      "hosts_mask_exclude .* rules out every online machine",
    ],
    ["a system that none has", { need_os: "plan9" }, "No online machine runs plan9"],
  ])("because of %s says so, and is ready all the time", async (_, own, waitReason) => {
    const job = await send("sleep 1", { job: own });
    expect(await follow(ground, job, (status) => status.waitReason !== undefined, 30)).toMatchObject({
      state: "waiting",
      waitReason,
    });
    expect((await read(job)).st & (1 | 2 | 32)).toBe(1);
  });

  it("is rendered if a pattern matches a whole name, but not if it matches a part", async () => {
    const [name = ""] = ground.machines;
    const part = await send("sleep 1", { job: { hosts_mask: name.slice(0, -1), hosts_mask_type: "regex" } });
    const whole = await send("sleep 1", { job: { hosts_mask: `${name.slice(0, -1)}.`, hosts_mask_type: "regex" } });
    expect(await follow(ground, whole, isOver)).toMatchObject({ state: "done" });
    expect((await read(part)).st & (1 | 2)).toBe(1);
  });
});
