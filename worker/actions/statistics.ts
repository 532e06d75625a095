// Statistics for the production manager: of the selection or, through a link, of a project or an
// episode. Each chart is shown above a table with the same numbers.
import * as v from "valibot";
import { type ActionContext, defineAction } from "../action/action.ts";
import { isInDepartment } from "../action/authorize-person.ts";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import type { Link } from "../format/reply.ts";
import { checkSelection } from "../request/call.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { SelectedTask } from "../services/selection.ts";
import type { Project, Role } from "../services/zou-objects.ts";
import { limitsOf } from "../settings/settings.ts";
import { makeCalendar } from "./statistics/dates.ts";
import { makeReport } from "./statistics/statistics-report.ts";
import { byEpisode, byTaskType, groupTasks } from "./statistics/task-groups.ts";

/** With more ids the address gets longer than some proxies accept. */
const LINKED_TASKS_MAX = 100;
/** Per kind of link, so that the links don't outweigh the numbers. */
const LINKS_MAX = 24;
const TOAST_LINKS_MAX = 3;
/** Missing tasks that the reply lists. */
const MISSING_MAX = 100;

export const statistics = defineAction({
  id: "statistics",
  title: message("statistics.title"),
  about: message("statistics.about"),
  modes: ["form", "ajax"],
  isSafe: true,
  takesEmptySelection: true,
  needsKitsu: true,
  params: ["project", "episode", "taskType"],
  checkParams: (params) => void readFilter(params),
  async run(context) {
    const filter = readFilter(context.call.params);
    const { tables } = context.kitsu();
    const [{ tasks: all, missing, roles, title }, persons, entityTypes, hoursByDay] = await Promise.all([
      readTasks(context, filter),
      tables.persons(),
      tables.entityTypes(),
      tables.hoursByDay(),
    ]);
    const filtered =
      filter.taskType === undefined ? all : all.filter(({ task }) => task.task_type_id === filter.taskType);
    const report = makeReport(filtered, {
      calendar: makeCalendar(Date.now(), context.reader),
      reader: context.reader,
      hoursByDay,
      isForClient: roles.includes("client"),
      persons,
      entityTypes,
      withProject: new Set(filtered.map(({ task }) => task.project_id)).size > 1,
    });
    const links = listLinks(context, filter, all);
    const isToast = context.call.dialect.startsWith("ajax");
    return {
      kind: "done",
      severity: missing.length > 0 || filtered.length === 0 ? "warning" : "info",
      title: formatTitle(title, filter, all),
      text: report.summary,
      outcomes: missing.slice(0, MISSING_MAX).map(skipMissing),
      // A toast has room for a summary and a link to the page. Without a link, it gets all tables.
      ...(isToast && links.page.length > 0
        ? { tables: report.tables.slice(0, 1) }
        : { charts: report.charts, tables: report.tables }),
      links: isToast
        ? [...links.page, ...links.projects.slice(0, TOAST_LINKS_MAX)]
        : [...links.projects, ...links.episodes, ...links.filters],
    };
  },
});

const Id = v.pipe(v.string(), v.uuid(), v.toLowerCase());
const Filter = v.object({ project: v.optional(Id), episode: v.optional(Id), taskType: v.optional(Id) });
type Filter = v.InferOutput<typeof Filter>;

/** Empty parameters come from form fields that were left empty. */
function readFilter(params: Record<string, string>): Filter {
  const parsed = v.safeParse(Filter, Object.fromEntries(Object.entries(params).filter(([, value]) => value !== "")));
  if (parsed.success) return parsed.output;
  const field = v.getDotPath(parsed.issues[0]) ?? "";
  throw new Failure("invalid-call", {
    text: message("statistics.invalidId", { field }),
    advice: message("statistics.followLink"),
    field,
  });
}

type Counted = { tasks: SelectedTask[]; missing: string[]; roles: (Role | undefined)[]; title: Text };

/** The tasks to count, and the person's role in each of their projects. */
async function readTasks(context: ActionContext, filter: Filter): Promise<Counted> {
  const { call } = context;
  if (filter.project !== undefined && call.selection.length === 0)
    return readProject(context, filter.project, filter.episode);
  checkSelection(call);
  const { tasks, missing, projectIds } = await context.kitsu().readSelection();
  const projects = await context.kitsu().tables.projects();
  const roles = await Promise.all(projectIds.map((id) => context.roleIn(id)));
  for (const [index, id] of projectIds.entries()) checkClient(roles[index], projects.get(id));
  return { tasks, missing, roles, title: message("statistics.statisticsOfTasks", { count: tasks.length }) };
}

