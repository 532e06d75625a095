// Dates and times on pages, in UTC.
import { type Content, html } from "./html.ts";

/** "2026-11-28 14:02:11", for tables whose heading names the time zone. */
export const formatMoment = (at: number) => new Date(at).toISOString().slice(0, 19).replace("T", " ");

export const renderTime = (at: number): Content =>
  html`<time datetime="${new Date(at).toISOString()}">${formatMoment(at)} UTC</time>`;
