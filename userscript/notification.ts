/** The desktop notification that something ended, for those who asked for it. */

import { words } from "./i18n/index.ts";
import { quietly } from "./realm.ts";
import type { Content, Press } from "./toast-content.ts";

/** A Kitsu over http may not ask. */
const may = (wanted: NotificationPermission) => window.Notification?.permission === wanted;

/** The only thing that asks for the permission. */
export function drawNotice(): Press[] {
  const isOver = () => !may("default");
  return isOver() ? [] : [{ label: words().notify, isOver, act: () => Notification.requestPermission() }];
}

/** Only where nobody looks. */
export function notify(run: string, { title, text }: Content): void {
  if (!document.hidden || !may("granted")) return;
  const notice = new Notification(title, { body: text, tag: run });
  notice.onclick = () => quietly(() => window.focus());
}
