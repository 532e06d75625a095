import { beforeEach, describe, expect, it } from "vitest";
import type { Person } from "../../../worker/access/person.ts";
import { type Action, defineAction } from "../../../worker/action/action.ts";
import { authorizeSelection, checkCount, checkTrust, createRoleLookup } from "../../../worker/action/authorize.ts";
import { checkPerson } from "../../../worker/action/authorize-person.ts";
import { Failure, toFailure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply } from "../../../worker/format/reply.ts";
import { openKitsu } from "../../../worker/services/kitsu.ts";
import { openZou } from "../../../worker/services/zou.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import type { Trust } from "../../../worker/settings/trust.ts";
import { makeEnv } from "../../support/worker/worker.ts";
import {
  ADMIN,
  API,
  ARTIST,
  addEntity,
  addProject,
  addTask,
  BOT,
  BOT_TOKEN,
  CLIENT,
  DEMOTED,
  type FakeZou,
  id,
  MANAGER,
  OUTSIDER,
  openFakeZou,
  PROMOTED,
  SUPERVISOR,
  VENDOR,
} from "../../support/worker/zou.ts";

/** The bot sees only the projects whose team it is in. */
const BOT_MEMBER = { person: BOT, project_role: null };

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

const action = (rest: Partial<Pick<Action, "entityTypes" | "roles" | "maxTasks" | "trust" | "needsKitsu">> = {}) =>
  defineAction({
    id: "render",
    title: "Render",
    about: "Renders.",
    modes: ["ajax"],
    run: async () => ({ kind: "done", severity: "success", title: "Done" }),
    ...rest,
  });

const PEOPLE = { ADMIN, MANAGER, SUPERVISOR, ARTIST, CLIENT, VENDOR, PROMOTED, DEMOTED, OUTSIDER };
const asPerson = (name: keyof typeof PEOPLE, departments: string[] = []): Person => {
  const { id: personId, role } = PEOPLE[name];
  const known = (["admin", "manager", "supervisor", "user", "client", "vendor"] as const).find((one) => one === role);
  return { trust: "claimed", id: personId, name, role: known, departments };
};
const settings = (variables = {}) => readSettings(makeEnv(variables));
const open = (ids: readonly string[]) =>
  openKitsu(openZou(API, BOT_TOKEN, new AbortController().signal), `${API}?${crypto.randomUUID()}`, ids);

async function failureOf(
  person: Person,
  ids: readonly string[],
  rest: Parameters<typeof action>[0] = {},
  variables = {},
) {
  try {
    checkPerson(person, action(rest), settings(variables));
    const kitsu = open(ids);
    await authorizeSelection(person, action(rest), kitsu, createRoleLookup(person, kitsu), settings(variables));
    return undefined;
  } catch (thrown) {
    const reply = thrown instanceof Failure && localizeReply(thrown.reply, ENGLISH);
    if (reply && reply.kind === "failed") return reply;
    throw thrown;
  }
}

