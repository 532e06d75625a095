// A process with the studio's servers, which answer at once: the playground's Zou with productions
// of several sizes, a server that calls are forwarded to, and a log that forgets what is written.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createInterface } from "node:readline";
import { PAPER_LANTERN } from "../../../playground/data-projects.ts";
import { seedState } from "../../../playground/zou/seed.ts";
import { serveState, type Zou } from "../../../playground/zou/zou.ts";
import { listen } from "../../listen.ts";
import { LOAD_CORE, launch } from "../target.ts";

export const BOT_TOKEN = "bench-bot-token-0123456789";
/** How many tasks each production has. */
export const PRODUCTIONS = [2, 300, 5_000] as const;
const KEEP_ALIVE_MS = 3_600_000;

const makeId = (kind: string, size: number, index = 0) =>
  `5f0c3a7e-${kind}-4c1b-8${size.toString(16).padStart(4, "0").slice(-3)}-${index.toString(16).padStart(12, "0")}`;
export const productionId = (size: number) => makeId("0001", size);
export const taskId = (size: number, index: number) => makeId("0002", size, index);

/** @returns the port, and a function that stops the process */
export async function startStudio(): Promise<{ port: number; stop: () => void }> {
  const child = launch(
    { file: process.execPath, args: [import.meta.filename], options: { stdio: ["ignore", "pipe", "inherit"] } },
    LOAD_CORE,
  );
  if (child.stdout === null) throw new Error("The studio's process has no output.");
  const [line] = await once(createInterface(child.stdout), "line");
  return { port: Number(line), stop: () => child.kill() };
}

/** A Zou with these productions, too. Each task is of a shot of its own. */
function openLargeZou(): Zou {
  const state = seedState(new Date(), [], BOT_TOKEN);
  const project = state.projects.get(PAPER_LANTERN.id);
  const task = [...state.tasks.values()].find(({ project_id }) => project_id === PAPER_LANTERN.id);
  const shot = task && state.entities.get(task.entity_id);
  if (project === undefined || task === undefined || shot === undefined) throw new Error("The playground has no task.");
  for (const size of PRODUCTIONS) {
    const project_id = productionId(size);
    state.projects.set(project_id, { ...project, id: project_id });
    state.teams.set(project_id, state.teams.get(project.id) ?? []);
    for (let index = 0; index < size; index += 1) {
      const [id, entity_id] = [taskId(size, index), makeId("0003", size, index)];
      state.entities.set(entity_id, { ...shot, id: entity_id, project_id, name: `SH${index}` });
      state.tasks.set(id, { ...task, id, project_id, entity_id });
    }
  }
  return serveState(state);
}

async function answer(zou: Zou, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = "", method } = request;
  if (url.startsWith("/api/")) return zou.answer(request, response);
  request.resume();
  await once(request, "end");
  if (url.startsWith("/studio/")) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"kind":"done","severity":"success","title":"Accepted"}');
  } else response.writeHead(method === "PUT" ? 200 : 404).end();
}

if (import.meta.main) {
  const zou = openLargeZou();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    answer(zou, request, response).catch(() => response.destroy());
  });
  console.log(await listen(server));
}
