// Shows what arrived and what was understood of it, and, where the worker can ask Kitsu, everything Kitsu shows the person of every selected
// task. The first thing to point a new custom action at.
import type { Link, Outcome, Table } from "../../contract.ts";
import { type ActionContext, defineAction } from "../action/action.ts";
import type { Call } from "../request/call.ts";
import type { RequestSnapshot } from "../request/request-snapshot.ts";
import type { SelectedTask, Selection } from "../services/selection.ts";
import { entityFacts, type TaskDetail, taskFacts } from "../services/task-details.ts";
import { nameInFull } from "../services/task-label.ts";
import { viewEntityAsClient, viewTaskAsClient } from "../services/visible-data.ts";

/** More ids than these make an address longer than servers take. */
const LINKED_TASKS_MAX = 80;
/** More than this is too much to copy at once. */
const COPIED_TASKS_MAX = 200;

export const debug = defineAction({
  id: "debug",
  title: "Debug",
  about: "Shows what Kitsu sent, what was understood of it, and all that Kitsu knows of the selected tasks.",
  modes: ["form", "ajax"],
  isSafe: true,
  takesEmptySelection: true,
  async run(context) {
    const { call, request, person } = context;
    const asksKitsu = person.trust !== "unchecked" && call.selection.length > 0;
    const selection = asksKitsu ? await context.kitsu().readSelection() : undefined;
    const count = selection?.tasks.length ?? call.selection.length;
    const isOdd = count === 0 || call.ignored.length > 0 || selection?.missing.length;
    return {
      kind: "done",
      severity: isOdd ? "warning" : "info",
      title: selection === undefined ? `${sayCount(count, "task")} arrived` : describeFound(selection),
      text: `Kitsu spoke the dialect "${call.dialect}". ${describeIgnored(call)} ${describePerson(context)}`,
      outcomes: selection?.missing.map(
        (id): Outcome => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" }),
      ),
      links: selection && linkToPage(context),
      effects: [
        { kind: "copy", label: "Copy the call as JSON", text: JSON.stringify(call) },
        ...(selection === undefined || count > COPIED_TASKS_MAX
          ? []
          : [
              {
                kind: "copy" as const,
                label: "Copy the tasks as JSON",
                text: JSON.stringify(await listForCopy(context, selection.tasks)),
              },
            ]),
      ],
      tables: [
        ...(selection === undefined ? [] : await describeTasks(context, selection.tasks)),
        describeCall(call),
        describeFields(request),
        describeRequest(request),
        ...describeLeftovers(call),
      ],
    };
  },
});

const sayCount = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function describeFound({ tasks, projectIds }: Selection): string {
  const entities = new Set(tasks.map(({ task }) => task.entity_id)).size;
  return `${sayCount(tasks.length, "task")} of ${entities === 1 ? "1 entity" : `${entities} entities`} in ${sayCount(projectIds.length, "project")}`;
}

function describeIgnored({ ignored, selection }: Call): string {
  if (selection.length === 0) return "Nothing was selected: an action that works on tasks would refuse this call.";
  return ignored.length === 0 ? "All of it was understood." : `Left out, and why: ${ignored.length} below.`;
}

function describePerson({ person }: ActionContext): string {
  if (person.sessionProblem !== undefined) {
    const why =
      person.sessionProblem === "expired" ? "your session in Kitsu has ended" : "no session of Kitsu came with the call";
    const known =
      person.trust === "unchecked"
        ? "Who called was not checked"
        : `The caller is only "${person.trust}", as ${person.name}`;
    return `${known}: ${why}. Log in to Kitsu again.`;
  }
  if (person.trust === "unchecked") return "Who called was not checked: this action server can't ask Kitsu.";
  return `The caller is known by "${person.trust}" as ${person.name}${person.role === undefined ? "" : `, ${person.role}`}.`;
}

/** The same as a page of its own, for those who see it in a toast: the session or Access says again who asks. */
function linkToPage({ call, run }: ActionContext): Link[] {
  if (call.selection.length > LINKED_TASKS_MAX) return [];
  const query = new URLSearchParams({
    personid: call.person.id ?? "",
    personemail: call.person.email ?? "",
    selection: call.selection.join(","),
  });
  return [{ label: "Open as a page", url: `${run.url.split("/runs/")[0]}/actions/debug?${query}` }];
}

