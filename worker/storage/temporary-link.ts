// What is lent: a ticket for the handler at a workstation, the media of a preview, a text. The address is the right to it, so it can't be guessed,
// and it is over soon. One Durable Object per loan, because "once" needs one place where it is decided; it forgets when its time is over.
import { DurableObject } from "cloudflare:workers";
import { Failure, noBinding } from "../failure.ts";
import { randomHex } from "../format/hex.ts";
import type { LinkTarget as Lent } from "../launch/ticket.ts";
import { TICKET_LIFE_S } from "../launch/ticket.ts";
import type { RequestContext } from "../request/request-context.ts";
import { readExtension } from "../services/media.ts";
import { type Env, readSettings } from "../settings/settings.ts";
import { confirmRun } from "./confirm-launch.ts";
import type { TicketReport } from "./ticket-report.ts";

const LIVES_S = { ticket: TICKET_LIFE_S, preview: 3_600, file: 3_600 } as const;
/** For so long a ticket still says what became of it. */
const AFTERLIFE_MS = 300_000;
const TEXT_MAX_BYTES = 1_024 * 1_024;

/** So long after it was taken, nothing more is heard of the program. */
const REPORT_MS = 50_000;

/** So long after it was taken the log has the run that it was made for, wherever it is asked. */
const CONFIRM_AFTER_MS = 60_000;

/** A ticket's content is kept as it will be answered. */
export type StoredTarget = Exclude<Lent, { kind: "ticket" }> | { kind: "ticket"; json: string };
/** `run`: which one lent it, and when that began. */
type StoredLink = {
  target: StoredTarget;
  email: string | undefined;
  run: { id: string; at: number };
  until: number;
  isTaken: boolean;
  isConfirmed?: boolean;
  /** whoever took it says within a minute from then what became of the program: until when, in epoch milliseconds */
  reportUntil?: number;
  report?: TicketReport;
};

type TicketAnswer = { state: "taken"; json: string } | { state: "unknown" | "used" | "foreign" };
/** `outcome`: what became of the program, where whoever took the ticket says so. */
export type TicketState =
  | { state: "waiting" | "expired" }
  | { state: "taken"; outcome?: TicketReport | { state: "pending" | "unknown"; text: "" } };

export class TemporaryLink extends DurableObject<Env> {
  async keep(stored: StoredLink): Promise<void> {
    await this.ctx.storage.put("loan", stored);
    await this.ctx.storage.setAlarm(endOf(stored));
  }

