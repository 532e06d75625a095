// A Kitsu for tests: the playground's Zou with sample data, in place of fetch.
import { vi } from "vitest";
import type { PlaylistRow } from "../playground/zou/playlist-rows.ts";
import { type FakeZou, makeFakeZou } from "./fake-zou.ts";
import { BOT, BOT_TOKEN, SAMPLE_PEOPLE } from "./sample-people.ts";
import { addProduction, type SampleProduction, type SampleTask } from "./sample-production.ts";
import { SAMPLE_TABLES } from "./sample-tables.ts";

/** Where Kitsu is, in tests. */
export const KITSU_URL = "https://kitsu.studio.example";

/** Answers a request that an action sends to another server. */
export type Respond = (request: Request) => Response | Promise<Response>;

/** Which requests to Kitsu fail, and how. */
export type KitsuFailure = {
  /** Kitsu answers with this status; if absent, the connection is lost */
  status?: number;
  /** only requests with this method, such as "POST" */
  method?: string;
  /** only requests whose path below "/api" contains this text */
  path?: string;
  /** how many requests fail; 1 if absent */
  times?: number;
};

/** The fake Kitsu of one test. */
export type TestKitsu = {
  /** one person of each role, as Zou stores them */
  readonly people: typeof SAMPLE_PEOPLE;
  /** a short film with tasks on shots and assets */
  readonly production: SampleProduction;
  /** a TV show with two episodes */
  readonly show: SampleProduction;
  /** the tasks of `production` */
  readonly tasks: readonly SampleTask[];
  /** A task of any production by its name, such as "SQ010 / SH0010 / Animation". */
  findTask(name: string): SampleTask;
  /** the playlists that were created, as Zou stores them */
  readonly playlists: readonly PlaylistRow[];
  /** the requests that Kitsu got, in order */
  readonly requests: FakeZou["requests"];
  /** Zou's tables, to look at or to change whatever has no shorter way */
  readonly zou: FakeZou;
  /**
   * Makes the next requests to Kitsu fail. The worker tries a read three times if the connection is
   * lost or the status is 502, 503 or 504, so such a read fails with `times: 3`.
   */
  failNext(failure?: KitsuFailure): void;
  /** Answers requests to addresses that begin with `url`. */
  respond(url: string, answer: Respond): void;
};

let open: { kitsu: TestKitsu; unexpected: string[] } | undefined;

/** The Kitsu that the test has opened. */
export const findOpenKitsu = (): TestKitsu | undefined => open?.kitsu;

/**
 * Opens a fake Kitsu with sample data, for the rest of the test. Requests to any other server fail,
 * and fail the test, unless `respond` answers them.
 */
export function openKitsu(): TestKitsu {
  const persons = [...Object.values(SAMPLE_PEOPLE), BOT];
  const zou = makeFakeZou({ persons, tables: SAMPLE_TABLES, bot: { person: BOT, token: BOT_TOKEN } });
  const [production, show] = [addFilm(zou), addShow(zou)];
  const failures: Required<KitsuFailure>[] = [];
  const responders: { url: string; answer: Respond }[] = [];
  const unexpected: string[] = [];
  const kitsu: TestKitsu = {
    people: SAMPLE_PEOPLE,
    production,
    show,
    tasks: production.tasks,
    playlists: zou.playlists,
    requests: zou.requests,
    zou,
    findTask: (name) => findTask([...production.tasks, ...show.tasks], name),
    failNext: ({ status = 0, method = "", path = "", times = 1 } = {}) => {
      failures.push({ status, method, path, times });
    },
    respond: (url, answer) => void responders.unshift({ url: new URL(url).href, answer }),
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const responder = responders.find(({ url }) => request.url.startsWith(url));
    if (responder !== undefined) return responder.answer(request);
    if (!request.url.startsWith(`${KITSU_URL}/`)) throw refuse(request, unexpected);
    const failure = failures.find(
      ({ method, path, times }) => times > 0 && request.method.startsWith(method) && request.url.includes(path),
    );
    if (failure === undefined) return zou.answer(request);
    failure.times -= 1;
    if (failure.status === 0) throw new TypeError("Network connection lost.");
    return Response.json({ error: true, message: "A test made Kitsu refuse this." }, { status: failure.status });
  });
  open = { kitsu, unexpected };
  return kitsu;
}

/** Closes it, and throws if the test sent a request to a server that it doesn't know. */
export function closeKitsu(): void {
  const { unexpected: [first] = [] } = open ?? {};
  open = undefined;
  if (first !== undefined) throw new Error(first);
}

function refuse({ method, url }: Request, unexpected: string[]): Error {
  const text = `This test does not know the server of ${method} ${url}. Answer it with kitsu.respond("${new URL(url).origin}/", (request) => new Response(…)).`;
  unexpected.push(text);
  return new TypeError(text);
}

function findTask(tasks: readonly SampleTask[], name: string): SampleTask {
  const found = tasks.find((task) => task.name === name);
  if (found !== undefined) return found;
  throw new Error(`There is no task "${name}". There are ${tasks.map((task) => `"${task.name}"`).join(", ")}.`);
}

function addFilm(zou: FakeZou): SampleProduction {
  const film = addProduction(zou, "Paper Lantern", "short");
  film.addTask({ entity: "SH0010" });
  film.addTask({ entity: "SH0020", status: "wfa" });
  film.addTask({ entity: "SH0030", status: "retake" });
  film.addTask({ entity: "SH0010", type: "Compositing", status: "todo", hasPreview: false });
  film.addTask({ entity: "Mira", type: "Modeling", status: "done" });
  film.addTask({ entity: "Old Lin", type: "Modeling" });
  return film;
}

function addShow(zou: FakeZou): SampleProduction {
  const show = addProduction(zou, "Night Tram", "tvshow");
  show.addTask({ episode: "E01", entity: "SH0010" });
  show.addTask({ episode: "E01", entity: "SH0020", status: "wfa" });
  show.addTask({ episode: "E02", entity: "SH0010", status: "todo" });
  return show;
}