describe("roles", () => {
  it.each([
    ["ADMIN", true],
    ["MANAGER", true],
    ["SUPERVISOR", true],
    ["ARTIST", false],
    ["CLIENT", false],
    ["PROMOTED", true],
    ["DEMOTED", false],
  ] as const)(
    "%s may run an action for supervisors and above: %s; the project's role overrides the studio's",
    async (name, may) => {
      const { taskIds } = addProject(fake, 1, 2);
      const reply = await failureOf(asPerson(name), taskIds, { roles: ["admin", "manager", "supervisor"] });
      expect(reply === undefined).toBe(may);
      if (!may)
        expect(reply).toMatchObject({
          code: "not-allowed",
          text: expect.stringContaining("Render is for admins, managers and supervisors"),
        });
    },
  );

  it("may be narrowed by the studio", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const variables = { ACTION_LIMITS: { render: { roles: ["manager"] } } };
    expect(await failureOf(asPerson("MANAGER"), taskIds, {}, variables)).toBeUndefined();
    expect(await failureOf(asPerson("SUPERVISOR"), taskIds, {}, variables)).toMatchObject({ code: "not-allowed" });
  });

  it("are named after the studio's limits: those that all rules allow", async () => {
    const { taskIds } = addProject(fake, 1, 3);
    const variables = { ACTION_LIMITS: { render: { roles: ["admin", "client"] } } };
    const reply = await failureOf(
      asPerson("MANAGER"),
      taskIds,
      { roles: ["admin", "manager", "supervisor"] },
      variables,
    );
    expect(reply).toMatchObject({
      title: "Your role may not run this action",
      text: "Render is for admins, and your role here is manager.",
      advice: "Nothing was done. Ask one of the admins to run it.",
    });
    expect(reply?.outcomes?.map(({ state }) => state)).toEqual(["skipped", "skipped", "skipped"]);
  });

  it.each([
    [["client"], "No role may run Render: the action is for admins and managers, and ACTION_LIMITS allows clients."],
    [[], "No role may run Render: the action is for admins and managers, and ACTION_LIMITS allows none."],
  ])("say so if none is allowed: %j", async (roles, text) => {
    const { taskIds } = addProject(fake, 1, 1);
    const variables = { ACTION_LIMITS: { render: { roles } } };
    const reply = await failureOf(asPerson("MANAGER"), taskIds, { roles: ["admin", "manager"] }, variables);
    expect(reply).toMatchObject({ text, advice: "Nothing was done. Ask your TD to correct ACTION_LIMITS." });
  });

  it("are about the tasks only if other tasks would help", async () => {
    const [mine, other] = [addProject(fake, 1, 2), addProject(fake, 2, 1)];
    fake.teams.set(other.projectId, [{ person: MANAGER, project_role: "client" }, BOT_MEMBER]);
    const reply = await failureOf(asPerson("MANAGER"), [...mine.taskIds, ...other.taskIds], { roles: ["manager"] });
    expect(reply).toMatchObject({
      text: "Render is for managers, and your role here is client: 1 of 3 tasks.",
      advice: "Nothing was done. Take these tasks out of the selection or ask one of the managers to run it.",
    });
    expect((await failureOf(asPerson("OUTSIDER"), mine.taskIds))?.advice).not.toContain("Take these");
  });

  it("come with advice for each reason", async () => {
    const [mine, other] = [addProject(fake, 1, 2), addProject(fake, 2, 1)];
    fake.teams.set(other.projectId, [BOT_MEMBER]);
    const all = [...mine.taskIds, ...other.taskIds];
    const advice = "Ask one of the managers to run it. Ask the production manager of Project 2 to add you to its team.";
    const variables = { ACTION_LIMITS: { render: { roles: ["manager"] } } };
    expect(await failureOf(asPerson("ARTIST"), all, {}, variables)).toMatchObject({
      text: "Render is for managers, and your role here is artist: 2 of 3 tasks. You are not in the team of Project 2: 1 of 3 tasks.",
      advice: `Nothing was done. ${advice}`,
    });
    const allowed = addProject(fake, 3, 1);
    fake.teams.set(allowed.projectId, [{ person: ARTIST, project_role: "manager" }, BOT_MEMBER]);
    expect(await failureOf(asPerson("ARTIST"), [...all, ...allowed.taskIds], {}, variables)).toMatchObject({
      advice: `Nothing was done. Take these tasks out of the selection. ${advice}`,
    });
  });

  it("are read from Zou once per call", async () => {
    const { projectId } = addProject(fake, 1, 1);
    const kitsu = open([]);
    const roleIn = createRoleLookup(asPerson("PROMOTED"), kitsu);
    expect(await roleIn(projectId)).toBe("supervisor");
    fake.teams.set(projectId, []);
    expect(await createRoleLookup(asPerson("PROMOTED"), open([]))(projectId)).toBeUndefined();
    expect(await roleIn(projectId)).toBe("supervisor");
  });
});

