// What every action promises. The test of an action begins with this.
import { describe, expect, it } from "vitest";
import type { Action } from "../../../worker/action/action.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { ajax, ask, form, readAnswer, readLog } from "./worker.ts";

/** @param variables the settings that make the action available */
export function describeAction(action: Action, variables: Record<string, unknown> = {}): void {
  const path = `/actions/${action.id}`;

  describe(`the action ${action.id}, as every action,`, () => {
    it("has a title that fits Kitsu's menu, and describes itself in one sentence", () => {
      expect(action.id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      const title = toEnglish(action.title);
      expect(title.length).toBeGreaterThan(0);
      expect(title.length).toBeLessThanOrEqual(80);
      expect(toEnglish(action.about)).toMatch(/^[A-Z].*\.$/);
    });

    it("is offered on the home page", async () => {
      expect(await (await ask("/", {}, variables)).text()).toContain(path);
    });

    it("answers AJAX with JSON of the contract and its run", async () => {
      const answer = await readAnswer(await ask(path, ajax(), variables));
      expect(answer.run?.url).toContain(answer.run?.id);
      expect(answer.reply.title).not.toBe("");
    });

    it("answers a form with a page", async () => {
      const response = await ask(path, form(), variables);
      if (response.status === 303) return expect(response.headers.get("location")).toMatch(/^https?:/);
      expect(response.headers.get("content-type")).toContain("text/html");
      expect(await response.text()).toContain("<h1>");
    });

    it("is logged", async () => {
      await ask(path, ajax(), variables);
      expect(await readLog()).toMatchObject([{ action: action.id }]);
    });

    it(action.isSafe ? "may be opened as a link" : "can't be opened as a link", async () => {
      const { status } = await ask(path, { headers: { accept: "text/html" } }, variables);
      // An action that needs Kitsu refuses a link without a person and tasks.
      if (action.isSafe && action.needsKitsu) expect(status).not.toBe(405);
      else expect(status).toBe(action.isSafe ? 200 : 405);
    });
  });
}
