/** A playground on free ports, with a server in the worker's place that records requests. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test as base, expect, type Page } from "@playwright/test";
import { type Playground, startPlayground } from "../../../playground/serve.ts";

export const BOT_TOKEN = "the-bots-own-token";

/** The example secret of the Standard Webhooks documentation. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

export type Received = { method: string; url: string; headers: Record<string, string>; body: string };
export type Recorder = { url: string; received: Received[] };

/** Records what of the page existed when it ran. */
const USERSCRIPT = `
document.documentElement.dataset.userscript = JSON.stringify({
  app: Boolean(document.querySelector("#app")?.__vue_app__),
  scripts: document.querySelectorAll("script[src='/assets/app.js']").length,
});`;

type Fixtures = { recorder: Recorder; refusals: string[] };
type Shared = { servers: { recorder: Recorder; playground: Playground } };

export const test = base.extend<Fixtures, Shared>({
  servers: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from a pattern
    async ({}, use) => {
      const { recorder, close } = await startRecorder();
      const playground = await startPlayground({
        port: 0,
        worker: recorder.url,
        forwardSecret: SECRET,
        botToken: BOT_TOKEN,
        edge: recorder.url,
      });
      await use({ recorder, playground });
      await playground.close();
      close();
    },
    { scope: "worker" },
  ],
  recorder: async ({ servers }, use) => {
    servers.recorder.received.length = 0;
    await use(servers.recorder);
  },
  baseURL: ({ servers }, use) => use(servers.playground.url),
  /** CSP violations and uncaught errors of the page. */
  refusals: async ({ page }, use) => {
    const refusals: string[] = [];
    page.on("pageerror", (error) => refusals.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") refusals.push(message.text());
    });
    await use(refusals);
  },
});

export { expect };

async function startRecorder(): Promise<{ recorder: Recorder; close: () => void }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = "", url = "", headers } = request;
    const isScript = url === "/kitsu-actions.user.js";
    if (url.startsWith("/actions/") || url.startsWith("/edge/")) {
      const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      received.push({ method, url, headers: flat, body: Buffer.concat(chunks).toString("utf8") });
    }
    response.writeHead(200, {
      "access-control-allow-origin": headers.origin ?? "*",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "content-type",
      "set-cookie": "seen=yes; SameSite=Lax; Path=/",
      "content-type": isScript ? "text/javascript" : "text/html",
    });
    response.end(isScript ? USERSCRIPT : "<!doctype html><title>Answer</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { recorder: { url: `http://localhost:${port}`, received }, close: () => server.close() };
}

/** Selects the first tasks of the page, and returns their ids in order. */
export async function selectTasks(page: Page, count: number): Promise<string[]> {
  const tasks = page.locator("[data-task-id]");
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    await tasks.nth(index).click({ modifiers: index === 0 ? [] : ["Control"] });
    ids.push((await tasks.nth(index).getAttribute("data-task-id")) ?? "");
  }
  return ids;
}

/** Chooses a custom action and presses the button. */
export async function runAction(page: Page, name: string): Promise<void> {
  await page.getByLabel("Custom action", { exact: true }).selectOption({ label: name });
  await page.locator(".action-bar button").click();
}
