// ACTION_LIMITS with people: an action in staging, beside the live one, for those who try it.
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Action } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { DONE } from "../../support/worker/runs.ts";
import { AJAX_FIELDS, ajax, ask, EDGE, KITSU, readAnswer } from "../../support/worker/worker.ts";
import { ADMIN, ARTIST, addProject, BOT_TOKEN, CLIENT, MANAGER, openFakeZou } from "../../support/worker/zou.ts";

type Limits = Record<string, { people: string[] }>;
type Someone = { id: string; email: unknown };
const REFUSED = { kind: "failed", code: "not-allowed", text: expect.stringContaining("only to some people") };

let selection: string[] = [];
beforeEach(() => {
  selection = addProject(openFakeZou(), 1, 1).taskIds;
  replaceRun(debug).mockResolvedValue(DONE);
});

const variables = (ACTION_LIMITS: Limits) => ({ KITSU_TOKEN: BOT_TOKEN, ACTION_LIMITS });
const fieldsOf = ({ id, email }: Someone) => ({ ...AJAX_FIELDS, selection, userid: id, useremail: email });
const call = async (someone: Someone, limits: Limits) =>
  readAnswer(await ask("/actions/debug", ajax(fieldsOf(someone)), variables(limits)));

describe("people who are chosen", () => {
  it.each<[string, Limits, Someone[], Someone[]]>([
    ["by id", { "*": { people: [ARTIST.id] } }, [ARTIST], [ADMIN, MANAGER]],
    ["by e-mail address", { "*": { people: [String(MANAGER.email).toUpperCase()] } }, [MANAGER], [ADMIN]],
    ["with the role client", { "*": { people: [CLIENT.id, "nobody@studio.tld"] } }, [CLIENT], [MANAGER]],
    [
      "for the action itself, in place of those for every action",
      { "*": { people: [ARTIST.id] }, debug: { people: [MANAGER.id] } },
      [MANAGER],
      [ARTIST],
    ],
    ["by an empty list: nobody", { "*": { people: [] } }, [], [ADMIN, ARTIST]],
  ])("%s may run an action, and nobody else", async (_, limits, chosen, others) => {
    for (const someone of chosen) expect((await call(someone, limits)).reply).toMatchObject(DONE);
    for (const someone of others) expect((await call(someone, limits)).reply).toMatchObject(REFUSED);
  });

  it("are told what they may run", async () => {
    const mayRun = async ({ id }: Someone) => {
      const headers = { cookie: `access_token_cookie=session-${id}` };
      const response = await ask(`${KITSU}/actions`, { headers }, variables({ "*": { people: [MANAGER.id] } }));
      const { actions } = await response.json<{ actions: { id: string; mayRun: boolean }[] }>();
      return actions.find((action) => action.id === "debug")?.mayRun;
    };
    expect([await mayRun(MANAGER), await mayRun(ADMIN)]).toEqual([true, false]);
  });

  it("may not undo their runs once they are no longer chosen", async () => {
    const mutable: Pick<Action, "undo"> = debug;
    mutable.undo = vi.fn(async () => DONE);
    replaceRun(debug).mockImplementation(async ({ offerUndo }) => {
      offerUndo({ data: null, lifeS: 600 });
      return DONE;
    });
    const { run } = await call(MANAGER, { "*": { people: [MANAGER.id] } });
    const undo = async (people: string[]) => {
      const own = { personid: MANAGER.id, personemail: MANAGER.email };
      const path = (run?.undo?.url ?? "").replace(EDGE, "");
      return (await readAnswer(await ask(path, ajax(own), variables({ "*": { people } })))).reply;
    };
    expect(await undo([ARTIST.id])).toMatchObject(REFUSED);
    expect(mutable.undo).not.toHaveBeenCalled();
    expect(await undo([MANAGER.id])).toMatchObject(DONE);
    delete mutable.undo;
  });
});
