/** The small parts that show a task: thumbnail, status tag, avatars, colored type. */

import type { Task } from "../data.ts";
import type { Entity } from "../data-entities.ts";
import type { Person } from "../data-people.ts";
import type { Project } from "../data-projects.ts";
import type { TaskType } from "../data-tables.ts";
import { idOf, pickOf } from "../ids.ts";
import { element, readableOn } from "./element.ts";

/** Takes the place of a preview picture: two colors that belong to the entity. */
export function thumbnail(entity: Entity, className = "thumbnail"): HTMLElement {
  const hue = pickOf(idOf(entity.id), 360);
  const picture = element("span", { class: className, "aria-hidden": "true" });
  picture.style.background = `linear-gradient(160deg, hsl(${hue} 34% 62%), hsl(${(hue + 48) % 360} 38% 30%))`;
  return picture;
}

export function statusTag({ status }: Pick<Task, "status">): HTMLElement {
  const tag = element("span", { class: "tag", title: status.name }, status.shortName);
  // Kitsu shows "todo" in a grey that follows the theme.
  if (status.shortName === "todo") tag.classList.add("todo");
  else {
    tag.style.background = status.color;
    tag.style.color = readableOn(status.color);
  }
  return tag;
}

export function avatar(person: Person, className = "avatar"): HTMLElement {
  const round = element(
    "span",
    { class: className, title: person.full_name, role: "img", "aria-label": person.full_name },
    person.initials,
  );
  round.style.background = person.color;
  return round;
}

export function typeName(type: TaskType): HTMLElement {
  const name = element("span", { class: "task-type" }, type.name);
  name.style.borderColor = type.color;
  return name;
}

/** Kitsu shows a production as a colored square with its first letters. */
export function productionSquare(project: Project): HTMLElement {
  const initials = project.name.split(" ").map(([initial = ""]) => initial);
  const square = element("span", { class: "production-avatar", "aria-hidden": "true" }, initials.join("").slice(0, 2));
  square.style.background = project.color;
  square.style.color = readableOn(project.color);
  return square;
}