/** People outside the project's team can't find out whether the project exists. */
async function readProject(context: ActionContext, id: string, episodeId: string | undefined): Promise<Counted> {
  const kitsu = context.kitsu();
  const role = await context.roleIn(id).catch((thrown: unknown) => {
    if (thrown instanceof Failure && thrown.code === "kitsu-unknown") return undefined;
    throw thrown;
  });
  const project = (await kitsu.tables.projects()).get(id);
  const limits = limitsOf(context.settings, statistics.id);
  const isAllowed =
    role !== undefined &&
    limits.projects?.includes(id) !== false &&
    limits.roles?.includes(role) !== false &&
    isInDepartment(context.person, limits);
  if (!isAllowed || project === undefined) {
    throw new Failure("not-allowed", {
      title: NO_ACCESS,
      text: message("statistics.projectNotVisible"),
      advice: message("statistics.askProductionManager"),
    });
  }
  checkClient(role, project);
  const everything = await kitsu.readProject(id);
  // The bot's account reads all tasks, but vendors may see only their own.
  const visible =
    role === "vendor" ? everything.filter(({ task }) => task.assignees.includes(context.person.id ?? "")) : everything;
  const tasks = episodeId === undefined ? visible : visible.filter(({ episode }) => episode?.id === episodeId);
  const title =
    episodeId === undefined
      ? message("statistics.statisticsOfProject", { project: project.name })
      : message("statistics.statisticsOfEpisode", {
          project: project.name,
          episode: tasks[0]?.episode?.name ?? message("statistics.episodeWithoutTasks"),
        });
  return { tasks, missing: [], roles: [role], title };
}

const NO_ACCESS = message("statistics.noAccess");

/** A project's settings in Kitsu can hide its statistics from clients. */
function checkClient(role: Role | undefined, project: Project | undefined): void {
  if (role !== "client" || project?.is_client_stats_visible !== false) return;
  throw new Failure("not-allowed", {
    title: NO_ACCESS,
    text: message("statistics.hiddenFromClients", { project: project.name }),
    advice: message("statistics.askProductionManager"),
  });
}

function formatTitle(title: Text, { taskType }: Filter, tasks: readonly SelectedTask[]): Text {
  if (taskType === undefined) return title;
  const name = tasks.find(({ task }) => task.task_type_id === taskType)?.taskType?.name;
  return message("statistics.statisticsOfTaskType", { title, taskType: name ?? message("statistics.oneTaskType") });
}

/** `page`: the same statistics as a page, unless the URL gets too long. `filters`: by task type. */
function listLinks(context: ActionContext, filter: Filter, tasks: readonly SelectedTask[]) {
  const { call, reader } = context;
  const here: Record<string, string | undefined> =
    call.selection.length === 0 ? filter : { selection: call.selection.join(","), taskType: filter.taskType };
  const isLinkable = call.selection.length <= LINKED_TASKS_MAX;
  const link = (label: Text, query: Record<string, string | undefined>): Link => ({
    label,
    url: makeAddress(context, query),
  });
  const projects = groupTasks(
    tasks,
    ({ task, project }) => ({ id: task.project_id, name: project?.name ?? message("statistics.closedProject") }),
    reader,
  );
  const projectLinks = projects
    .slice(0, LINKS_MAX)
    .map(({ name, tasks: [first] }) =>
      link(message("statistics.allOfProject", { project: name }), { project: first?.task.project_id }),
    );
  const episodes = groupTasks(tasks, byEpisode(projects.length > 1), reader)
    .slice(0, LINKS_MAX)
    .map(({ name, tasks: [first] }) =>
      link(message("statistics.episode", { episode: name }), {
        project: first?.task.project_id,
        episode: first?.episode?.id,
      }),
    );
  const types = groupTasks(tasks, byTaskType, reader).slice(0, LINKS_MAX);
  const filters = types.map(({ name, tasks: [first] }) =>
    link(message("statistics.onlyTaskType", { taskType: name }), { ...here, taskType: first?.task.task_type_id }),
  );
  return {
    page: isLinkable ? [link(message("statistics.chartsAndTables"), here)] : [],
    projects: projectLinks,
    episodes,
    filters:
      !isLinkable || types.length < 2
        ? []
        : filter.taskType === undefined
          ? filters
          : [link(message("statistics.allTaskTypes"), { ...here, taskType: undefined }), ...filters],
  };
}

/** Adds the claimed person, as Kitsu does: without a session, nothing else identifies them. */
function makeAddress({ base, person }: ActionContext, query: Record<string, string | undefined>): string {
  const url = new URL(`${base}/actions/${statistics.id}`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  if (person.trust === "claimed" && person.id !== undefined) url.searchParams.set("personid", person.id);
  return url.href;
}
