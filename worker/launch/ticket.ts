// What the handler at a workstation is told to open. examples/handler reads exactly this.

import type { Paths } from "./paths.ts";
import type { TaskFacts } from "./template-variables.ts";

/** Long enough for a browser's question and a slow workstation; a link that is found later is worth nothing. */
export const TICKET_LIFE_S = 60;

export type TicketItem = {
  task_id: string;
  entity_id: string;
  name: string;
  path?: Paths;
  media_url?: string;
  frame_in?: number;
  frame_out?: number;
  fps?: number;
};

export type Ticket = {
  version: 1;
  verb: string;
  /** the launcher's id */
  app: string;
  issued_at: string;
  expires_at: string;
  person: { id: string | undefined; email: string | undefined };
  run: string;
  items: TicketItem[];
  /** where to go in Kabaret, and the button of the action that is run there: null for its first */
  kabaret?: { oid: string; project: string; run?: { button: string | null } };
};

export function makeTicket(
  rest: Pick<Ticket, "verb" | "app" | "person" | "run" | "items" | "kabaret">,
  now: number,
): Ticket {
  const say = (ms: number) => new Date(ms).toISOString();
  return { version: 1, issued_at: say(now), expires_at: say(now + TICKET_LIFE_S * 1_000), ...rest };
}

export function makeTicketItem(
  { taskId, entityId, label, frames, fps }: TaskFacts,
  paths: Paths,
  mediaUrl: string | undefined,
): TicketItem {
  return {
    task_id: taskId,
    entity_id: entityId,
    name: label,
    ...(Object.keys(paths).length > 0 && { path: paths }),
    ...(mediaUrl !== undefined && { media_url: mediaUrl }),
    ...(frames !== undefined && { frame_in: frames.first, frame_out: frames.last }),
    ...(fps !== undefined && { fps }),
  };
}

/**
 * - `ticket`: JSON for the handler at a workstation; taken once, within a minute
 * - `preview`: the media of a preview file, for players that have no session in Kitsu
 * - `file`: a text to download
 */
export type LinkTarget =
  | { kind: "ticket"; content: Record<string, unknown> }
  | { kind: "preview"; previewId: string; extension: string; name: string }
  | { kind: "file"; name: string; type: string; text: string };
