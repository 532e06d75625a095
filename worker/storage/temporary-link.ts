// Temporary links: a ticket for the handler at a workstation, the media of a preview, a text file,
// tasks for a studio's server. Anyone who has the URL has access, except to tasks, which also need
// a signature; so it can't be guessed and expires soon. One Durable Object
// per link, because "once" has to be decided in one place. Expired links delete themselves.
import { DurableObject } from "cloudflare:workers";
import type { TicketState } from "../../contract.ts";
import { Failure, missingBinding } from "../format/failure.ts";
import { randomHex } from "../format/hex.ts";
import { message } from "../format/message.ts";
import { adviseBotToken } from "../format/setting-problem.ts";
import { type LinkTarget, TICKET_LIFE_S } from "../launch/ticket.ts";
import type { RequestContext } from "../request/request-context.ts";
import { readExtension } from "../services/media.ts";
import { type Env, readSettings } from "../settings/settings.ts";
import { confirmLaunch } from "./confirm-launch.ts";
import { STATE_VERSION, upgradeLink } from "./earlier-state.ts";
import type { TicketReport } from "./ticket-report.ts";

const LIVES_S = { ticket: TICKET_LIFE_S, preview: 3_600, file: 3_600, tasks: 3_600 } as const;
/** How long a page can still read the state of an expired ticket. */
const AFTERLIFE_MS = 300_000;
const FILE_MAX_BYTES = 1_024 * 1_024;

/** How long a page waits for the handler's report after the ticket was taken. */
const REPORT_WAIT_MS = 50_000;

/** KV takes up to a minute to show a record everywhere, so the log entry is updated after that. */
const CONFIRM_AFTER_MS = 60_000;

/** A ticket's content is stored as it will be sent. Pages of tasks are stored one by one. */
export type StoredTarget =
  | Exclude<LinkTarget, { kind: "ticket" | "tasks" }>
  | { kind: "ticket"; json: string }
  | { kind: "tasks"; action: string; count: number };

/** Times are epoch milliseconds. */
type StoredLink = {
  target: StoredTarget;
  email: string | undefined;
  /** the run that made the link, and when it started */
  run: { id: string; at: number };
  until: number;
  isTaken: boolean;
  isConfirmed?: boolean;
  /** until when the handler's report is expected; absent if the handler does not report */
  reportUntil?: number;
  report?: TicketReport;
};

/** - `json`: a list of tasks. `action`, `run`: whose server may read it, and for which run */
type TasksPage = { json: string; isLast: boolean; action: string; run: string };

type TicketAnswer = { state: "taken"; json: string } | { state: "unknown" | "used" | "foreign" };

export class TemporaryLink extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    upgradeLink(ctx.storage);
  }

  /** @param pages of tasks, if that is what the link leads to */
  async create(link: StoredLink, pages: string[] = []): Promise<void> {
    this.#write(link);
    for (const [index, json] of pages.entries()) this.ctx.storage.kv.put(`page/${index}`, json);
    await this.ctx.storage.setAlarm(deletionTime(link));
  }

  /**
   * Gives the ticket to the first caller. Reading and writing are synchronous, so no other request
   * comes in between.
   * @param email of the caller, if known; if it is another person's, the ticket stays available
   * @param willReport the caller will report what became of the program
   */
  takeTicket(email: string | null, willReport: boolean): TicketAnswer {
    const link = this.#read();
    if (link?.target.kind !== "ticket") return { state: "unknown" };
    if (link.isTaken) return { state: "used" };
    if (Date.now() >= link.until) return { state: "unknown" };
    const owner = link.email?.toLowerCase();
    if (email !== null && owner !== undefined && email.trim().toLowerCase() !== owner) return { state: "foreign" };
    this.#write({ ...link, isTaken: true, ...(willReport && { reportUntil: Date.now() + REPORT_WAIT_MS }) });
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + CONFIRM_AFTER_MS));
    return { state: "taken", json: link.target.json };
  }

  readTicketState(): TicketState {
    const link = this.#read();
    if (link?.isTaken && link.reportUntil !== undefined) {
      const state = Date.now() < link.reportUntil ? "pending" : "unknown";
      return { state: "taken", outcome: link.report ?? { state, text: "" } };
    }
    if (link?.isTaken) return { state: "taken" };
    return { state: link?.target.kind === "ticket" && Date.now() < link.until ? "waiting" : "expired" };
  }

  /** Takes one report about a ticket that was taken. */
  reportOutcome(report: TicketReport): "noted" | "unknown" | "used" {
    const link = this.#read();
    if (!link?.isTaken || link.reportUntil === undefined) return "unknown";
    if (link.report !== undefined) return "used";
    // The log entry may already say "unknown", so the alarm has to update it again.
    this.#write({ ...link, report, isConfirmed: false });
    return "noted";
  }

  /** The target of a link that has not expired. */
  readTarget(): StoredTarget | undefined {
    const link = this.#read();
    return link === undefined || Date.now() >= link.until ? undefined : link.target;
  }

  /** One page of the tasks, from 0; undefined if there is none, or the link has expired. */
  readTasks(index: number): TasksPage | undefined {
    const link = this.#read();
    const json = this.ctx.storage.kv.get<string>(`page/${index}`);
    if (link?.target.kind !== "tasks" || json === undefined || Date.now() >= link.until) return undefined;
    const { action, count } = link.target;
    return { json, isLast: index === count - 1, action, run: link.run.id };
  }

  /** Updates the log entry of a ticket that was taken, and deletes the link when it has expired. */
  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    const link = this.#read();
    if (link?.isTaken && !link.isConfirmed) {
      // If a report was promised and did not come, the outcome is unknown.
      const report =
        link.report ?? (link.reportUntil === undefined ? undefined : { state: "unknown" as const, text: "" });
      const isConfirmed = await confirmLaunch(this.env, readSettings(this.env), link.run, report);
      // A report may have arrived while the log was written.
      const latest = this.#read() ?? link;
      const isCurrent = (latest.report === undefined) === (link.report === undefined);
      this.#write({ ...latest, isConfirmed: isConfirmed && isCurrent });
    }
    if (link?.isTaken && Date.now() < deletionTime(link)) await storage.setAlarm(deletionTime(link));
    else await storage.deleteAll();
  }

  #read(): StoredLink | undefined {
    return this.ctx.storage.kv.get<StoredLink>("link");
  }

  #write(link: StoredLink): void {
    this.ctx.storage.kv.put("link", { version: STATE_VERSION, ...link });
  }
}