/** Clients see less of a task, in whatever form. */
async function isClient({ roleIn }: ActionContext, tasks: readonly SelectedTask[]): Promise<boolean> {
  const projects = [...new Set(tasks.map(({ task }) => task.project_id))];
  return (await Promise.all(projects.map(roleIn))).includes("client");
}

async function listForCopy(context: ActionContext, tasks: readonly SelectedTask[]): Promise<unknown> {
  if (!(await isClient(context, tasks))) return tasks.map(({ task, entity }) => ({ task, entity }));
  return tasks.map(({ task, entity }) => ({
    task: viewTaskAsClient(task),
    entity: entity && viewEntityAsClient(entity),
  }));
}

/** One line a task, then one table an entity with everything. */
async function describeTasks(context: ActionContext, tasks: readonly SelectedTask[]): Promise<Table[]> {
  const kitsu = context.kitsu();
  const [persons, previews, isForClient] = await Promise.all([
    kitsu.tables.persons(),
    kitsu.readPreviews(tasks),
    isClient(context, tasks),
  ]);
  const readers = { kitsuUrl: context.settings.kitsuUrls[0] ?? "", persons, previews, isForClient, now: Date.now() };
  const summary: Table = {
    title: "The tasks",
    columns: ["Task", "Project", "Status", ...(isForClient ? [] : ["Assignees"]), "Preview"],
    rows: tasks.map(({ label, task, project, taskStatus }) => [
      label,
      project?.name ?? "unknown",
      taskStatus?.short_name ?? "unknown",
      ...(isForClient ? [] : [task.assignees.map((id) => persons.get(id)?.full_name || id).join(", ")]),
      task.last_preview_file_id === undefined ? "none" : "yes",
    ]),
  };
  const byEntity = Map.groupBy(tasks, ({ task }) => task.entity_id);
  return [
    summary,
    ...[...byEntity.values()].map((group) =>
      describeEntity(
        group,
        (one) => entityFacts(one, readers),
        (one) => taskFacts(one, readers),
      ),
    ),
  ];
}

type Describe = (one: SelectedTask) => TaskDetail[];

function describeEntity(group: readonly SelectedTask[], ofEntity: Describe, ofTask: Describe): Table {
  const [first] = group;
  const named = (one: SelectedTask) =>
    ofTask(one).map(([name, value, type]): TaskDetail => [`${one.taskType?.name ?? "Task"}: ${name}`, value, type]);
  return {
    title: `${first && nameInFull(first)}: ${sayCount(group.length, "task")}`,
    columns: ["Field", "Value", "Type"],
    rows: [...(first === undefined ? [] : ofEntity(first)), ...group.flatMap(named)],
  };
}

function describeCall({ dialect, person, project, selection, entityType, path, server, params }: Call): Table {
  const facts: [string, string | undefined][] = [
    ["dialect", dialect],
    ["person.id", person.id],
    ["person.email", person.email],
    ["project", project],
    ["entityType", entityType],
    ["path", path],
    ["server", server],
    ...Object.entries(params).map(([name, value]): [string, string] => [`params.${name}`, value]),
    ...selection.map((id, index): [string, string] => [`selection[${index}]`, id]),
  ];
  return {
    title: "The call, as understood",
    columns: ["Name", "Value"],
    rows: facts.map(([name, value]) => [name, value ?? "(none)"]),
  };
}

function describeFields({ fields }: RequestSnapshot): Table {
  return { title: "Fields, as they arrived", columns: ["Field", "Value"], rows: fields };
}

function describeRequest({ method, path, headers }: RequestSnapshot): Table {
  return { title: "The request", columns: ["Header", "Value"], rows: [["method", method], ["path", path], ...headers] };
}

function describeLeftovers({ ignored }: Call): Table[] {
  if (ignored.length === 0) return [];
  return [
    {
      title: "Left out",
      columns: ["Field", "Value", "Because"],
      rows: ignored.map(({ name, value, reason }) => [name, value, reason]),
    },
  ];
}
