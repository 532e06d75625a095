import { bundle, serveUserscript } from "../support/browser/bundle.ts";
import { expect, readGlobal, STRICT_CSP, test } from "../support/browser/fixture.ts";
import { done } from "../support/browser/replies.ts";

for (const when of ["before", "after"] as const) {
  for (const policy of ["no", "a strict"]) {
    test(`sees a call when injected ${when} the app started, under ${policy} content security policy`, async ({
      kitsu,
      toasts,
      page,
      worker,
    }) => {
      if (policy !== "no")
        kitsu.headers["content-security-policy"] = `${STRICT_CSP}; connect-src 'self' ${worker.origin}`;
      kitsu.addAction("Publish", { body: done("Published") });
      await kitsu.open(when);
      await kitsu.run("Publish");
      await expect(toasts).toContainText("Published");
      await expect(toasts).toHaveCSS("border-radius", "10px");
      expect(await readGlobal(page, "results")).toMatchObject([{ reply: { title: "Published" } }]);
    });
  }

  test(`sees a call with Sentry's wrapper ${when === "before" ? "around" : "inside"} ours`, async ({
    kitsu,
    toasts,
    page,
    worker,
  }) => {
    kitsu.scripts.push("other-wrapper.js");
    kitsu.addAction("Publish", { body: done("Published") });
    await kitsu.open(when);
    await kitsu.run("Publish");
    await expect(toasts).toContainText("Published");
    expect(await readGlobal(page, "opened")).toHaveLength(1);
    expect(worker.posts[0]?.url).toMatch(
      /^\/actions\/publish\?theme=light&lang=en&tz=[\w%]+&userscript=[\d.]+&run=[0-9a-f]{32}$/,
    );
  });
}

test("sees another server's AJAX action whose address is also listed as a form", async ({ kitsu, toasts, other }) => {
  kitsu.state.actions.push({
    id: "form",
    name: "Theirs as a form",
    url: `${other.origin}/actions/theirs`,
    entity_type: "all",
    is_ajax: false,
  });
  kitsu.addAction("Theirs", { body: "It is done" }, other);
  await kitsu.open();
  await kitsu.run("Theirs");
  await expect(toasts).toContainText("It is done");
});

test("gives each call to our worker its own run id, and calls to other servers none", async ({
  kitsu,
  toasts,
  worker,
  other,
}) => {
  kitsu.addAction("Theirs", { body: "ok" }, other);
  await kitsu.openAndRun("Ours", { body: "ok" });
  await kitsu.run("Ours");
  await kitsu.run("Theirs");
  await expect(toasts).toHaveCount(3);
  await expect.poll(() => worker.posts.length + other.posts.length).toBe(3);
  expect(new Set(worker.posts.map(({ url }) => url)).size).toBe(2);
  expect(other.posts[0]?.url).toBe("/actions/theirs");
});

test("keeps the query, the fragment and the run id of an action's address", async ({ kitsu, worker }) => {
  const own = "0123456789abcdef0123456789abcdef";
  for (const [name, rest] of Object.entries({ a: "?b=%20x+y&c", b: "?", c: "#part", d: `?run=${own}&e=1` })) {
    worker.respond("/actions/x", { body: "ok" });
    kitsu.state.actions.push({
      id: name,
      name,
      url: `${worker.origin}/actions/x${rest}`,
      entity_type: "all",
      is_ajax: true,
    });
  }
  await kitsu.open();
  for (const name of "abcd") {
    await kitsu.run(name);
    await expect.poll(() => worker.posts.length).toBe("abcd".indexOf(name) + 1);
  }
  const [a, b, c, d] = worker.posts.map(({ url }) => url);
  expect(a).toMatch(/^\/actions\/x\?b=%20x\+y&c&theme=light&lang=en&tz=[\w%]+&userscript=[\d.]+&run=[0-9a-f]{32}$/);
  expect(b).toMatch(/^\/actions\/x\?&?theme=light&lang=en&tz=[\w%]+&userscript=[\d.]+&run=[0-9a-f]{32}$/);
  expect(c).toMatch(/^\/actions\/x\?theme=light&lang=en&tz=[\w%]+&userscript=[\d.]+&run=[0-9a-f]{32}$/);
  expect(d).toBe(`/actions/x?run=${own}&e=1`);
});