const deletionTime = ({ until, target }: StoredLink) => until + (target.kind === "ticket" ? AFTERLIFE_MS : 0);

/** Creates a link to this target. Returns its URL. */
export async function createTemporaryLink(
  { env, settings, base }: Pick<RequestContext, "env" | "settings" | "base">,
  { person, run }: { person: { email?: string | undefined }; run: StoredLink["run"] },
  target: LinkTarget,
): Promise<string> {
  if (target.kind === "preview" && settings.kitsuToken === undefined) throw noBotAccount();
  if (target.kind === "file" && new TextEncoder().encode(target.text).length > FILE_MAX_BYTES) {
    throw new Failure("not-allowed", {
      title: message("storage.fileTooLarge"),
      text: message("storage.fileLimit"),
      advice: message("storage.selectFewer"),
    });
  }
  const token = randomHex(32);
  const until = Date.now() + LIVES_S[target.kind] * 1_000;
  const link = { target: toStored(target), email: person.email, run, until, isTaken: false };
  await getTemporaryLink(env, token).create(link, target.kind === "tasks" ? target.pages : []);
  switch (target.kind) {
    case "ticket":
      return `${base}/t/${token}`;
    case "preview":
      return `${base}/media/${token}/${toSafeFileName(target.name)}.${readExtension(target.extension)}`;
    case "file":
      return `${base}/files/${token}/${toSafeFileName(target.name)}`;
    case "tasks":
      return linkTasks(base, token, 0);
  }
}

function toStored(target: LinkTarget): StoredTarget {
  switch (target.kind) {
    case "ticket":
      return { kind: "ticket", json: JSON.stringify(target.content) };
    case "tasks":
      return { kind: "tasks", action: target.action, count: target.pages.length };
    default:
      return target;
  }
}

/** The address of a page of tasks. Pages are numbered from 0. */
export const linkTasks = (base: string, token: string, page: number): string => `${base}/tasks/${token}/${page}`;

export function getTemporaryLink(env: Env, token: string): DurableObjectStub<TemporaryLink> {
  if (env.TEMPORARY_LINKS === undefined) throw missingBinding("TEMPORARY_LINKS", "TemporaryLink");
  return env.TEMPORARY_LINKS.getByName(token);
}

/** A name that needs no escaping in a URL or a header. Only the token identifies the link. */
export const toSafeFileName = (name: string) =>
  name
    .slice(0, 200)
    .normalize("NFKD")
    .replace(/[^\w.-]+/g, "_")
    .replace(/^[_.-]+|[_.-]+$/g, "")
    .slice(0, 80) || "preview";

/** A person's session is never stored, so players use the bot's account. */
export const noBotAccount = () =>
  new Failure("not-configured", {
    text: message("storage.noBotAccount"),
    advice: adviseBotToken(),
  });
