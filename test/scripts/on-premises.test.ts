// The steps of docs/on-premises.md and the files that they copy fit together, and the service.
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BODY_MAX_BYTES } from "../../worker/request/size-limits.ts";

const read = (path: string) => readFileSync(path, "utf8");
const find = (text: string, pattern: RegExp) => pattern.exec(text)?.[1];

const guide = read("docs/on-premises.md");
const site = read("examples/on-premises/kitsu-site.conf");
const location = read("examples/on-premises/kitsu-actions-location.conf");
const upstream = read("examples/on-premises/kitsu-actions-upstream.conf");
const unit = read("examples/on-premises/kitsu-actions.service");
const settings = read("examples/on-premises/settings.toml");
const base = find(settings, /^BASE_PATH = "(.+)"$/m);

describe("the steps", () => {
  it("copy only files that exist", () => {
    const copied = [...guide.matchAll(/^ *cp (examples\S+) /gm)].map(([, path = ""]) => path);
    expect(copied.length).toBeGreaterThanOrEqual(5);
    for (const path of copied) expect(read(path)).not.toBe("");
  });

  it("copy every file that the whole server includes", () => {
    const included = [...site.matchAll(/include snippets\/(\S+);/g)].map(([, name]) => name);
    expect(included).toHaveLength(2);
    for (const name of included)
      expect(guide).toMatch(new RegExp(`^ *cp examples/\\S+/${name} /etc/nginx/snippets/$`, "m"));
  });

  it("include what the whole server includes", () => {
    for (const [line] of site.matchAll(/include snippets\/\S+;/g)) expect(guide).toContain(line);
    expect(guide).toContain("location = /index.html {");
  });
});

describe("nginx", () => {
  it("passes the path of the settings on to the unit's port", () => {
    expect(find(location, /^location (\S+) \{$/m)).toBe(`${base}/`);
    expect(find(upstream, /server 127\.0\.0\.1:(\d+);/)).toBe(find(unit, / PORT=(\d+)/));
    expect(find(location, /proxy_pass http:\/\/(\w+);/)).toBe(find(upstream, /^upstream (\w+) /m));
  });

  it("puts the worker's script into the page, with every example", () => {
    for (const server of ["nginx", "caddy", "apache"])
      for (const name of readdirSync(join("examples", server)))
        expect(read(join("examples", server, name)).replaceAll("\\", "")).toContain(
          `<head><script async src="${base}/kitsu-actions.js"></script>`,
        );
  });

  it("leaves it to the worker to refuse what is too long, and waits for as long as an action may take", () => {
    expect(Number(find(location, /client_max_body_size (\d+)m;/)) * 1_024 * 1_024).toBeGreaterThan(BODY_MAX_BYTES);
    const longest = find(read("worker/settings/environment.ts"), /ACTION_TIME_LIMIT: boundedNumber\(\d+, (\d+)\)/);
    expect(Number(find(location, /proxy_read_timeout (\d+)s;/))).toBeGreaterThan(Number(longest));
  });

  it("uses a connection no longer than the service keeps it", () => {
    const kept = Number(find(upstream, /keepalive_timeout (\d+)s;/));
    expect(kept).toBeLessThan(createServer().keepAliveTimeout / 1_000);
  });

  it("writes no key to a log, and every header that the service trusts", () => {
    expect(location).toContain("access_log off;");
    for (const name of ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "Upgrade", "Connection"])
      expect(location).toContain(`proxy_set_header ${name} $`);
  });
});
