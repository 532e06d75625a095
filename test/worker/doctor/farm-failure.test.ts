// Farms with a fault, and what the doctor says about each: it names the cause, and asks for no more
// than it needs.
import { describe, expect, it } from "vitest";
import { setStatus } from "../../../playground/farms/flamenco/machines.ts";
import { AFANASY_URL, openFakeAfserver } from "../../support/worker/afserver.ts";
import { diagnose, htmlPage, openSurroundings } from "../../support/worker/doctor.ts";
import { dead, refuse } from "../../support/worker/doctor-faults.ts";
import { FLAMENCO, openFakeFlamenco } from "../../support/worker/flamenco.ts";

const HTTP = "http://flamenco.studio.tld";
const VERSION = "/api/v3/version";
const SIMPLE = "simple-blender-render";
const AWAKE = { workers: [{ id: "w1", status: "awake" }] };
const TAG = "11111111-1111-4111-8111-111111111111";
const flamenco = (more: object = {}) => ({
  FLAMENCO: { url: FLAMENCO, blend: "/mnt/prod/{entity}.blend", output: "/mnt/prod", ...more },
});
const template = (id: string, job: object = {}) => ({ id, service: "blender", command: "blender @#@ @#@", job });
const afanasy = (...templates: object[]) => ({
  AFANASY: { url: AFANASY_URL, templates: templates.length > 0 ? templates : [template("blender")] },
});

const findFarms = async (settings: object, headers = {}) =>
  (await diagnose({ ...settings }, { headers })).filter(({ group }) => group === "farms");

describe("Flamenco", () => {
  it("is accused of nothing if it is well, and is given no work", async () => {
    openSurroundings();
    const { requests, jobs } = openFakeFlamenco();
    expect(await findFarms(flamenco())).toMatchObject([{ id: "flamenco", level: "fine" }]);
    expect(requests.filter((one) => !one.startsWith("GET "))).toEqual([]);
    expect(jobs.size).toBe(0);
  });

  it.each([
    ["with the path of its page", `${FLAMENCO}/app`, FLAMENCO, () => htmlPage()],
    ["with the path of its API", `${FLAMENCO}/api/v3`, FLAMENCO, refuse(404, { message: "Not Found" })],
    ["with another port", `${FLAMENCO}:9090`, FLAMENCO.replace("https", "http").concat(":8080"), dead],
  ])("is found if its address is written %s", async (_, url, right, give) => {
    const { answer } = openSurroundings();
    answer(right + VERSION, () => Response.json({ version: "3.9 (abc)", shortversion: "3.9" }));
    answer(url + VERSION, give);
    const [found] = await findFarms(flamenco({ url }));
    expect(found).toMatchObject({ id: "farm-failed", level: "broken" });
    expect(found?.fix).toContain(`set FLAMENCO.url to "${right}"`);
  });

  it("redirects to https", async () => {
    const { answer } = openSurroundings();
    answer(HTTP, ({ url }) => Response.redirect(url.replace("http:", "https:"), 301));
    const [found] = await findFarms(flamenco({ url: HTTP }));
    expect(found?.text).toContain(`redirects to ${FLAMENCO}`);
  });

  it("is behind a login that redirects, and no open door beside it is recommended", async () => {
    const { answer } = openSurroundings();
    answer(`${HTTP}:8080`, () => Response.json({ version: "3.9", shortversion: "3.9" }));
    answer(FLAMENCO, () => Response.redirect("https://studio.cloudflareaccess.com/login"));
    const [found] = await findFarms(flamenco());
    expect(found?.text).toContain("redirects to https://studio.cloudflareaccess.com/login");
    expect(found?.fix).toMatch(/login.*FLAMENCO_ACCESS_ID/);
  });

  it("is not said to be stopped if another server answers", async () => {
    const { answer } = openSurroundings();
    answer(FLAMENCO, () => new Response("404 page not found", { status: 404 }));
    const [found] = await findFarms(flamenco());
    expect(found?.text).toBe(`${FLAMENCO} answers with status 404.`);
    expect(found?.fix).toBe("If another server answers: correct FLAMENCO.url in the settings.");
  });

  it("lacks a job type, the tag, and a machine that is awake", async () => {
    openSurroundings();
    const { manager, now } = openFakeFlamenco();
    for (const machine of manager.machines) setStatus(machine, "asleep", now());
    const findings = await findFarms(flamenco({ job_types: [SIMPLE, "studio-comp"], worker_tag: TAG }));
    expect(findings).toMatchObject([
      {
        id: "flamenco-job-type",
        text: expect.stringMatching(/does not have studio-comp\. It has .*simple-blender-render/),
      },
      { id: "flamenco-tag", text: `Flamenco does not have ${TAG}. It has none.` },
      { id: "farm-machines", level: "worth-knowing", text: expect.stringContaining("No machine is awake") },
      { id: "flamenco", level: "fine" },
    ]);
  });

  it("is too old, and is asked for nothing else", async () => {
    openSurroundings();
    const { manager, requests } = openFakeFlamenco();
    manager.minor = 2;
    const [found, ...others] = await findFarms(flamenco({ worker_tag: TAG }));
    expect(found).toMatchObject({ id: "flamenco-version", level: "risky", text: expect.stringContaining("3.2") });
    expect(others).toEqual([]);
    expect(requests).toEqual(["GET /version"]);
  });

  it("is reached over plain http outside of the network", async () => {
    const { answer } = openSurroundings();
    const paths = { version: { version: "3.9" }, configuration: {}, "jobs/types": { job_types: [{ name: SIMPLE }] } };
    for (const [path, words] of Object.entries({ ...paths, "worker-mgt/workers": AWAKE }))
      answer(`${HTTP}/api/v3/${path}`, () => Response.json(words));
    expect((await findFarms(flamenco({ url: HTTP }))).map(({ id }) => id)).toEqual(["farm-plain-http", "flamenco"]);
  });
});

