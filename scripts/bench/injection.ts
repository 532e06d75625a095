// What it adds to Kitsu's page that the worker puts its script into it: bytes, and the time to the
// first byte, beside pages that the worker passes on as they are.
import { createServer, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { listen } from "../listen.ts";
import { drawTable, median } from "../table.ts";
import { bundle, workerd, writeWorkerdConfig } from "../workerd.ts";
import { KITSU } from "./call.ts";
import { whileServing } from "./target.ts";

const WARM_UP = 300;
const PAGES = 1_500;

/** As large as the page of Kitsu 1.0.54, which lists its scripts. */
const PAGE = `<!doctype html><html><head><title>Kitsu</title>
<script type="module" crossorigin src="/assets/index.js"></script>
${'<link rel="modulepreload" crossorigin href="/assets/vendor-DAXXjFlN.js">\n'.repeat(34)}</head>
<body><div id="app"></div></body></html>`;

const WAYS = ["Kitsu's server alone", "passed on by the worker", "with the script"] as const;

/** Takes turns, so that all have the same noise. */
export async function compareInjection(): Promise<string> {
  const kitsu = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", etag: '"1"' }).end(PAGE);
  });
  const kitsuPort = await listen(kitsu);
  try {
    return await whileServing(
      {
        name: "worker on Kitsu's route",
        request: "",
        prepare: async (port, directory) => ({
          file: workerd,
          args: ["serve", await configure(port, directory, kitsuPort)],
        }),
        check: async (address) => {
          const { text } = await open(Number(new URL(address).port), "document");
          if (!text.includes("/edge/kitsu-actions.js?v=")) throw new Error("The page has no script.");
        },
      },
      (port) => compare(kitsuPort, port),
    );
  } finally {
    kitsu.close();
    kitsu.closeAllConnections();
  }
}

async function compare(kitsuPort: number, port: number): Promise<string> {
  const times = WAYS.map((): number[] => []);
  const bytes: number[] = [];
  for (let turn = 0; turn < WARM_UP + PAGES; turn += 1) {
    // The worker passes on the pages of frames as they are.
    const pages = [() => open(kitsuPort, "document"), () => open(port, "iframe"), () => open(port, "document")];
    for (const [index, openPage] of pages.entries()) {
      const { text, ms } = await openPage();
      bytes[index] = Buffer.byteLength(text);
      if (turn >= WARM_UP) times[index]?.push(ms);
    }
  }
  const medians = times.map(median);
  const passed = medians[1] ?? Number.NaN;
  return drawTable(
    ["a page of Kitsu", "bytes", "first byte ms", "of passed on"],
    WAYS.map((way, index) => {
      const ms = medians[index] ?? Number.NaN;
      return [way, String(bytes[index]), ms.toFixed(2), (ms / passed).toFixed(2)];
    }),
  );
}

async function configure(port: number, directory: string, kitsuPort: number): Promise<string> {
  await bundle("worker/main.ts", join(directory, "main.js"));
  await bundle("scripts/bench/workers/kv.ts", join(directory, "kv.js"));
  return writeWorkerdConfig(directory, {
    workers: [
      {
        name: "main",
        module: "main.js",
        bindings: ['(name = "RUNS", kvNamespace = "kv")'],
        variables: { KITSU_URL: KITSU.replace("https:", "http:"), BASE_PATH: "/edge", INJECT: "1" },
        outbound: "kitsu",
      },
      { name: "kv", module: "kv.js" },
    ],
    services: [`(name = "kitsu", external = (address = "127.0.0.1:${kitsuPort}", http = ()))`],
    sockets: [{ port, service: "main" }],
  });
}

/** A page, and the time until its first byte. */
async function open(port: number, target: string): Promise<{ text: string; ms: number }> {
  const headers = { host: new URL(KITSU).host, accept: "text/html", "sec-fetch-dest": target };
  const begin = performance.now();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/my-tasks", headers }, resolve).once("error", reject);
  });
  let ms = Number.NaN;
  let text = "";
  for await (const piece of response) {
    if (Number.isNaN(ms)) ms = performance.now() - begin;
    text += String(piece);
  }
  return { text, ms };
}
