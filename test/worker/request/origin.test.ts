import { describe, expect, it, vi } from "vitest";
import {
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  FORM_FIELDS,
  form,
  KITSU,
  readFailed,
  readLog,
} from "../../support/worker/worker.ts";

const preflight = (origin: string, headers = "content-type"): RequestInit => ({
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": headers },
});

describe("which pages may talk to the worker", () => {
  it("lets the studio's Kitsu read the response to a request with credentials", async () => {
    const { headers } = await ask("/actions/debug", ajax());
    expect(headers.get("access-control-allow-origin")).toBe(KITSU);
    expect(headers.get("access-control-allow-credentials")).toBe("true");
    expect(headers.get("vary")).toContain("Origin");
  });

  it.each(["", "/edge"])(
    "lets it read the response at an address with a trailing slash, under the path %j",
    async (base) => {
      const variables = { BASE_PATH: base, TRUST: "unchecked" };
      for (const path of ["/actions/debug/", `/runs/${"0".repeat(32)}/void/`, "/kitsu-actions.user.js/"]) {
        const init = path.endsWith(".js/") ? { headers: { origin: KITSU } } : ajax();
        const response = await ask(`${base}${path}`, init, variables);
        expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
      }
    },
  );

  it("accepts every address in KITSU_URL, whatever its path", async () => {
    const variables = { KITSU_URL: `${KITSU}, http://10.0.0.7:8080/kitsu/` };
    const response = await ask("/actions/debug", ajax(AJAX_FIELDS, { origin: "http://10.0.0.7:8080" }), variables);
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("http://10.0.0.7:8080");
  });

  it.each([
    ["another site", "https://elsewhere.tld"],
    ["a site whose name begins like Kitsu's", `${KITSU}.elsewhere.tld`],
    ["Kitsu over plain http", "http://kitsu.studio.tld"],
    ["another port", `${KITSU}:8443`],
    ["a sandboxed frame", "null"],
  ])("rejects a form from %s before any work", async (_, origin) => {
    const response = await ask("/actions/debug", form(FORM_FIELDS, { origin }));
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("This page may not run actions");
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
    expect(await readLog()).toEqual([]);
  });

  it("accepts a form from its own host if a Referrer-Policy hides the origin", async () => {
    const headers = { origin: "null", "sec-fetch-site": "same-origin" };
    const variables = { KITSU_URL: EDGE, BASE_PATH: "/edge", TRUST: "unchecked" };
    const response = await ask("/edge/actions/debug", form(FORM_FIELDS, headers), variables);
    expect(response.status).toBe(200);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
    const signIn = await ask(
      "/runs/sign-in",
      form({ token: "not the token at all" }, { ...headers, accept: "application/json" }),
    );
    expect((await readFailed(signIn)).code).toBe("sign-in-refused");
  });

  it.each(["cross-site", "same-site", "none", undefined])(
    "names the setting that hides the origin if the page could be anyone's: %s",
    async (site) => {
      const headers = {
        origin: "null",
        accept: "application/json",
        ...(site !== undefined && { "sec-fetch-site": site }),
      };
      for (const path of ["/actions/debug", "/runs/sign-in"]) {
        const reply = await readFailed(await ask(path, form(FORM_FIELDS, headers), { KITSU_URL: EDGE }));
        expect(reply).toMatchObject({ code: "origin-not-allowed", text: expect.stringContaining("Origin: null") });
        expect(reply.advice).toContain("Referrer-Policy");
        expect(reply.advice).toContain("strict-origin-when-cross-origin");
      }
    },
  );

  it("says to use https if a form comes from https to http, for which browsers hide the origin", async () => {
    const headers = { origin: "null", accept: "application/json", "sec-fetch-site": "cross-site" };
    const advise = async (KITSU_URL: string, address: string) =>
      (await readFailed(await ask(`${address}/actions/debug`, form(FORM_FIELDS, headers), { KITSU_URL }))).advice;
    const http = EDGE.replace("https", "http");
    expect(await advise(KITSU, http)).toContain("serve this one over https");
    expect(await advise(KITSU, EDGE)).toContain("Referrer-Policy");
    expect(await advise(KITSU.replace("https", "http"), http)).toContain("Referrer-Policy");
  });

  const withoutOrigin = (init: RequestInit, site: string | undefined): RequestInit => {
    const headers = new Headers(init.headers);
    headers.delete("origin");
    if (site !== undefined) headers.set("sec-fetch-site", site);
    return { ...init, headers };
  };

  it.each([undefined, "none", "same-site", "cross-site"])(
    "rejects a POST without an origin from a page that is %s",
    async (site) => {
      const response = await ask("/actions/debug", withoutOrigin(ajax(), site), { KITSU_URL: EDGE });
      expect(response.status).toBe(403);
      expect((await readFailed(response)).code).toBe("origin-not-allowed");
    },
  );

  it("accepts a call from its own host although a proxy removes the origin", async () => {
    for (const init of [ajax(), form(FORM_FIELDS)]) {
      const response = await ask("/actions/debug", withoutOrigin(init, "same-origin"), { KITSU_URL: EDGE });
      expect(response.status).toBe(200);
      expect(response.headers.has("access-control-allow-origin")).toBe(false);
    }
  });

  it("names the addresses that it accepts", async () => {
    const reply = await readFailed(await ask("/actions/debug", ajax(AJAX_FIELDS, { origin: "https://elsewhere.tld" })));
    expect(reply.text).toContain("https://elsewhere.tld");
    expect(reply.advice).toContain(KITSU);
    expect(reply.advice).toContain("KITSU_URL");
  });

  it("rejects a request that calls its own origin cross-site", async () => {
    const headers = { origin: EDGE, "sec-fetch-site": "cross-site" };
    expect((await ask("/actions/debug", ajax(AJAX_FIELDS, headers), { KITSU_URL: EDGE })).status).toBe(403);
    expect(
      (
        await ask("/actions/debug", ajax(AJAX_FIELDS, { ...headers, "sec-fetch-site": "same-origin" }), {
          KITSU_URL: EDGE,
        })
      ).status,
    ).toBe(200);
  });

  it("lets any page link to a safe action, but not embed or fetch it", async () => {
    const headers = (mode: string) => ({ "sec-fetch-site": "cross-site", "sec-fetch-mode": mode, accept: "text/html" });
    expect((await ask("/actions/debug", { headers: headers("navigate") })).status).toBe(200);
    expect((await ask("/actions/debug", { headers: headers("no-cors") })).status).toBe(403);
  });
});

