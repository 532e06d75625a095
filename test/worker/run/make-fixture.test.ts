import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { Fixture } from "../../../contract.ts";
import { sessionOf } from "../../../testing/fake-zou.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { writeRecord } from "../../../worker/storage/run-log.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { makeRecord } from "../../support/worker/runs.ts";
import {
  ajax,
  ask,
  EDGE,
  FORM_FIELDS,
  form,
  KITSU,
  makeEnv,
  READER,
  readAnswer,
  readFailed,
  TASK,
} from "../../support/worker/worker.ts";
import { ARTIST, addProject, BOT_TOKEN, MANAGER, openFakeZou } from "../../support/worker/zou.ts";

const JSON_ACCEPT = { accept: "application/json" };

/** Runs an action, and returns the address of its fixture. */
async function run(path: string, init: RequestInit, variables = {}): Promise<string> {
  const sent = { ...init, headers: { ...init.headers, ...JSON_ACCEPT } };
  const { run } = await readAnswer(await ask(path, sent, variables));
  return (run?.url ?? "").slice(EDGE.length).replace("?", "/fixture.json?");
}

const readFixture = async (path: string, variables = {}) =>
  v.parse(Fixture, await (await ask(path, { headers: READER }, variables)).json());

/** A studio with two tasks, the second of an asset's sort. */
function openStudio(number: number) {
  const { taskIds } = addProject(openFakeZou(), number, 2, { name: "Lantern" });
  const variables = { KITSU_TOKEN: BOT_TOKEN, KITSU_API: `${KITSU}/${number}/api` };
  const fields = {
    entitytype: "shot",
    originurl: `/people/${ARTIST.id}`,
    originserver: "kitsu.studio.tld",
    selection: taskIds,
    productionid: null,
    userid: ARTIST.id,
    useremail: ARTIST.email,
  };
  return { taskIds, variables, fields };
}

