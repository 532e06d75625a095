/** One task with its comments, in the side panel and on its own page. */
import type { Task } from "../data.ts";
import { nameEntity } from "../data-entities.ts";
import { PERSONS } from "../data-people.ts";
import { STATUSES } from "../data-tables.ts";
import { element } from "./element.ts";
import { type Comment, pictureOf, readComments, readTask } from "./session.ts";
import type { Store } from "./store.ts";
import { avatar, statusTag, thumbnail, typeName } from "./task-parts.ts";
import type { Words } from "./words.ts";

export function drawTask(task: Task, { words }: Store): HTMLElement[] {
  const { entity, assignees } = task;
  return [
    element(
      "div",
      { class: "flexrow header-title" },
      typeName(task.type),
      element("h2", { class: "title" }, nameEntity(entity)),
    ),
    drawPreview(task, words),
    element(
      "div",
      { class: "flexrow facts" },
      statusTag(task),
      ...assignees.map((person) => avatar(person, "avatar large")),
    ),
    drawComments(task, words.comments),
  ];
}

/** The last preview; none until Zou has answered. */
function drawPreview({ id, entity }: Task, { noPreview, preview }: Words): HTMLElement {
  const place = element(
    "div",
    { class: "preview" },
    thumbnail(entity, "preview-picture"),
    element("em", {}, noPreview),
  );
  readTask(id).then(
    ({ last_preview_file_id: shown }) =>
      shown && place.replaceChildren(element("img", { class: "preview-picture", src: pictureOf(shown), alt: preview })),
    () => undefined,
  );
  return place;
}

/** The comments; empty until Zou has answered. */
function drawComments({ id }: Task, label: string): HTMLElement {
  const list = element("ul", { class: "comments", "aria-label": label });
  readComments(id).then(
    (comments) => list.replaceChildren(...comments.map(drawComment)),
    () => list.replaceChildren(),
  );
  return list;
}

function drawComment({ text, created_at, person, task_status, previews }: Comment): HTMLElement {
  const author = PERSONS.find(({ id }) => id === person?.id);
  const status = STATUSES.find(({ id }) => id === task_status?.id);
  return element(
    "li",
    { class: "comment" },
    element(
      "div",
      { class: "flexrow" },
      ...(author ? [avatar(author)] : []),
      element("strong", {}, person?.full_name ?? ""),
      element("time", { class: "filler", datetime: `${created_at}Z` }, new Date(`${created_at}Z`).toLocaleTimeString()),
      ...(status ? [statusTag({ status })] : []),
    ),
    ...(text ? [element("p", {}, ...drawText(text))] : []),
    ...previews.filter(({ status }) => status === "ready").map(drawRevision),
  );
}

const drawRevision = ({ id, revision }: Comment["previews"][number]): HTMLElement =>
  element("a", { class: "revision", href: pictureOf(id), target: "_blank" }, `v${String(revision).padStart(3, "0")}`);

const ADDRESS = /(https?:\/\/[^\s<>]+)/;

/** Addresses become links, as in Kitsu, which renders comments as Markdown. */
const drawText = (text: string): (Node | string)[] =>
  text
    .split(ADDRESS)
    .map((part, index) =>
      index % 2 === 1 ? element("a", { href: part, target: "_blank", rel: "noopener" }, part) : part,
    );