describe("the preflight of an AJAX call", () => {
  it("allows Kitsu, and the headers it asks for, for a limited time", async () => {
    const response = await ask(
      "/actions/debug?run=0123456789abcdef0123456789abcdef",
      preflight(KITSU, "Content-Type, sentry-trace,baggage"),
    );
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("access-control-allow-headers")).toBe("content-type, sentry-trace, baggage");
    expect(Number(response.headers.get("access-control-max-age"))).toBeGreaterThan(0);
    expect(response.headers.get("vary")).toContain("Origin");
  });

  it("allows any tracing headers that Kitsu's page asks for", async () => {
    const asked = "content-type, x-datadog-trace-id, request-id, newrelic, x-b3-traceid, uber-trace-id";
    const { headers } = await ask("/actions/debug", preflight(KITSU, asked));
    expect(headers.get("access-control-allow-headers")).toBe(asked);
  });

  it.each([
    ["an invalid name of a header", "content-type, two words, a:b, *, (x), é", "content-type"],
    ["a name that is too long", `content-type, ${"x".repeat(101)}`, "content-type"],
    ["nothing", "", ""],
    [
      "too many names",
      Array.from({ length: 51 }, (_, n) => `x-${n}`).join(","),
      Array.from({ length: 50 }, (_, n) => `x-${n}`).join(", "),
    ],
  ])("allows nothing for %s", async (_, asked, allowed) => {
    const { headers } = await ask("/actions/debug", preflight(KITSU, asked));
    expect(headers.get("access-control-allow-headers") ?? "").toBe(allowed);
  });

  it("rejects a foreign page", async () => {
    const response = await ask("/actions/debug", preflight("https://elsewhere.tld"));
    expect(response.status).toBe(403);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
    expect(response.headers.has("access-control-allow-headers")).toBe(false);
  });
});