describe("a run's fixture", () => {
  it("is the call as Kitsu sent it, and the reply, with the people in them masked", async () => {
    const { taskIds, variables, fields } = openStudio(651);
    replaceRun(debug).mockResolvedValue({
      kind: "done",
      severity: "success",
      title: `By ${ARTIST.full_name}`,
      text: `Ask ${String(MANAGER.full_name)}, ${String(MANAGER.email)}, or ${MANAGER.id}`,
      effects: [
        {
          kind: "launch",
          app: "mpv",
          ways: [{ url: `mpv://play/${btoa(`${EDGE}/media/${"ab".repeat(32)}/zoe.png?by=${ARTIST.email}`)}` }],
        },
      ],
      links: [
        { label: "Open", url: `${EDGE}/t/${"ab".repeat(32)}` },
        {
          label: "Launch",
          url: `https://x.tld/?u=${encodeURIComponent(`${EDGE}/t/${"ab".repeat(32)}?a=1&key=secret`)}`,
        },
      ],
    });
    const headers = {
      "accept-language": "fr",
      cookie: "access_token_cookie=secret",
      referer: `${KITSU}/people/${ARTIST.id}`,
    };
    const path = await run("/actions/debug?with=rv&run=77777777777777777777777777777777", ajax(fields, headers), {
      ...variables,
      LINK_SCHEMES: "mpv",
    });
    const response = await ask(path, { headers: READER }, variables);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="debug-77777777.json"');
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    const text = await response.text();
    // The manager's name there is a pseudonym already.
    for (const personal of [ARTIST.id, ARTIST.email, "Zoé", MANAGER.id, MANAGER.email])
      expect(text).not.toContain(personal);
    expect(text).not.toMatch(/secret|cookie|authorization|abab/);
    expect(JSON.parse(text)).toEqual({
      fixture: 1,
      action: "debug",
      recorded: { run: "7".repeat(32), at: expect.any(String), from: EDGE },
      request: {
        method: "POST",
        query: [["with", "rv"]],
        headers: {
          "accept-language": "fr",
          "content-type": "application/json",
          origin: KITSU,
          referer: `${KITSU}/people/00000000-0000-4000-8000-000000000001`,
        },
        fields: [
          ["entitytype", "shot"],
          ["originurl", "/people/00000000-0000-4000-8000-000000000001"],
          ["originserver", "kitsu.studio.tld"],
          ["selection", taskIds],
          ["productionid", null],
          ["userid", "00000000-0000-4000-8000-000000000001"],
          ["useremail", "person-1@studio.example"],
        ],
      },
      person: { role: "user" },
      tasks: taskIds.map((id) => ({ id, entityType: "shot" })),
      status: 200,
      reply: {
        kind: "done",
        severity: "success",
        title: "By Person 1",
        // Zou does not show this bot whose address it is.
        text: "Ask Person 2, person-3@studio.example, or 00000000-0000-4000-8000-000000000002",
        effects: [
          {
            kind: "launch",
            app: "mpv",
            ways: [{ url: `mpv://play/${EDGE}/media/(masked)/zoe.png?by=person-1@studio.example` }],
          },
        ],
        links: [
          { label: "Open", url: `${EDGE}/t/(masked)` },
          {
            label: "Launch",
            url: `https://x.tld/?u=${encodeURIComponent(`${EDGE}/t/`)}(masked)%3Fa%3D1%26key%3D(masked)`,
          },
        ],
      },
    });
  });

  it("has a form's fields in their order, and every task of a long selection", async () => {
    const ids = Array.from({ length: 200 }, (_, at) => TASK.slice(0, -3) + String(at).padStart(3, "0"));
    const fixture = await readFixture(await run("/actions/debug", form({ ...FORM_FIELDS, selection: ids.join(",") })));
    expect(fixture.request.fields.map(([name]) => name)).toEqual(Object.keys(FORM_FIELDS));
    expect(fixture.request.fields).toContainEqual(["selection", ids.join(",")]);
    expect(fixture.tasks).toHaveLength(200);
  });

  it("has the answers to a question, and whether the person confirmed, but no plan", async () => {
    const { variables, fields } = openStudio(652);
    const answers = { form: "comment", input: { text: "x".repeat(3_000), status: "keep" } };
    const manager = { ...fields, userid: MANAGER.id, useremail: MANAGER.email };
    const path = `/actions/comment?run=${"8".repeat(32)}`;
    const { reply } = await readAnswer(await ask(path, ajax({ ...manager, ...answers }), variables));
    if (reply.kind !== "ask" || reply.plan === undefined) throw new Error(JSON.stringify(reply));
    const fixture = await readFixture(
      await run(path, ajax({ ...manager, ...answers, plan: reply.plan }), variables),
      variables,
    );
    expect(fixture.request).toMatchObject({ confirmed: true });
    expect(fixture.request.fields).toContainEqual(["input", answers.input]);
    expect(fixture.request.choices).toEqual({ status: ["Keep each task's status"] });
    expect(fixture.request.fields.map(([name]) => name)).not.toContain("plan");
    expect(fixture.reply).toMatchObject({ kind: "done", outcomes: [{ state: "done" }, { state: "done" }] });
  });

  it("has the fields of a link in its query", async () => {
    const fixture = await readFixture(await run(`/actions/debug?selection=${TASK}&with=rv&key=secret`, {}));
    expect(fixture.request).toMatchObject({
      method: "GET",
      query: [
        ["selection", TASK],
        ["with", "rv"],
      ],
      fields: [],
    });
  });

  it("is for readers of the log only", async () => {
    const path = await run("/actions/debug", form());
    for (const headers of [{}, { authorization: "Bearer wrong" }, { ...READER, origin: KITSU }]) {
      const response = await ask(path, { headers });
      expect((await readFailed(response)).code).toBe("sign-in-required");
    }
    expect((await readFailed(await ask(path, {}, { LOG_TOKEN: "" }))).code).toBe("log-closed");
    const unknown = await ask(`/runs/${"f".repeat(32)}/fixture.json?at=1`, { headers: READER });
    expect((await readFailed(unknown)).code).toBe("unknown-run");
  });

  it("asks Kitsu for the names of people with the reader's own session, if there is no bot", async () => {
    const { taskIds, variables } = openStudio(654);
    replaceRun(debug).mockResolvedValue({ kind: "done", severity: "info", title: `Ask ${ARTIST.full_name}` });
    const settings = { ...variables, KITSU_TOKEN: "", BASE_PATH: "/edge" };
    const id = "5".repeat(32);
    const sent = ajax({ selection: taskIds });
    const cookie = `access_token_cookie=${sessionOf(MANAGER)}`;
    const headers = { ...sent.headers, cookie };
    const { run } = await readAnswer(
      await ask(`${KITSU}/edge/actions/debug?run=${id}`, { ...sent, headers }, settings),
    );
    const address = `${KITSU}/edge/runs/${id}/fixture.json${new URL(run?.url ?? "").search}`;
    const readTitle = async (more: Record<string, string>) =>
      v.parse(Fixture, await (await ask(address, { headers: { ...READER, ...more } }, settings)).json()).reply?.title;
    expect(await readTitle({})).toBe(`Ask ${ARTIST.full_name}`);
    expect(await readTitle({ cookie })).toBe("Ask Person 2");
  });

  it("is not made without the names of people, if Kitsu can't be asked for them", async () => {
    const path = await run("/actions/debug", form());
    openFakeZou();
    const response = await ask(path, { headers: READER }, { KITSU_TOKEN: "wrong", KITSU_API: `${KITSU}/653/api` });
    expect((await readFailed(response)).code).toBe("kitsu-token-refused");
  });

  it("does not exist of an undo, whose page leads to the run that it undid", async () => {
    const call = { dialect: "ajax", person: {}, selection: [TASK], params: {}, ignored: [] };
    const changeOf = { id: "2".repeat(32), at: 1 };
    const record = makeRecord({ at: Date.now(), call: { ...call, changeOf } });
    await writeRecord(makeEnv(), readSettings(makeEnv()), record);
    const refused = await readFailed(await ask(`/runs/${record.id}/fixture.json?at=${record.at}`, { headers: READER }));
    expect(refused).toMatchObject({ code: "invalid-call", text: "It undoes or stops an earlier run." });
  });

  it("does not exist of a call that could not be read", async () => {
    const response = await ask("/actions/debug", ajax("{"));
    const { run: broken } = await readAnswer(response);
    const path = (broken?.url ?? "").slice(EDGE.length).replace("?", "/fixture.json?");
    const fixture = await ask(path, { headers: READER });
    expect(fixture.status).toBe(400);
  });
});
