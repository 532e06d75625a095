// A fake of a deployed worker, with the route that registration needs.
import { createServer } from "node:http";
import { listen } from "../../support/browser/listen.ts";

export type Offer = { id: string; title: string; about: string; modes: string[]; entityTypes?: string[] };

export const DEBUG: Offer = { id: "debug", title: "Debug", about: "Shows what Kitsu sent.", modes: ["form", "ajax"] };
export const STATISTICS: Offer = {
  id: "statistics",
  title: "Statistics",
  about: "Counts.",
  modes: ["form"],
  entityTypes: ["shot"],
};

export async function startWorker(offers: Offer[] = [DEBUG, STATISTICS]) {
  const worker = { offers, answer: undefined as { status: number; body: string; location?: string } | undefined };
  const server = createServer(({ url, method, headers }, response) => {
    if (worker.answer !== undefined) {
      const { status, body, location } = worker.answer;
      response.writeHead(status, { "content-type": "text/html", ...(location && { location }) }).end(body);
    } else if (method === "GET" && url === "/edge/actions" && headers.accept === "application/json")
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ version: 1, actions: worker.offers }));
    else response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>");
  });
  const { origin, close } = await listen(server);
  return Object.assign(worker, { url: `${origin}/edge`, close });
}
