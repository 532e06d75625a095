// What the checks of one diagnosis share: the settings, and what Kitsu answered, which several of
// them need and which is asked once.
import * as v from "valibot";
import { findSessionToken } from "../access/person.ts";
import type { Action } from "../action/action.ts";
import { listActions } from "../actions/index.ts";
import { Failure } from "../format/failure.ts";
import type { RequestContext } from "../request/request-context.ts";
import { MIB } from "../services/http.ts";
import { readZouAnswer } from "../services/zou-answer.ts";
import { Project, ZouPerson } from "../services/zou-objects.ts";
import type { SettingProblem } from "../settings/settings.ts";
import { ListedAction } from "./finding.ts";
import { type KitsuRoot, readKitsuRoot } from "./kitsu-root.ts";
import { type Answered, isAnswered, openProbe, type Probe, type Unanswered } from "./probe.ts";

const Account = v.object({ user: ZouPerson });

export type Opening = Pick<RequestContext, "env" | "settings" | "base" | "url"> & {
  request: Request;
  problems: readonly SettingProblem[];
};

/** What Zou answers to the bot, or why not. */
type Told<T> = Promise<T | Failure>;

export type DoctorContext = Opening & {
  probe: Probe;
  signal: AbortSignal;
  /** the actions that are offered; none if ACTION_LIMITS is wrong */
  actions: readonly Action[];
  isAtCloudflare: boolean;
  /** npm start runs it */
  isLocalhost: boolean;
  /** there is a bot, or whoever asks has a session in Kitsu */
  hasAccount: boolean;
  readRoot(): Promise<KitsuRoot>;
  readAccount(): Told<v.InferOutput<typeof Account>>;
  /** the open ones that it sees */
  readProjects(): Told<Project[]>;
  askZou<S extends v.GenericSchema>(path: string, schema: S): Told<v.InferOutput<S>>;
  /** undefined: Kitsu does not list them to the worker */
  listCustomActions(): Promise<ListedAction[] | undefined>;
  /** everyone with this e-mail address */
  readNamesakes(email: string): Told<ZouPerson[]>;
  /** Kitsu's page, by its address in KITSU_URL */
  readPage(url: string): Promise<Answered | Unanswered>;
};

export function openDoctor(opening: Opening, signal: AbortSignal): DoctorContext {
  const { settings, request, url } = opening;
  const probe = openProbe(signal);
  const isAtCloudflare = request.headers.has("cf-ray");
  const pages = new Map<string, Promise<Answered | Unanswered>>();
  const readRoot = once(() => readKitsuRoot(settings, probe, isAtCloudflare));
  // On Kitsu's host there may be no bot. Whoever asks may have a session.
  const token = settings.kitsuToken ?? findSessionToken(request, opening);
  return {
    ...opening,
    probe,
    signal,
    actions: listOffered(settings),
    isAtCloudflare,
    isLocalhost: settings.isLocal && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname),
    hasAccount: token !== undefined,
    readRoot,
    readAccount: () => askZou("/auth/authenticated", Account),
    readProjects: once(() => askZou("/data/projects/open", v.array(Project))),
    askZou,
    listCustomActions: once(async () => {
      if (token === undefined || !("version" in (await readRoot()))) return undefined;
      const listed = await askZou("/data/custom-actions", v.array(ListedAction));
      return listed instanceof Failure ? undefined : listed;
    }),
    readNamesakes: (email) => askZou(`/data/persons?email=${encodeURIComponent(email)}`, v.array(ZouPerson)),
    readPage: (address) => {
      const reading = pages.get(address) ?? probe(`${address}/`, { headers: { accept: "text/html" } });
      pages.set(address, reading);
      return reading;
    },
  };

  async function askZou<S extends v.GenericSchema>(path: string, schema: S): Told<v.InferOutput<S>> {
    const headers = { accept: "application/json", authorization: `Bearer ${token}` };
    const answer = await probe(`${settings.kitsuApi}${path}`, { headers, maxBytes: 16 * MIB });
    if (!isAnswered(answer)) return new Failure("kitsu-unreachable", { text: `Kitsu's API ${answer.text}.` });
    return orFailure(() => readZouAnswer(answer, { path, method: "GET", account: "bot" }, schema));
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}

function orFailure<T>(read: () => T): T | Failure {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}

function listOffered(settings: RequestContext["settings"]): readonly Action[] {
  const offered = orFailure(() => listActions(settings));
  return offered instanceof Failure ? [] : offered;
}
