/** The studio's own server, and the server of the pages. */
import { Webhook } from "standardwebhooks";
import { TASKS } from "../../playground/data.ts";
import { forwardTargets } from "../../playground/forward-targets.ts";
import { expect, SECRET, test } from "./support/playground.ts";

const [first, second, third] = TASKS.map(({ id }) => id);

const call = JSON.stringify({
  version: 1,
  run: { id: "0".repeat(32), url: "http://localhost/runs/0" },
  action: "publish",
  call: {
    person: { id: "x", email: "ada@studio.example" },
    project: null,
    selection: [first, second, third],
    entityType: null,
    params: {},
  },
});

function sign(body: string, secret = SECRET, at = new Date()): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = new Webhook(secret).sign("msg_1", at, body);
  return {
    "content-type": "application/json",
    "webhook-id": "msg_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  };
}

test("the studio's server refuses calls that are unsigned, altered, old, or signed with another secret", async ({
  request,
}) => {
  const old = new Date(Date.now() - 3_600_000);
  const other = `whsec_${Buffer.from("another secret, just as long").toString("base64")}`;
  const attempts = [{}, sign(call, other), sign(`${call} `), sign(call, SECRET, old)];
  for (const headers of attempts) {
    const response = await request.post("/studio/reply", {
      headers: { "content-type": "application/json", ...headers },
      data: Buffer.from(call),
    });
    expect(response.status()).toBe(401);
    expect(response.headers()["content-type"]).toBe("application/problem+json");
  }
});

test("the studio's server tells the doctor whether it has the same secret", async ({ request }) => {
  const other = `whsec_${Buffer.from("another secret, just as long").toString("base64")}`;
  expect((await request.fetch("/studio/reply", { method: "OPTIONS" })).headers().allow).toBe("GET, POST");
  expect((await request.get("/studio/reply", { headers: sign("") })).status()).toBe(204);
  expect((await request.get("/studio/reply", { headers: sign("", other) })).status()).toBe(401);
  expect((await request.get("/studio/missing", { headers: sign("") })).status()).toBe(404);
});

test("the studio's server answers a signed call for each of its tasks", async ({ request }) => {
  const response = await request.post("/studio/reply", { headers: sign(call), data: Buffer.from(call) });
  expect(response.status()).toBe(200);
  expect(await response.json()).toMatchObject({
    version: 1,
    reply: {
      kind: "done",
      severity: "warning",
      title: "2 of 3 published",
      outcomes: [
        { id: first, label: "SQ010 / SH0010 / Layout", state: "done" },
        { id: second, state: "done" },
        { id: third, state: "skipped", reason: expect.any(String) },
      ],
      tables: [{ columns: ["File", "MB"] }],
      effects: [{ kind: "copy" }],
    },
  });
});

test("the studio's server gives every other kind of answer", async ({ request }) => {
  const answers: Record<string, [status: number, type: string]> = {
    problem: [409, "application/problem+json"],
    message: [200, "application/json"],
    text: [200, "text/plain; charset=utf-8"],
    html: [200, "text/html; charset=utf-8"],
    redirect: [303, ""],
    nothing: [204, ""],
    unheard: [404, "application/problem+json"],
  };
  for (const [behaviour, [status, type]] of Object.entries(answers)) {
    const response = await request.post(`/studio/${behaviour}`, {
      headers: sign(call),
      data: Buffer.from(call),
      maxRedirects: 0,
    });
    expect([behaviour, response.status(), response.headers()["content-type"] ?? ""]).toEqual([behaviour, status, type]);
  }
  const nonsense = await request.post("/studio/reply", { headers: sign("[]"), data: Buffer.from("[]") });
  expect(nonsense.status()).toBe(400);
});

test("every forward target except the one that is down exists on the studio's server", async ({ request, baseURL }) => {
  for (const { id, url } of forwardTargets(baseURL ?? "")) {
    if (id === "upload") continue;
    expect((await request.post(url, { data: "{}" })).status()).toBe(401);
  }
});

test("serves pages for Kitsu's paths, and 404 for missing files", async ({ request, baseURL }) => {
  const get = async (path: string) => {
    const response = await request.get(path);
    return [response.status(), response.headers()["content-type"]];
  };
  const html = "text/html; charset=utf-8";
  expect(await get("/productions/whatever/playlists")).toEqual([200, html]);
  expect(await get("/my-tasks")).toEqual([200, html]);
  expect(await get("/kitsu-actions.meta.js")).toEqual([404, "text/plain; charset=utf-8"]);
  expect(await get("/assets/other.js")).toEqual([404, "text/plain; charset=utf-8"]);
  expect(baseURL).toMatch(/^http:\/\/localhost:\d+$/);
});
