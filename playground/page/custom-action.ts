/** Runs a custom action exactly as Kitsu does, in both dialects. */
import superagent from "superagent";
import type { CustomAction } from "../custom-actions.ts";
import { element } from "./element.ts";
import { guessEntityType } from "./route.ts";
import { notifySent } from "./sent.ts";
import type { Store } from "./store.ts";

/** An action that is not "AJAX" is a plain HTML form that the browser submits to a new tab. */
export function drawActionForm(action: CustomAction, store: Store, run: string): HTMLFormElement {
  const fields = [
    ["personid", store.user.id],
    ["personemail", store.user.email],
    ["projectid", store.selectedProjectId],
    ["currentpath", store.route.path],
    ["currentserver", location.host],
    ["selection", [...store.selection.keys()].join(",")],
    ["entitytype", guessEntityType(store.route.path)],
  ] as const;
  const form = element(
    "form",
    { target: "_blank", method: "POST", action: action.url },
    ...fields.map(([name, value]) => element("input", { type: "hidden", id: name, name, value })),
    element("button", { class: "button is-wide", type: "submit" }, run),
  );
  form.addEventListener("submit", () => {
    const body = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString();
    notifySent({ url: absolute(action.url), contentType: "application/x-www-form-urlencoded", body, fields });
  });
  return form;
}

/**
 * Sends an "AJAX" action and ignores the answer. Kitsu doesn't catch failures either, so they end
 * in the console as unhandled rejections. A page that did better would hide what the userscript is
 * for.
 */
export function sendAction(action: CustomAction, store: Store): void {
  const data = {
    entitytype: guessEntityType(store.route.path),
    originurl: store.route.path,
    originserver: location.host,
    selection: [...store.selection.keys()],
    productionid: store.selectedProjectId,
    userid: store.user.id,
    useremail: store.user.email,
  };
  const body = JSON.stringify(data);
  const fields = Object.entries(data).map(([name, value]) => [name, JSON.stringify(value, null, 2)] as const);
  notifySent({ url: absolute(action.url), contentType: "application/json", body, fields });
  superagent.post(action.url).withCredentials().send(data).then(forget);
}

const forget = (): void => {};

/** An action's address may be relative to Kitsu's origin. */
const absolute = (url: string): string => new URL(url, location.origin).href;
