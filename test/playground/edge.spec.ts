/** Requests to `/edge` reach the worker unchanged, and so do the answers. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { startPlayground } from "../../playground/serve.ts";
import { expect, SECRET, test } from "./support/playground.ts";

const OPTIONS = { port: 0, worker: "http://127.0.0.1:9", forwardSecret: SECRET, botToken: "" };

/** A playground in front of a server. */
async function startBefore(listener: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const playground = await startPlayground({ ...OPTIONS, edge: `http://127.0.0.1:${port}` });
  return {
    url: playground.url,
    async close() {
      await playground.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

test("passes method, address, headers, cookies and body both ways", async ({ request, recorder, baseURL }) => {
  const response = await request.post("/edge/actions/debug?run=1", {
    data: { a: 1 },
    headers: { cookie: "access_token_cookie=abc" },
  });
  expect(response.status()).toBe(200);
  expect(response.headers()).toMatchObject({
    "content-type": "text/html",
    "set-cookie": "seen=yes; SameSite=Lax; Path=/",
  });
  expect(recorder.received[0]).toMatchObject({ method: "POST", url: "/edge/actions/debug?run=1", body: '{"a":1}' });
  expect(recorder.received[0]?.headers).toMatchObject({
    cookie: "access_token_cookie=abc",
    host: new URL(baseURL ?? "").host,
  });
});

test("keeps cookies and redirects, and streams answers", async () => {
  const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
  const { url, close } = await startBefore((request, response) => {
    if (request.url === "/edge/elsewhere") {
      response.writeHead(303, { location: "/edge/runs", "set-cookie": ["a=1; Path=/edge", "b=2; HttpOnly"] }).end();
      return;
    }
    response.write("first");
    void isRead.then(() => response.end(", second"));
  });
  const redirect = await fetch(`${url}/edge/elsewhere`, { redirect: "manual" });
  expect([redirect.status, redirect.headers.get("location")]).toEqual([303, "/edge/runs"]);
  expect(redirect.headers.getSetCookie()).toEqual(["a=1; Path=/edge", "b=2; HttpOnly"]);
  const answer = await fetch(`${url}/edge/slow`);
  const pieces: string[] = [];
  for await (const piece of answer.body ?? []) {
    pieces.push(Buffer.from(piece).toString());
    read();
  }
  expect(pieces).toEqual(["first", ", second"]);
  await close();
});

test("survives a worker that breaks off, and reports one that does not answer", async () => {
  const { url, close } = await startBefore((_, response) => {
    response.writeHead(200);
    response.write("first", () => response.destroy());
  });
  await expect(fetch(`${url}/edge/x`).then((answer) => answer.text())).rejects.toThrow();
  expect((await fetch(`${url}/my-tasks`)).status).toBe(200);
  await close();
  const down = await startPlayground({ ...OPTIONS, edge: "http://127.0.0.1:9" });
  const refused = await fetch(`${down.url}/edge/actions/debug`, { method: "POST", body: "x=1" });
  expect([refused.status, await refused.text()]).toEqual([502, expect.stringContaining("does not answer")]);
  await down.close();
});

test("has no /edge and no actions for it without a worker", async () => {
  const { url, close } = await startPlayground(OPTIONS);
  const answer = await fetch(`${url}/edge/actions/debug`);
  expect([answer.status, await answer.text()]).toEqual([
    404,
    expect.stringContaining("No worker runs under this origin"),
  ]);
  const page = await (await fetch(`${url}/my-tasks`)).text();
  expect(page).toContain("Playlist of previews");
  expect(page).not.toContain("session)");
  // Without a token there is no bot, and an empty token is not valid.
  const nobody = await fetch(`${url}/api/data/tasks`, { headers: { authorization: "Bearer " } });
  expect(nobody.status).toBe(422);
  await close();
});