describe("projects", () => {
  it("must have the person in their team; tasks of other projects are named", async () => {
    const [mine, other] = [addProject(fake, 1, 2), addProject(fake, 2, 1)];
    fake.teams.set(other.projectId, [BOT_MEMBER]);
    const reply = await failureOf(asPerson("ARTIST"), [...mine.taskIds, ...other.taskIds]);
    expect(reply).toMatchObject({
      code: "not-allowed",
      text: expect.stringContaining("You are not in the team of Project 2: 1 of 3 tasks"),
    });
    expect(reply?.outcomes).toEqual([
      {
        id: other.taskIds[0],
        label: "Project 2 / SQ01 / SH1 / Animation",
        state: "skipped",
        reason: "You are not in the team of Project 2",
      },
    ]);
    expect(reply?.advice).toBe(
      "Nothing was done. Take these tasks out of the selection or ask the production manager of Project 2 to add you to its team.",
    );
    expect(await failureOf(asPerson("OUTSIDER"), mine.taskIds)).toMatchObject({ code: "not-allowed" });
  });

  it("may be limited by the studio", async () => {
    const [one, two] = [addProject(fake, 1, 1), addProject(fake, 2, 1)];
    const variables = { ACTION_LIMITS: { render: { projects: [one.projectId] } } };
    expect(await failureOf(asPerson("MANAGER"), one.taskIds, {}, variables)).toBeUndefined();
    expect(await failureOf(asPerson("MANAGER"), two.taskIds, {}, variables)).toMatchObject({
      text: expect.stringContaining("not allowed in Project 2"),
    });
  });

  it("that are not visible leave an empty selection", async () => {
    const hidden = addProject(fake, 1, 2, { team: [] });
    expect(await failureOf(asPerson("MANAGER"), hidden.taskIds)).toMatchObject({
      code: "kitsu-unknown",
      outcomes: [{ state: "skipped" }, { state: "skipped" }],
    });
  });
});

describe("departments", () => {
  it("may be limited by the studio", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const variables = { ACTION_LIMITS: { render: { departments: [id(8, 1)] } } };
    expect(await failureOf(asPerson("ARTIST", [id(8, 1)]), taskIds, {}, variables)).toBeUndefined();
    expect(await failureOf(asPerson("ARTIST", [id(8, 2)]), taskIds, {}, variables)).toMatchObject({
      code: "not-allowed",
      text: expect.stringContaining("other departments"),
    });
  });
});

describe("people", () => {
  it("may be chosen, by their id or e-mail address in Kitsu, for one action or for all", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const artist = { ...asPerson("ARTIST"), emailInKitsu: "Ann@Studio.tld" };
    for (const name of [artist.id ?? "", "ann@studio.tld", " ANN@studio.tld"])
      for (const actionId of ["render", "*"]) {
        const variables = { ACTION_LIMITS: { [actionId]: { people: [name] } } };
        expect(await failureOf(artist, taskIds, {}, variables)).toBeUndefined();
        expect(await failureOf(asPerson("ADMIN"), taskIds, {}, variables)).toMatchObject({
          code: "not-allowed",
          text: expect.stringContaining("only to some people"),
        });
      }
  });

  it("are not chosen by an e-mail address that is only claimed", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const variables = { ACTION_LIMITS: { "*": { people: ["ann@studio.tld"] } } };
    const claimed = { ...asPerson("ARTIST"), email: "ann@studio.tld" };
    expect(await failureOf(claimed, taskIds, {}, variables)).toMatchObject({ code: "not-allowed" });
  });

  it("are chosen beside an action's other limits", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const artist = asPerson("ARTIST");
    const limits = { "*": { people: [artist.id] }, render: { roles: ["manager"] } };
    expect(await failureOf(artist, taskIds, {}, { ACTION_LIMITS: limits })).toMatchObject({ code: "not-allowed" });
    expect(await failureOf(asPerson("MANAGER"), taskIds, {}, { ACTION_LIMITS: limits })).toMatchObject({
      text: expect.stringContaining("only to some people"),
    });
  });
});

