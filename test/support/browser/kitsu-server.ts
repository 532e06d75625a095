/**
 * A page with what the userscript touches of Kitsu's: `#app > .theme`, the store on `__vue_app__`, Escape that clears the selection, and the
 * real superagent calling custom actions as src/store/api/customactions.js does.
 */
import { createServer } from "node:http";
import type { ActionServer } from "./action-server.ts";
import { bundle } from "./bundle.ts";
import { listen } from "./listen.ts";

export type KitsuState = {
  actions: { id: string; name: string; url: string; entity_type: string; is_ajax: boolean }[];
  person: string;
  locale: string;
  dark: boolean;
};

export type KitsuServer = {
  origin: string;
  state: KitsuState;
  headers: Record<string, string>;
  scripts: string[];
  close: () => Promise<void>;
};

export async function startKitsuServer(edge: ActionServer): Promise<KitsuServer> {
  const state: KitsuState = { actions: [], person: "person-1", locale: "en", dark: false };
  const headers: Record<string, string> = {};
  const scripts: string[] = [];
  const files: Record<string, string> = {
    "/superagent.js": await bundle("node_modules/superagent/lib/client.js", "superagent"),
    "/app.js": `(${app})()`,
    "/other-wrapper.js": `(${wrapAsSentryDoes})()`,
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname.startsWith("/edge/")) return void edge.handle(request, response);
    if (pathname === "/api/data") return void response.writeHead(200, { "content-type": "application/json" }).end('{"own":true}');
    const file = files[pathname];
    if (file !== undefined) return void response.writeHead(200, { "content-type": "text/javascript" }).end(file);
    if (pathname !== "/") return void response.writeHead(404).end("Not here");
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers });
    response.end(`<!doctype html><html><head><meta charset="utf-8"><title>Kitsu</title>
<link rel="icon" href="data:,">${scripts.map((name) => `<script src="/${name}"></script>`).join("")}
<script src="/superagent.js"></script><script type="application/json" id="state">${JSON.stringify(state).replaceAll("<", "\\u003c")}</script></head>
<body><div id="app"></div><script src="/app.js"></script></body></html>`);
  });
  return { ...(await listen(server)), state, headers, scripts };
}

/** Runs in the page. */
function app(): void {
  const state: KitsuState = JSON.parse(document.querySelector("#state")?.textContent ?? "{}");
  const root = document.querySelector("#app");
  const theme = document.createElement("div");
  theme.className = state.dark ? "theme dark" : "theme";
  const main = document.createElement("main");
  main.id = "main-content";
  main.append(Object.assign(document.createElement("h1"), { textContent: "Shots" }));
  const selection = Object.assign(document.createElement("output"), { id: "selection", value: "t1,t2" });
  const typing = Object.assign(document.createElement("input"), { id: "typing" });
  typing.setAttribute("aria-label", "Search");
  main.append(selection, typing);
  const results: unknown[] = [];
  const keys: string[] = [];
  for (const action of state.actions) {
    const button = Object.assign(document.createElement("button"), { textContent: action.name });
    button.addEventListener("click", () => {
      Object.assign(window, { clickedAt: performance.now() });
      const data = {
        entitytype: "shot",
        originurl: location.pathname,
        originserver: location.host,
        selection: selection.value.split(",").filter(Boolean),
        productionid: "production-1",
        userid: state.person,
        useremail: "ada@studio.tld",
      };
      const { superagent } = window as unknown as {
        superagent: { post(url: string): { withCredentials(): { send(data: unknown): Promise<{ body: unknown }> } } };
      };
      superagent
        .post(action.url)
        .withCredentials()
        .send(data)
        .then(
          (answer) => results.push(answer.body),
          (error: { status?: number }) => results.push(error.status ?? 0),
        );
    });
    main.append(button);
  }
  theme.append(main);
  root?.append(theme);
  window.addEventListener("keydown", (event) => {
    keys.push(event.key);
    if (event.key === "Escape") selection.value = "";
  });
  const user = state.person ? { id: state.person, email: "ada@studio.tld", locale: state.locale } : null;
  const called: unknown[] = [];
  const call = (...given: unknown[]) => {
    called.push(given);
    return Promise.reject(new Error("Kitsu can't do that today"));
  };
  Object.assign(root ?? {}, {
    __vue_app__: {
      config: {
        globalProperties: {
          $store: { getters: { user, customActions: state.actions }, dispatch: call },
          $router: { push: call },
        },
      },
    },
  });
  document.documentElement.style.fontFamily = "sans-serif";
  document.body.style.background = state.dark ? "#36393f" : "#fff";
  document.body.style.color = state.dark ? "#eee" : "#202225";
  Object.assign(window, { results, keys, called });
}

/** What Sentry's browser SDK does to requests, and to listeners. Runs in the page. */
function wrapAsSentryDoes(): void {
  const prototype = XMLHttpRequest.prototype;
  const opened: unknown[] = [];
  for (const name of ["open", "send"] as const) {
    Object.assign(prototype, {
      [name]: new Proxy(prototype[name], {
        apply(target, request, given) {
          if (name === "open") opened.push(String(given[1]));
          return Reflect.apply(target, request, given);
        },
      }),
    });
  }
  Object.assign(window, { opened });
}
