// Dates and times on pages, in the reader's time zone.
import { formatTime } from "../format/locale-formats.ts";
import { type Message, message, type Text } from "../format/message.ts";
import type { Reader } from "../format/reader.ts";
import { type ForReader, html } from "./html.ts";

/** @param isZoneKnown the page says once in which time zone its times are */
export const renderTime =
  (at: number, isZoneKnown = false): ForReader =>
  (reader) => {
    const shown = formatTime(at, isZoneKnown ? { ...reader, isOwnZone: true } : reader, {
      kind: "moment",
      hasSeconds: true,
    });
    return html`<time datetime="${new Date(at).toISOString()}">${shown}</time>`;
  };

/** "Times are in Europe/Paris." */
export const renderZone = (): ForReader => (reader) => html`<p class="quiet">${describeZone(reader)}</p>`;

function describeZone({ timeZone, isOwnZone }: Reader): Text {
  const times: Message = message("page.times", { zone: timeZone });
  return isOwnZone ? times : message("shared.sentences", { texts: [times, message("page.zoneUnknown")] });
}