describe("tasks", () => {
  it("of a vendor must be assigned to them", async () => {
    const { projectId, taskIds } = addProject(fake, 1, 1);
    const own = addTask(fake, projectId, addEntity(fake, projectId, 50, "Shot"), 50, { assignees: [VENDOR.id] });
    expect(await failureOf(asPerson("VENDOR"), [own])).toBeUndefined();
    expect(await failureOf(asPerson("VENDOR"), [own, ...taskIds])).toMatchObject({
      text: expect.stringContaining("assigned to them: 1 of 2"),
    });
  });

  it("must be of the kinds that the action accepts, as Zou says", async () => {
    const { projectId, taskIds } = addProject(fake, 1, 1);
    const asset = addTask(fake, projectId, addEntity(fake, projectId, 50, "Asset"), 50);
    const orphan = addTask(fake, projectId, id(3, 999), 51);
    expect(await failureOf(asPerson("ARTIST"), taskIds, { entityTypes: ["shot"] })).toBeUndefined();
    const reply = await failureOf(asPerson("ARTIST"), [...taskIds, asset, orphan], { entityTypes: ["shot"] });
    expect(reply?.outcomes?.map(({ reason }) => reason)).toEqual([
      "Render is for shots, not for assets",
      "Render is for shots, and this task's entity was deleted",
    ]);
    expect(reply).toMatchObject({
      text: "Render is for shots, not for assets: 1 of 3 tasks. Render is for shots, and this task's entity was deleted: 1 of 3 tasks.",
      advice: "Nothing was done. Take these tasks out of the selection or select tasks of shots.",
    });
    const concept = addTask(fake, projectId, addEntity(fake, projectId, 51, "Concept"), 52);
    const kinds = { entityTypes: ["shot", "asset", "edit"] } as const;
    expect((await failureOf(asPerson("ARTIST"), [concept], kinds))?.text).toContain(
      "for shots, assets and edits, not for concepts",
    );
  });

  it("must not be more than the action accepts", () => {
    expect(() => checkCount(action({ maxTasks: 1 }), 1)).not.toThrow();
    expect(() => checkCount(action({ maxTasks: 1 }), 2)).toThrow("takes one task at once; 2 are selected");
    expect(() => checkCount(action({ maxTasks: 50 }), 51)).toThrow("at most 50 tasks");
  });
});

describe("the required trust level", () => {
  it.each([
    [{}, {}, "unchecked", true],
    [{ TRUST: "access" }, {}, "claimed", false],
    [{ TRUST: "access" }, {}, "session", true],
    [{}, { trust: "session" }, "access", false],
    [{}, { trust: "session" }, "session", true],
    [{}, { needsKitsu: true }, "unchecked", false],
    [{}, { needsKitsu: true }, "claimed", true],
    // A limit can't be applied to an unknown person.
    [{}, { roles: ["manager"] }, "unchecked", false],
    [{}, { entityTypes: ["shot"] }, "unchecked", false],
    [{ ACTION_LIMITS: { render: { projects: [id(1, 1)] } } }, {}, "unchecked", false],
    [{ ACTION_LIMITS: { render: { departments: [id(1, 1)] } } }, {}, "unchecked", false],
    [{ ACTION_LIMITS: { render: { roles: ["admin"] } } }, {}, "unchecked", false],
    [{ ACTION_LIMITS: { render: { roles: ["admin"] } } }, {}, "claimed", true],
    [{ ACTION_LIMITS: { "*": { people: [id(1, 1)] } } }, {}, "unchecked", false],
  ] as const)(
    "is what the deployment %j and the action %j require: %s is enough: %s",
    (variables, rest, trust, isEnough) => {
      const check = () => checkTrust({ ...asPerson("ADMIN"), trust }, action(rest), settings(variables));
      if (isEnough) expect(check).not.toThrow();
      else expect(check).toThrow("needs a verified user");
    },
  );

  it("is not said to be reached by logging in where no session of Kitsu arrives", () => {
    const adviseTo = (trust: Trust) => {
      try {
        checkTrust({ ...asPerson("ADMIN"), trust: "unchecked" }, action({ trust }), settings({}));
      } catch (thrown) {
        return toEnglish(toFailure(thrown).reply.advice ?? "");
      }
      return undefined;
    };
    expect(adviseTo("session")).toContain("can't verify your session in Kitsu");
    expect(adviseTo("claimed")).toContain("Log in to Kitsu");
  });
});