describe("Afanasy", () => {
  it("is accused of nothing if it is well, and is given no work", async () => {
    openSurroundings();
    const { messages } = openFakeAfserver();
    expect(await findFarms(afanasy(template("blender", { hosts_mask: "node.*" })))).toMatchObject([
      { id: "afanasy", level: "fine" },
    ]);
    expect(messages.filter((one) => !("get" in one))).toEqual([]);
  });

  it.each([
    ["offline", "No machine is online: jobs will wait."],
    ["paused", "All online machines are paused: jobs will wait."],
  ] as const)("has only machines that are %s", async (state, reason) => {
    openSurroundings();
    openFakeAfserver().setMachines(state);
    const [found] = await findFarms(afanasy());
    expect(found).toMatchObject({ id: "farm-machines", text: reason });
  });

  it("shows its page, but does not get its header", async () => {
    const { answer } = openSurroundings();
    answer(AFANASY_URL, ({ method }) => (method === "GET" ? htmlPage({}, "<title>AFANASY</title>") : dead()));
    const [found] = await findFarms(afanasy());
    expect(found?.fix).toContain("Use the relay");
  });

  it("is stopped, and its relay says so", async () => {
    const { answer } = openSurroundings();
    const words = { relay: "unreachable", info: { kind: "error", text: "afserver can't be reached: refused" } };
    answer(AFANASY_URL, refuse(502, words));
    const [found] = await findFarms(afanasy());
    expect(found?.text).toContain("Its relay reports: afserver can't be reached: refused");
    expect(found?.fix).toBe('Start afserver, or correct "afserver" in the relay\'s configuration.');
  });

  it("has a relay with another token, and nothing else is suspected", async () => {
    const { answer } = openSurroundings();
    answer(AFANASY_URL, refuse(401, { info: { kind: "error", text: "the token is missing or wrong" } }));
    const [found] = await findFarms(afanasy());
    expect(found?.fix).toMatch(/^If the relay answered: .*AFANASY_TOKEN/);
    expect(found?.fix).not.toMatch(/ACCESS/);
  });
});