test("recognizes a worker on Kitsu's own host that is called by its path", async ({
  kitsu,
  worker,
  config,
  toasts,
}) => {
  config.worker = `${kitsu.origin}/edge`;
  worker.respond("/actions/x", { body: done("Done here") });
  kitsu.state.actions.push({ id: "x", name: "Here", url: "/edge/actions/x", entity_type: "all", is_ajax: true });
  await kitsu.open();
  await kitsu.run("Here");
  await expect(toasts).toContainText("Done here");
  expect(worker.posts[0]?.url).toMatch(
    /^\/edge\/actions\/x\?theme=light&lang=en&tz=[\w%]+&userscript=[\d.]+&run=[0-9a-f]{32}$/,
  );
});

test("does not change any other request of the page", async ({ kitsu, page }) => {
  kitsu.addAction("Publish", { body: "ok" });
  await kitsu.open();
  const seen = await page.evaluate(async (url) => {
    const send = (method: string, prepare = (_: XMLHttpRequest) => {}, address = "/api/data") =>
      new Promise<unknown>((resolve) => {
        const request = new XMLHttpRequest();
        request.open(method, address);
        prepare(request);
        request.onloadend = () => resolve(request.response);
        request.send();
      });
    const sync = new XMLHttpRequest();
    sync.open("GET", "/api/data", false);
    sync.send();
    const blob = await send("GET", (request) => {
      request.responseType = "blob";
    });
    const aborted: string[] = [];
    await send("POST", (request) => {
      request.onabort = () => aborted.push("abort");
      setTimeout(() => request.abort());
    });
    const failed = await send("GET", undefined, "http://127.0.0.1:9/nothing");
    const read = await send("GET", undefined, url);
    const wrong: string[] = [];
    for (const given of [["GET"], ["FOO BAR", "/"]]) {
      try {
        Reflect.apply(XMLHttpRequest.prototype.open, new XMLHttpRequest(), given);
      } catch (error) {
        wrong.push(error instanceof Error ? error.name : "");
      }
    }
    return { sync: sync.responseText, blob: blob instanceof Blob, aborted, failed, read, wrong };
  }, kitsu.state.actions[0]?.url ?? "");
  expect(seen).toEqual({
    sync: '{"own":true}',
    blob: true,
    aborted: ["abort"],
    failed: "",
    read: "ok",
    wrong: ["TypeError", "SyntaxError"],
  });
  await expect(page.locator("kitsu-actions .toast")).toHaveCount(0);
});

test("passes on exactly the arguments it gets", async ({ kitsu, page }) => {
  await page.addInitScript(() => {
    const counts: number[] = [];
    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (...given: unknown[]) {
      counts.push(given.length);
      return Reflect.apply(open, this, given);
    };
    XMLHttpRequest.prototype.send = function (...given: unknown[]) {
      counts.push(given.length);
      return Reflect.apply(send, this, given);
    };
    Object.assign(window, { counts });
  });
  await kitsu.open();
  await page.evaluate((url) => {
    for (const given of [
      ["GET", url],
      ["POST", url, true],
      ["GET", url, true, null, null],
    ]) {
      const request = new XMLHttpRequest();
      Reflect.apply(request.open, request, given);
      Reflect.apply(request.send, request, given.length === 3 ? ["body"] : []);
    }
  }, `${kitsu.origin}/api/data`);
  expect(await readGlobal(page, "counts")).toEqual([2, 0, 3, 1, 5, 0]);
});

test("hides our exceptions from the page", async ({ kitsu, page, toasts }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  kitsu.addAction("Publish", { body: "ok" });
  await kitsu.open();
  await page.evaluate(() => {
    const app = document.querySelector("#app");
    const broken = {
      get customActions() {
        throw new Error("not today");
      },
    };
    Object.assign(app ?? {}, { __vue_app__: { config: { globalProperties: { $store: { getters: broken } } } } });
  });
  await kitsu.run("Publish");
  await expect(toasts).toContainText("publish");
  await expect.poll(() => readGlobal(page, "results")).toHaveLength(1);
  expect(errors).toEqual([]);
});

test("ends a call that can't be sent", async ({ kitsu, page, toasts, other }) => {
  kitsu.addAction("Publish", { body: "ok" }, other);
  await kitsu.open();
  const thrown = await page.evaluate((url) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (let sent = 0; sent < 2; sent++) {
      try {
        request.send("{}");
      } catch (error) {
        return error instanceof Error ? error.name : "";
      }
    }
    return "";
  }, kitsu.state.actions[0]?.url ?? "");
  expect(thrown).toBe("InvalidStateError");
  await expect(toasts).toHaveCount(2);
  await expect(page.locator("kitsu-actions [data-tone=pending]")).toHaveCount(0);
});