  /**
   * Gives a ticket to the first who asks. Nothing else gets in between reading and writing, for neither is waited for.
   * @param email of whoever asks, where they say it: the wrong one leaves the ticket as it is
   * @param willReport they say later what became of it
   */
  take(email: string | null, willReport: boolean): TicketAnswer {
    const { kv } = this.ctx.storage;
    const stored = kv.get<StoredLink>("loan");
    if (stored?.target.kind !== "ticket") return { state: "unknown" };
    if (stored.isTaken) return { state: "used" };
    if (Date.now() >= stored.until) return { state: "unknown" };
    const isForeign =
      email !== null && stored.email !== undefined && email.trim().toLowerCase() !== stored.email.toLowerCase();
    if (isForeign) return { state: "foreign" };
    kv.put("loan", { ...stored, isTaken: true, ...(willReport && { reportUntil: Date.now() + REPORT_MS }) });
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + CONFIRM_AFTER_MS));
    return { state: "taken", json: stored.target.json };
  }

  look(): TicketState {
    const stored = this.ctx.storage.kv.get<StoredLink>("loan");
    if (stored?.isTaken && stored.reportUntil !== undefined) {
      const state = Date.now() < stored.reportUntil ? "pending" : "unknown";
      return { state: "taken", outcome: stored.report ?? { state, text: "" } };
    }
    if (stored?.isTaken) return { state: "taken" };
    return { state: stored?.target.kind === "ticket" && Date.now() < stored.until ? "waiting" : "expired" };
  }

  /** Of a ticket that was taken, once. */
  report(report: TicketReport): "noted" | "unknown" | "used" {
    const { kv } = this.ctx.storage;
    const stored = kv.get<StoredLink>("loan");
    if (!stored?.isTaken || stored.reportUntil === undefined) return "unknown";
    if (stored.report !== undefined) return "used";
    // The log may have been told already that nobody knows: the alarm tells it again.
    kv.put("loan", { ...stored, report, isConfirmed: false });
    return "noted";
  }

  /** What may be had as often as one likes. */
  read(): StoredTarget | undefined {
    const stored = this.ctx.storage.kv.get<StoredLink>("loan");
    return stored === undefined || Date.now() >= stored.until ? undefined : stored.target;
  }

  /** Tells the log that a ticket was taken, and once more at the end where that failed. */
  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    const stored = storage.kv.get<StoredLink>("loan");
    if (stored?.isTaken && !stored.isConfirmed) {
      // A report that was promised and did not come leaves it unknown.
      const report =
        stored.report ?? (stored.reportUntil === undefined ? undefined : { state: "unknown" as const, text: "" });
      const isConfirmed = await confirmRun(this.env, readSettings(this.env), stored.run, report);
      // A report may have come while the log was written.
      const latest = storage.kv.get<StoredLink>("loan") ?? stored;
      storage.kv.put("loan", {
        ...latest,
        isConfirmed: isConfirmed && (latest.report === undefined) === (stored.report === undefined),
      });
    }
    if (stored?.isTaken && Date.now() < endOf(stored)) await storage.setAlarm(endOf(stored));
    else await storage.deleteAll();
  }
}

const endOf = ({ until, target: loan }: StoredLink) => until + (loan.kind === "ticket" ? AFTERLIFE_MS : 0);

/** Lends something. Returns its address. */
export async function createTemporaryLink(
  { env, settings, base }: Pick<RequestContext, "env" | "settings" | "base">,
  { person, run }: { person: { email?: string | undefined }; run: StoredLink["run"] },
  lent: Lent,
): Promise<string> {
  if (lent.kind === "preview" && settings.kitsuToken === undefined) throw noAccount();
  if (lent.kind === "file" && new TextEncoder().encode(lent.text).length > TEXT_MAX_BYTES) {
    throw new Failure("not-allowed", {
      title: "The file is too large",
      text: "At most 1 MB of text can be offered as a download.",
      advice: "Select fewer tasks.",
    });
  }
  const token = randomHex(32);
  const loan: StoredTarget = lent.kind === "ticket" ? { kind: "ticket", json: JSON.stringify(lent.content) } : lent;
  const until = Date.now() + LIVES_S[lent.kind] * 1_000;
  await getTemporaryLink(env, token).keep({ target: loan, email: person.email, run, until, isTaken: false });
  switch (lent.kind) {
    case "ticket":
      return `${base}/t/${token}`;
    case "preview":
      return `${base}/media/${token}/${plainName(lent.name)}.${readExtension(lent.extension)}`;
    case "file":
      return `${base}/files/${token}/${plainName(lent.name)}`;
  }
}

export function getTemporaryLink(env: Env, token: string): DurableObjectStub<TemporaryLink> {
  if (env.TEMPORARY_LINKS === undefined) throw noBinding("TEMPORARY_LINKS", "TemporaryLink");
  return env.TEMPORARY_LINKS.getByName(token);
}

/** What can stand in an address and in a header as it is. The token is what counts; the name is for whoever reads it. */
export const plainName = (name: string) =>
  name
    .slice(0, 200)
    .normalize("NFKD")
    .replace(/[^\w.-]+/g, "_")
    .replace(/^[_.-]+|[_.-]+$/g, "")
    .slice(0, 80) || "preview";

/** A person's own session is never kept, so it can't be used later, by a player. */
export const noAccount = () =>
  new Failure("not-configured", {
    text: "The media of previews is lent with the account of a bot, and this action server has none.",
    advice: "Give it the token of a bot with: npx wrangler secret put KITSU_TOKEN",
  });
