// Creates playlists in Kitsu from the newest previews of the selected tasks: one per project and
// entity type, because a playlist has one of each. Zou doesn't validate the entries, so they are
// built only from what Zou returned.
import * as v from "valibot";
import type { EntityType } from "../../contract.ts";
import { type ActionContext, defineAction } from "../action/action.ts";
import { Failure, toFailure } from "../format/failure.ts";
import { formatSortable } from "../format/locale-formats.ts";
import { joinSentences, message, type Text } from "../format/message.ts";
import type { Effect, Outcome, Reply } from "../format/reply.ts";
import { playlistPath } from "../services/kitsu-pages.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import { removeUnchanged } from "../services/playlists.ts";
import type { SelectedTask } from "../services/selection.ts";
import { MAYBE_DONE } from "../services/zou-answer.ts";
import { isShow, Playlist } from "../services/zou-objects.ts";

const NAME_MAX_CHARS = 80;
/** Attempts to find a name that is not taken. */
const NAME_ATTEMPTS_MAX = 5;
const UNDO_LIFE_S = 600;
/** Reserved at the end of the action's time limit, for one slow playlist and the answer. */
const ANSWER_RESERVE_MS = 8_000;
const PLAYABLE_TYPES: readonly EntityType[] = ["shot", "asset", "sequence", "edit", "episode"];

export const playlist = defineAction({
  id: "playlist",
  title: message("playlist.title"),
  about: message("playlist.about"),
  modes: ["ajax", "form"],
  entityTypes: PLAYABLE_TYPES,
  roles: ["admin", "manager", "supervisor"],
  needsKitsu: true,
  params: ["name", "order"],
  async run(context) {
    const { tasks, missing } = await context.kitsu().readSelection();
    const isSorted = context.call.params.order === "shots";
    const { entries, skipped } = chooseEntries(isSorted ? sortByName(tasks, context.reader.locale) : tasks);
    if (entries.length === 0) throw nothingToPlay(skipped);
    const outcomes: Outcome[] = [...skipped, ...missing.map(skipMissing)];
    const made: Playlist[] = [];
    const effects: Effect[] = [];
    const until = Date.now() + context.settings.actionTimeLimitMs - ANSWER_RESERVE_MS;
    let stopped: Text | undefined;
    for (const group of groupEntries(entries)) {
      if (made.length > 0 && Date.now() >= until) stopped ??= message("playlist.noTimeLeft");
      if (stopped !== undefined) {
        outcomes.push(...skipGroup(group, stopped));
        continue;
      }
      try {
        const playlist = await makePlaylist(context, group);
        made.push(playlist);
        effects.push({
          kind: "go",
          path: playlistPath(playlist, group[0]?.project),
          label: message("playlist.open", { name: playlist.name }),
        });
        outcomes.push(...group.map(({ task, label }): Outcome => ({ id: task.id, label, state: "done" })));
      } catch (thrown) {
        // If one playlist fails, the others are kept.
        const { code, reply } = toFailure(thrown);
        const { text = message("playlist.failed"), advice } = reply;
        if (code === "platform-limit") {
          stopped = text;
          outcomes.push(...skipGroup(group, stopped));
          continue;
        }
        const mayBeDone = JSON.stringify(advice) === JSON.stringify(MAYBE_DONE);
        const reason = joinSentences([text, mayBeDone && MAYBE_DONE]);
        outcomes.push(...group.map(({ task, label }): Outcome => ({ id: task.id, label, state: "failed", reason })));
      }
    }
    if (made.length > 0) {
      const label = message("playlist.undo", { count: made.length });
      context.offerUndo({ data: made.map(describeMade), lifeS: UNDO_LIFE_S, label });
    }
    return reportPlaylists(outcomes, effects);
  },
  async undo({ kitsu }, data) {
    const made = v.parse(v.array(MadePlaylist), data);
    const remaining: Text[] = [];
    for (const one of made) {
      const reason = await removeUnchanged(kitsu().zou, one);
      if (reason !== undefined) remaining.push(reason);
    }
    const text = joinSentences([...remaining, remaining.length > 0 && message("playlist.removeInKitsu")]);
    if (remaining.length === made.length)
      throw new Failure("nothing-to-do", { title: message("playlist.nothingRemoved"), text });
    const title = message("playlist.removed", { count: made.length - remaining.length });
    return { kind: "done", severity: remaining.length > 0 ? "warning" : "success", title, text };
  },
});

/** What the undo needs in order to see whether somebody changed the playlist. */
const MadePlaylist = v.object({
  id: v.string(),
  name: v.string(),
  updatedAt: v.optional(v.string()),
  count: v.number(),
});

const describeMade = ({ id, name, updated_at, shots }: Playlist): v.InferOutput<typeof MadePlaylist> => ({
  id,
  name,
  updatedAt: updated_at,
  count: shots.length,
});

type Chosen = { entries: SelectedTask[]; skipped: Outcome[] };