test("does not start a second copy of the script", async ({ kitsu, page, toasts }) => {
  kitsu.addAction("Publish", { body: done("Published") });
  await kitsu.open("before");
  await page.reload();
  await kitsu.open("after");
  await kitsu.run("Publish");
  await expect(toasts).toHaveCount(1);
  await expect(page.locator("html")).toHaveAttribute("data-kitsu-actions", "1.2.3.4");
});

for (const [first, second] of [
  ["userscript", "tag"],
  ["tag", "userscript"],
] as const) {
  test(`shows one toast if a ${first} of one version starts before a ${second} of another`, async ({
    kitsu,
    page,
    config,
    toasts,
  }) => {
    const copy = (way: string, version: string) =>
      serveUserscript({ ...config, version, ...(way === "tag" && { way: "tag" }) });
    kitsu.addAction("Publish", { body: done("Published") });
    await page.addInitScript(await copy(first, "1.0.0.1"));
    await page.goto(kitsu.origin);
    await page.evaluate(await copy(second, "2.0.0.1"));
    await kitsu.run("Publish");
    await expect(toasts).toHaveCount(1);
    await expect(page.locator("html")).toHaveAttribute("data-kitsu-actions", "1.0.0.1");
    const [note] = await page.evaluate(() => JSON.parse(localStorage.getItem("kitsu-actions:script") ?? ""));
    expect(note.way ?? "userscript").toBe(first);
  });
}

test("stays away from the worker's pages on Kitsu's own host", async ({ kitsu, page, config }) => {
  config.worker = `${kitsu.origin}/edge`;
  await page.addInitScript(await serveUserscript(config));
  await page.goto(`${kitsu.origin}/edge/`);
  await expect(page.locator("html")).toHaveAttribute("data-kitsu-actions", "1.2.3.4");
  expect(await page.evaluate(() => localStorage.getItem("kitsu-actions:script"))).toBe(null);
  expect(await page.evaluate(() => String(XMLHttpRequest.prototype.open))).toContain("[native code]");
});

test("only reports its version on the worker's own pages", async ({ kitsu, page, config }) => {
  config.worker = kitsu.origin;
  config.kitsu = ["https://kitsu.studio.tld"];
  await kitsu.open();
  await expect(page.locator("html")).toHaveAttribute("data-kitsu-actions", "1.2.3.4");
  await expect(page.locator("kitsu-actions")).toHaveCount(0);
});

test("does nothing on any other page", async ({ kitsu, page, config }) => {
  config.worker = "https://edge.studio.tld";
  config.kitsu = ["https://kitsu.studio.tld"];
  await kitsu.open();
  await expect(page.locator("html")).not.toHaveAttribute("data-kitsu-actions");
  await expect(page.locator("kitsu-actions")).toHaveCount(0);
});

test("refuses a second watcher, and can be stopped and started again", async ({ page, kitsu }) => {
  await page.goto(kitsu.origin);
  const hook = await bundle("userscript/xhr-hook.ts", "hook");
  await page.evaluate(`(function(CONFIG){${hook};window.hook=hook})({worker:"https://edge.studio.tld"})`);
  const calls = await page.evaluate(async () => {
    type Watch = (watcher: object) => (() => void) | undefined;
    const { watchCalls } = Reflect.get(window, "hook") as { watchCalls: Watch };
    const calls: string[] = [];
    const watcher = (name: string) => ({
      findOwner: () => "other",
      onSend: () => {
        calls.push(`${name} sent`);
        return ({ status }: { status: number }) => calls.push(`${name} ${status}`);
      },
    });
    const call = () =>
      new Promise((resolve) => {
        const request = new XMLHttpRequest();
        request.open("POST", "/api/data");
        request.addEventListener("loadend", resolve);
        request.send("{}");
      });
    const stop = watchCalls(watcher("first"));
    calls.push(typeof watchCalls(watcher("second")));
    await call();
    stop?.();
    await call();
    watchCalls(watcher("third"));
    await call();
    await new Promise((resolve) => setTimeout(resolve));
    return calls;
  });
  expect(calls).toEqual(["undefined", "first sent", "first 200", "third sent", "third 200"]);
});
