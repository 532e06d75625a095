// The links between the pages for those who may read the log.
import { message } from "../format/message.ts";
import { type Content, html } from "./html.ts";

const PAGES = [
  ["runs", message("use.runs")],
  ["use", message("use.title")],
  ["doctor", message("doctor.title")],
] as const;

/** @param isBelow this page is one of those that the current one leads to */
export const renderLogNavigation = (basePath: string, current: (typeof PAGES)[number][0], isBelow = false): Content =>
  html`<nav class="tabs" aria-label="${message("use.pages")}">${PAGES.map(
    ([path, label]) =>
      html`<a href="${basePath}/${path}"${path === current && html` aria-current="${isBelow ? "true" : "page"}"`}>${label}</a>`,
  )}</nav>`;
