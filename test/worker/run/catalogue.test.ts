import { beforeEach, describe, expect, it } from "vitest";
import { ask, EDGE, KITSU } from "../../support/worker/worker.ts";
import { ARTIST, BOT_TOKEN, MANAGER, openFakeZou } from "../../support/worker/zou.ts";

beforeEach(() => {
  openFakeZou();
});

type Catalogue = {
  version: number;
  person: { trust: string; role?: string };
  actions: { id: string; url: string; modes: string[]; mayRun: boolean }[];
};
const readCatalogue = async (
  path: string,
  headers: Record<string, string> = {},
  variables: object = { KITSU_TOKEN: BOT_TOKEN },
) => (await ask(path, { headers }, { ...variables })).json<Catalogue>();
const mayRun = ({ actions }: Catalogue) => Object.fromEntries(actions.map((action) => [action.id, action.mayRun]));

describe("the catalogue", () => {
  it("lists the actions, with their modes and URLs", async () => {
    const { version, actions } = await readCatalogue("/actions");
    expect(version).toBe(1);
    expect(actions.find(({ id }) => id === "playlist")).toMatchObject({
      url: `${EDGE}/actions/playlist`,
      modes: ["ajax", "form"],
      title: "Make a playlist",
    });
    expect((await readCatalogue("/actions", {}, {})).actions.map(({ id }) => id)).not.toContain("playlist");
  });

  it("says which actions the person of the session may run", async () => {
    const as = (person: { id: string }) =>
      readCatalogue(`${KITSU}/actions`, { cookie: `access_token_cookie=session-${person.id}` });
    expect(mayRun(await as(MANAGER))).toMatchObject({ debug: true, playlist: true });
    expect(mayRun(await as(ARTIST))).toMatchObject({ debug: true, playlist: false });
    expect((await as(ARTIST)).person).toEqual({ trust: "session", role: "user" });
  });

  it("looks up no claim, so that nobody learns who exists", async () => {
    const [known, unknown] = [
      await readCatalogue(`/actions?personid=${ARTIST.id}`),
      await readCatalogue("/actions?personid=nobody"),
    ];
    expect(known).toEqual(unknown);
    expect(known.person.trust).toBe("unchecked");
    expect(mayRun(known)).toMatchObject({ playlist: false });
  });
});
