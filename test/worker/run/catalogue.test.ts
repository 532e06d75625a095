import { beforeEach, describe, expect, it, vi } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { ask, EDGE, KITSU } from "../../support/worker/worker.ts";
import { ARTIST, BOT_TOKEN, MANAGER, openFakeZou } from "../../support/worker/zou.ts";

let fake: ReturnType<typeof openFakeZou>;
beforeEach(() => {
  fake = openFakeZou();
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

  it("is in the language of the person of the session, else of the browser", async () => {
    const TITLE = { en: "Details for the TD", fr: "Détails pour le TD" };
    vi.spyOn(debug, "title", "get").mockReturnValue(TITLE);
    vi.spyOn(debug, "about", "get").mockReturnValue({ en: "Changes nothing.", fr: "Ne change rien." });
    fake.sessions.set("session-french", { ...ARTIST, locale: "fr_FR" });
    const read = async (headers: Record<string, string>) =>
      (await readCatalogue(`${KITSU}/actions`, headers)).actions.find(({ id }) => id === "debug");
    const cookie = "access_token_cookie=session-french";
    const french = { title: TITLE.fr, about: "Ne change rien." };
    expect(await read({ cookie, "accept-language": "en" })).toMatchObject(french);
    expect(await read({ "accept-language": "fr-CA" })).toMatchObject(french);
    expect(await read({})).toMatchObject({ title: TITLE.en, about: "Changes nothing." });
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