/** One entry per entity: its first selected task that has a preview. */
function chooseEntries(tasks: readonly SelectedTask[]): Chosen {
  const chosen = new Map<string, SelectedTask>();
  const skipped: Outcome[] = [];
  for (const one of tasks) {
    const first = chosen.get(one.task.entity_id);
    if (one.task.last_preview_file_id === undefined)
      skipped.push(skip(one.task.id, one.label, message("playlist.noPreview")));
    else if (first !== undefined)
      skipped.push(skip(one.task.id, one.label, message("playlist.alreadyIn", { label: first.label })));
    else chosen.set(one.task.entity_id, one);
  }
  return { entries: [...chosen.values()], skipped };
}

const skip = (id: string, label: string, reason: Text | undefined): Outcome => ({
  id,
  label,
  state: "skipped",
  reason,
});

/** Tasks that were not tried and can be retried. */
const skipGroup = (group: readonly SelectedTask[], reason: Text): Outcome[] =>
  group.map(({ task, label }) => ({
    ...skip(task.id, label, joinSentences([message("playlist.notTried"), reason])),
    retry: true,
  }));

const sortByName = (tasks: readonly SelectedTask[], locale: string) =>
  tasks.toSorted((a, b) => a.label.localeCompare(b.label, locale, { numeric: true }));

const getEntityType = ({ entity }: SelectedTask) => entity?.type.toLowerCase() ?? "";

function groupEntries(entries: readonly SelectedTask[]): SelectedTask[][] {
  const playable = entries.filter((one) => PLAYABLE_TYPES.some((type) => type === getEntityType(one)));
  return [...Map.groupBy(playable, (one) => `${one.task.project_id} ${getEntityType(one)}`).values()];
}

/** The episode that all entries belong to. With several, it's a playlist of the whole show. */
function getEpisodeFields(group: readonly SelectedTask[]): { episode_id: string | null; is_for_all: boolean } {
  const [first] = group;
  if (!isShow(first?.project)) return { episode_id: null, is_for_all: false };
  const episodes = new Set(group.map(({ episode }) => episode?.id));
  const [episode] = episodes;
  if (episodes.size === 1 && episode !== undefined) return { episode_id: episode, is_for_all: false };
  return { episode_id: null, is_for_all: true };
}

async function makePlaylist(context: ActionContext, group: readonly SelectedTask[]): Promise<Playlist> {
  const [first] = group;
  if (first === undefined) throw new Error("A group has at least one task");
  const fields = {
    project_id: first.task.project_id,
    for_entity: getEntityType(first),
    for_client: false,
    ...getEpisodeFields(group),
    shots: group.map(({ task }) => ({ entity_id: task.entity_id, preview_file_id: task.last_preview_file_id })),
  };
  for (let count = 1; ; count += 1) {
    try {
      return await context
        .kitsu()
        .zou.write("POST", "/data/playlists", { ...fields, name: makeName(context, count) }, Playlist);
    } catch (thrown) {
      const isTaken =
        thrown instanceof Failure && thrown.code === "kitsu-refused" && thrown.message.includes("same unique values");
      if (!isTaken || count === NAME_ATTEMPTS_MAX) throw thrown;
    }
  }
}

/**
 * "{name} 2026-11-23 15:02:07 (Ada Roy)", with the person's time, in an order that sorts. The name
 * comes from the parameter `name` of the action's URL. The person is added if the bot creates the
 * playlist, because Kitsu then shows the bot as its author.
 */
function makeName({ call, person, reader, localize }: ActionContext, count: number): string {
  const time = formatSortable(Date.now(), reader);
  const author = person.token === undefined ? ` (${person.name})` : "";
  const rest = ` ${time}${author}${count > 1 ? ` ${count}` : ""}`;
  const name = call.params.name ?? localize(message("playlist.previews"));
  return name.slice(0, Math.max(0, NAME_MAX_CHARS - rest.length)) + rest.slice(0, NAME_MAX_CHARS);
}

function reportPlaylists(outcomes: Outcome[], effects: Effect[]): Reply {
  const count = outcomes.filter(({ state }) => state === "done").length;
  const isAll = count === outcomes.length;
  if (effects.length === 0)
    return {
      kind: "failed",
      code: "kitsu-refused",
      title: message("playlist.noneCreated"),
      text: outcomes.find(({ state }) => state === "failed")?.reason,
      outcomes,
    };
  return {
    kind: "done",
    severity: isAll ? "success" : "warning",
    title: message("playlist.created", { count: effects.length }),
    text: isAll
      ? message("playlist.previewCount", { count })
      : message("playlist.tasksAdded", { count, total: outcomes.length }),
    outcomes,
    effects,
  };
}

function nothingToPlay(outcomes: Outcome[]): Failure {
  return new Failure("nothing-to-do", {
    title: message("playlist.nothingToPlay"),
    text: message("playlist.noPreviews"),
    advice: message("playlist.publishFirst"),
    outcomes,
  });
}
