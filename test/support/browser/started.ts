// npm start, once for each Playwright worker, and what a person does in the playground.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect, type Page } from "@playwright/test";

export type Started = { worker: string; playground: string };

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port");
  return address.port;
}

/** Runs `npm start` until it is ready. */
async function start(environment: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk;
      if (output.includes("Kitsu Actions is running")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}: ${output}`)));
  });
  return child;
}

export const test = base.extend<object, { started: Started }>({
  started: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern of a fixture
    async ({}, use) => {
      const [workerPort, playgroundPort] = [await findFreePort(), await findFreePort()];
      const state = await mkdtemp(join(tmpdir(), "kitsu-actions-"));
      const child = await start({
        WORKER_PORT: `${workerPort}`,
        PLAYGROUND_PORT: `${playgroundPort}`,
        STATE_DIR: state,
      });
      await use({ worker: `http://localhost:${workerPort}`, playground: `http://localhost:${playgroundPort}` });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      expect(await ended).toBe(0);
      for (const port of [workerPort, playgroundPort])
        await expect(fetch(`http://127.0.0.1:${port}/ping`)).rejects.toThrow();
      await rm(state, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 240_000 },
  ],
});

/**
 * The userscript's shadow root is closed. This opens every shadow root, so that a test can look
 * inside.
 */
export const openRoots = () => {
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    return attachShadow.call(this, { ...init, mode: "open" });
  };
};

export async function openPlayground(page: Page, { playground }: Started): Promise<void> {
  await page.addInitScript(openRoots);
  await page.goto(playground);
  await page.locator("[data-task-id]").first().click();
  await page
    .locator("[data-task-id]")
    .nth(4)
    .click({ modifiers: ["ControlOrMeta"] });
}

export const choose = (page: Page, label: string) => page.selectOption("#custom-action", { label });
export const run = (page: Page) => page.getByRole("button", { name: /^Run custom action for/ }).click();

export async function runForm(page: Page, label: string): Promise<Page> {
  await choose(page, label);
  const [tab] = await Promise.all([page.context().waitForEvent("page"), run(page)]);
  await tab.waitForLoadState();
  return tab;
}
