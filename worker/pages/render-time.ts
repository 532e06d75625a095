// Moments, as pages say them: in UTC, and saying so.
import { type Content, html } from "./html.ts";

/** "2026-11-28 14:02:11", without saying the zone: for where that is said once for all. */
export const formatMoment = (at: number) => new Date(at).toISOString().slice(0, 19).replace("T", " ");

export const renderTime = (at: number): Content =>
  html`<time datetime="${new Date(at).toISOString()}">${formatMoment(at)} UTC</time>`;