describe("Kitsu's page can read the response, whatever went wrong", () => {
  it.each([
    ["an unknown action", "/actions/nonsense", ajax()],
    ["a wrong method", "/actions/debug", { method: "DELETE", headers: { origin: KITSU } }],
    ["a body that is not JSON", "/actions/debug", ajax("{")],
    ["a wrong content type", "/actions/debug", ajax("x", { "content-type": "text/plain" })],
    ["an empty selection", "/actions/publish", ajax({ ...AJAX_FIELDS, selection: [] })],
    ["an unknown address", "/nowhere", { headers: { origin: KITSU } }],
    ["settings that are partly wrong", "/actions/publish", ajax()],
  ])("%s", async (_, path, init) => {
    const variables = { FORWARD_TARGETS: { publish: { url: "https://pipeline.studio.tld/" } } };
    const response = await ask(path, init, variables);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect((await readFailed(response)).text).toMatch(/\.$/);
  });

  it("a thrown exception", async () => {
    const broken = {
      RUN_COORDINATORS: {
        getByName: () => {
          throw new Error("a fault of ours");
        },
      },
    };
    vi.spyOn(console, "error").mockReturnValue();
    const response = await ask(`/runs/${"a".repeat(32)}`, { headers: { origin: KITSU } }, broken);
    expect(response.status).toBe(500);
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
  });
});

describe("an invalid setting", () => {
  const broken = { LOG_TOKEN: "short" };

  it("is named to Kitsu's page, and its preflight is allowed for that", async () => {
    const asked = await ask("/actions/debug", preflight(KITSU, "content-type"), broken);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-headers")).toBe("content-type");
    const response = await ask("/actions/debug", ajax(), broken);
    for (const { headers } of [asked, response]) {
      expect(headers.get("access-control-allow-origin")).toBe(KITSU);
      expect(headers.get("access-control-allow-credentials")).toBe("true");
    }
    expect(await readFailed(response)).toMatchObject({
      code: "not-configured",
      text: expect.stringContaining("LOG_TOKEN"),
    });
  });

  it("is named to no other page, unless Kitsu's address is unknown", async () => {
    const at = async (origin: string, variables: object) =>
      (await ask("/actions/debug", ajax(undefined, { origin }), { ...variables })).headers.get(
        "access-control-allow-origin",
      );
    expect(await at("https://elsewhere.tld", broken)).toBeNull();
    expect(await at("https://elsewhere.tld", { KITSU_URL: "kitsu" })).toBe("https://elsewhere.tld");
  });
});

describe("Kitsu's page gets what the userscript needs, and no more", () => {
  it.each(["/", "/actions", "/runs", "/style.css", "/page.js", "/kitsu-actions.user.js"])("%s", async (path) => {
    const { headers, status } = await ask(path, {
      headers: { origin: KITSU, authorization: "Bearer sesame-open-sesame" },
    });
    if (status < 400 && !path.endsWith(".user.js")) expect(headers.has("access-control-allow-origin")).toBe(false);
    expect(headers.get("vary")).toContain("Origin");
  });

  it("never makes a record of the log public", async () => {
    const { run } = await (await ask("/actions/debug", ajax())).json<{ run: { id: string } }>();
    for (const variables of [{}, { LOCAL: "1", LOG_TOKEN: undefined }]) {
      for (const headers of [{ authorization: "Bearer sesame-open-sesame" }, {}]) {
        for (const origin of [KITSU, "https://elsewhere.tld"]) {
          const response = await ask(
            `http://localhost:8787/runs/${run.id}`,
            { headers: { ...headers, origin, accept: "application/json" } },
            variables,
          );
          expect(await response.text()).not.toContain("arrived");
        }
      }
    }
  });
});
