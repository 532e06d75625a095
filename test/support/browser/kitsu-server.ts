/**
 * A page with the parts of Kitsu that the userscript uses: `#app > .theme`, the store on
 * `__vue_app__`, Escape that clears the selection, and the real superagent, which calls custom
 * actions as src/store/api/customactions.js does.
 */
import { createServer } from "node:http";
import type { ActionServer } from "./action-server.ts";
import { bundle } from "./bundle.ts";
import { listen } from "./listen.ts";

/**
 * - `view`: what is open beside the actions: nothing, the column of the selected tasks with its
 *   comment box, a playlist with or without the list of playlists, or a task's page
 */
export type KitsuState = {
  actions: { id: string; name: string; url: string; entity_type: string; is_ajax: boolean }[];
  person: string;
  locale: string;
  dark: boolean;
  view: "nothing" | "panel" | "playlist" | "wide-playlist" | "task";
};

export type KitsuServer = {
  origin: string;
  state: KitsuState;
  headers: Record<string, string>;
  scripts: string[];
  close: () => Promise<void>;
};

export async function startKitsuServer(edge: ActionServer): Promise<KitsuServer> {
  const state: KitsuState = { actions: [], person: "person-1", locale: "en", dark: false, view: "nothing" };
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
    if (pathname === "/api/data")
      return void response.writeHead(200, { "content-type": "application/json" }).end('{"own":true}');
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
  // In a free corner, above the boxes.
  if (state.view !== "nothing") main.style.cssText = "position:absolute;z-index:1;top:60px;left:0;width:100px";
  theme.append(main, ...drawView(state.view));
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
          $store: {
            getters: {
              user,
              customActions: state.actions,
            },
            dispatch: call,
          },
          $router: { push: call },
        },
      },
    },
  });
  /**
   * Boxes with Kitsu 1.0.54's class names and sizes. Each edge is given from its own side of the
   * window.
   */
  function drawView(view: KitsuState["view"]): HTMLElement[] {
    const bar = box("topbar", "", box("", "top:0;left:0;right:0;height:60px", "nav"));
    const comment = (style: string) => box("add-comment", style, "article");
    if (view === "panel") {
      return [
        bar,
        box(
          "side-column",
          "top:60px;right:0;bottom:0;width:400px;overflow:auto",
          comment("top:382px;left:20px;right:14px;height:141px"),
        ),
      ];
    }
    if (view === "task") return [bar, comment("top:178px;right:14px;width:437px;height:141px")];
    if (view === "nothing") return [];
    return [
      bar,
      box(
        "playlist-player",
        `top:60px;left:${view === "playlist" ? 300 : 60}px;right:0;bottom:0`,
        box("playlist-header", "top:0;left:0;right:0;height:52px"),
        box(
          "task-info-column",
          "top:52px;right:0;bottom:318px;width:450px",
          comment("top:129px;left:14px;right:14px;height:141px"),
        ),
        box("video-progress", "bottom:290px;left:0;right:0;height:28px"),
        box("playlist-footer", "bottom:258px;left:0;right:0;height:32px"),
        box("video-progress", "bottom:240px;left:0;right:0;height:18px"),
        box("playlisted-entities", "bottom:0;left:0;right:0;height:240px"),
      ),
    ];
  }
  function box(className: string, style: string, ...inside: (HTMLElement | string)[]): HTMLElement {
    const [tag = "div"] = inside.filter((one) => typeof one === "string");
    const element = document.createElement(tag);
    element.className = className;
    if (style) element.style.cssText = `position:absolute;${style}`;
    element.append(...inside.filter((one) => typeof one !== "string"));
    return element;
  }
  document.documentElement.style.fontFamily = "sans-serif";
  document.body.style.background = state.dark ? "#36393f" : "#fff";
  document.body.style.color = state.dark ? "#eee" : "#202225";
  Object.assign(window, { results, keys, called });
}

/** Wraps requests as Sentry's browser SDK does. Runs in the page. */
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
