/** The playground's HTML page in its variants, and the small window around it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * How the script gets into the page: as a manager runs it, or by a tag with the worker's address
 * (`tag`), with a path of this host (`own-tag`), or both a manager and a tag.
 */
const WAYS = ["early", "late", "off", "tag", "own-tag", "both"] as const;
type Way = (typeof WAYS)[number];

export type Variant = { csp: "none" | "strict" | "closed"; userscript: Way; hasReferrer: boolean };

/** `?csp=strict` or `closed`, `?userscript=<way>`, `?referrer=none`, in any combination. */
export function readVariant(query: URLSearchParams): Variant {
  const csp = query.get("csp");
  return {
    csp: csp === "strict" || csp === "closed" ? csp : "none",
    hasReferrer: query.get("referrer") !== "none",
    userscript: WAYS.find((way) => way === query.get("userscript")) ?? "early",
  };
}

/** @param data what the page starts with. The real Kitsu requests it after loading. */
export function renderHtml(variant: Variant, worker: string, data: object): Promise<string> {
  return fillTemplate("index.html", {
    data: escapeText(JSON.stringify(data)),
    userscript: includeScript(variant.userscript, worker),
  });
}

/** `?window=1366x768` shows the page in a frame of that size. */
export function renderFrame({ pathname, searchParams }: URL): Promise<string> | undefined {
  const [, width, height] = /^(\d{3,4})x(\d{3,4})$/.exec(searchParams.get("window") ?? "") ?? [];
  if (!width || !height) return undefined;
  const rest = new URLSearchParams(searchParams);
  rest.delete("window");
  const path = escapeText(`${pathname}${rest.size > 0 ? `?${rest}` : ""}`);
  return fillTemplate("frame.html", { width, height, size: `${width} × ${height}`, path });
}

/** Reads the file each time, so that a reload shows an edit. */
async function fillTemplate(name: string, values: Readonly<Record<string, string>>): Promise<string> {
  const template = await readFile(join(import.meta.dirname, "page", name), "utf8");
  return template.replace(/<!-- (\w+) -->|%(\w+)%/g, (_, comment, name) => values[comment ?? name] ?? "");
}

const escapeText = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

const SCRIPT = '<script src="/kitsu-actions.user.js"></script>';

function includeScript(way: Way, worker: string): string {
  if (way === "off") return "";
  // A late userscript waits in a template. Cloned scripts run without a Trusted Types policy.
  if (way === "late") return `<template id="late-userscript">${SCRIPT}</template>`;
  const tag = `<script async src="${way === "own-tag" ? "/edge" : worker}/kitsu-actions.js"></script>`;
  return { early: SCRIPT, tag, "own-tag": tag, both: SCRIPT + tag }[way];
}

export function headersOf({ csp, userscript, hasReferrer }: Variant, worker: string): Record<string, string> {
  return {
    ...(csp === "strict" && { "content-security-policy": strictCsp(worker, userscript) }),
    // A strict policy that does not list the worker.
    ...(csp === "closed" && { "content-security-policy": "connect-src 'self'" }),
    ...(!hasReferrer && { "referrer-policy": "no-referrer" }),
  };
}

/**
 * The policy of a strict studio. `vue` is the policy that Vue creates. It lacks `unsafe-eval`,
 * which the real Kitsu needs for its translations and a userscript must not need.
 */
function strictCsp(worker: string, way: Way): string {
  return [
    "default-src 'self'",
    `script-src 'self'${way === "tag" || way === "both" ? ` ${worker}` : ""}`,
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${worker}`,
    `form-action 'self' ${worker}`,
    "object-src 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types vue",
  ].join("; ");
}
