/** A desktop notification when a run ends, for those who asked for it. */

import * as m from "../gen/userscript-messages.ts";
import { t } from "./i18n/index.ts";
import { ignoreErrors } from "./realm.ts";
import type { Button, Content } from "./toast-content.ts";

/** Notification is missing when Kitsu is served over http. */
const hasPermission = (permission: NotificationPermission) => window.Notification?.permission === permission;

/** Permission is only asked for when this button is clicked. */
export function createNotifyButtons(): Button[] {
  const isAnswered = () => !hasPermission("default");
  return isAnswered()
    ? []
    : [{ label: t(m.notify), isOver: isAnswered, onClick: () => Notification.requestPermission() }];
}

/** Only while the tab is in the background. */
export function notifyDesktop(run: string, { title, text }: Content): void {
  if (!document.hidden || !hasPermission("granted")) return;
  const notification = new Notification(title, { body: text, tag: run });
  notification.onclick = () => ignoreErrors(() => window.focus());
}
