// Tickets: what a handler at a workstation opens.
import type { Ticket, TicketItem } from "../../contract.ts";
import type { Paths } from "./paths.ts";
import type { TaskInfo } from "./template-variables.ts";

/**
 * Long enough for the browser's prompt and a slow workstation, too short for a link that is found
 * later.
 */
export const TICKET_LIFE_S = 60;

export function makeTicket(
  rest: Pick<Ticket, "verb" | "app" | "person" | "run" | "items" | "kabaret">,
  now: number,
): Ticket {
  const toIso = (ms: number) => new Date(ms).toISOString();
  return { version: 1, issued_at: toIso(now), expires_at: toIso(now + TICKET_LIFE_S * 1_000), ...rest };
}

export function makeTicketItem(
  { taskId, entityId, label, frames, fps }: TaskInfo,
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
 * - `ticket`: JSON for the handler at a workstation; can be fetched once, within a minute
 * - `preview`: the media of a preview file, for players without a session in Kitsu
 * - `file`: text to download
 * - `tasks`: pages of tasks, as JSON lists, for the server that `action` forwards calls to
 */
export type LinkTarget =
  | { kind: "ticket"; content: Record<string, unknown> }
  | { kind: "preview"; previewId: string; extension: string; name: string }
  | { kind: "file"; name: string; type: string; text: string }
  | { kind: "tasks"; action: string; pages: string[] };
