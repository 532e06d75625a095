// A first set-up, step by step as docs/deploy.md and docs/on-premises.md have it: the doctor's page
// names the next step first, until nothing is left.
import { expect, it } from "vitest";
import {
  addCustomAction,
  HEALTHY,
  htmlPage,
  openSurroundings,
  type Surroundings,
} from "../../support/worker/doctor.ts";
import type { Fault } from "../../support/worker/doctor-faults.ts";
import { ask, EDGE, KITSU, READER } from "../../support/worker/worker.ts";
import { BOT } from "../../support/worker/zou.ts";

/** `first`: what the page says first; none: nothing is left */
type Step = Pick<Fault, "settings" | "outside"> & { first?: RegExp };

async function follow(path: string, start: Record<string, unknown>, steps: readonly Step[], headers = {}) {
  const surroundings = openSurroundings();
  surroundings.zou.customActions.clear();
  surroundings.zou.teams.clear();
  let settings: Record<string, unknown> = { ...HEALTHY, ...start };
  for (const { settings: more, outside, first } of steps) {
    settings = { ...settings, ...more };
    outside?.(surroundings);
    const page = await ask(path, { headers: { ...READER, accept: "text/html", ...headers } }, settings);
    const [, below] = (await page.text()).split("Fix this first");
    const named = below?.split("</ul>")[0]?.replaceAll("&#39;", "'");
    if (first === undefined) expect(named).toBeUndefined();
    else expect(named).toMatch(first);
  }
}

const artist = { ...BOT, role: "user" as const };
const join = ({ zou }: Surroundings) => {
  for (const id of zou.projects.keys()) zou.teams.set(id, [{ person: BOT, project_role: null }]);
};

it("on a host of its own at Cloudflare", () =>
  follow("/doctor", { KITSU_URL: "https://kitsu.studio.example", KITSU_TOKEN: "", LOG_TOKEN: "sesame-open-sesame" }, [
    {
      outside: ({ answer }) => answer("https://kitsu.studio.example", () => new Error("getaddrinfo")),
      first: /kitsu\.studio\.example.*can't be reached.*Check KITSU_URL/s,
    },
    { settings: { KITSU_URL: `${KITSU}/api` }, first: /KITSU_URL.*not of its API/s },
    { settings: { KITSU_URL: KITSU }, first: /KITSU_TOKEN.*Create a bot/s },
    { settings: { KITSU_TOKEN: "cut" }, first: /KITSU_TOKEN.*only part of one/s },
    {
      settings: { KITSU_TOKEN: "artist" },
      outside: ({ zou }) => void zou.sessions.set("artist", artist),
      first: /role is artist/,
    },
    { settings: { KITSU_TOKEN: HEALTHY.KITSU_TOKEN }, first: /no open production.*under Team/s },
    { outside: join, first: /Kitsu has none.*npm run register/s },
    { outside: ({ zou }) => addCustomAction(zou, 1, { name: "Debug", url: `${EDGE}/actions/debug` }) },
  ]));

it("on premises", () =>
  follow("http://127.0.0.1:8787/edge/doctor", { BASE_PATH: "/edge", TRUST_PROXY: "1", KITSU_TOKEN: "" }, [
    { first: /every call is refused.*Route a path of Kitsu's host/s },
  ]));

it("on premises, once nginx passes calls on: what is left is in the list", async () => {
  const { answer } = openSurroundings();
  const headers = {
    "x-forwarded-host": "kitsu.studio.tld",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "10.0.0.9",
  };
  const settings = { ...HEALTHY, BASE_PATH: "/edge", TRUST_PROXY: "1", KITSU_TOKEN: "" };
  const read = async () =>
    (await ask("http://127.0.0.1:8787/edge/doctor", { headers: { ...READER, ...headers } }, settings)).text();
  const before = await read();
  expect(before).not.toContain("Fix this first");
  expect(before).toContain("If there is none yet: npm run register");
  expect(before).toContain("let Kitsu&#39;s web server add it");
  answer(`${KITSU}/|`, () => htmlPage({}, '<script async src="/edge/kitsu-actions.js"></script>'));
  expect(await read()).not.toContain("web server add it");
});
