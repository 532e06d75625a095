// Shows the request, the call parsed from it and, if the worker can ask Kitsu, all data of the
// selected tasks that the person may see. Point a new custom action at it first.
import type { Link, Table } from "../../contract.ts";
import { type ActionContext, defineAction } from "../action/action.ts";
import { plural } from "../format/plural.ts";
import type { Call } from "../request/call.ts";
import type { RequestSnapshot } from "../request/request-snapshot.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { SelectedTask, Selection } from "../services/selection.ts";
import { listEntityDetails, listTaskDetails, type TaskDetail } from "../services/task-details.ts";
import { formatFullName } from "../services/task-label.ts";
import { viewEntityAsClient, viewTaskAsClient } from "../services/visible-data.ts";

/** With more ids the address gets longer than some servers accept. */
const LINKED_TASKS_MAX = 80;
/** Above this there is no copy button: its text would make the answer too large. */
const COPIED_TASKS_MAX = 200;

export const debug = defineAction({
  id: "debug",
  title: "Debug",
  about: "Shows what Kitsu sent, how it was parsed, and the Kitsu data of the selected tasks.",
  modes: ["form", "ajax"],
  isSafe: true,
  takesEmptySelection: true,
  async run(context) {
    const { call, request, person } = context;
    const asksKitsu = person.trust !== "unchecked" && call.selection.length > 0;
    const selection = asksKitsu ? await context.kitsu().readSelection() : undefined;
    const count = selection?.tasks.length ?? call.selection.length;
    const isUnusual = count === 0 || call.ignored.length > 0 || selection?.missing.length;
    return {
      kind: "done",
      severity: isUnusual ? "warning" : "info",
      title: selection === undefined ? `${plural(count, "task")} received` : describeFound(selection),
      text: `The call used the dialect "${call.dialect}". ${describeIgnored(call)} ${describePerson(context)}`,
      outcomes: selection?.missing.map(skipMissing),
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
        ...describeIgnoredFields(call),
      ],
    };
  },
});

function describeFound({ tasks, projectIds }: Selection): string {
  const entities = new Set(tasks.map(({ task }) => task.entity_id)).size;
  const all = [plural(tasks.length, "task"), plural(entities, "entity", "entities")].join(" of ");
  return `${all} in ${plural(projectIds.length, "project")}`;
}

function describeIgnored({ ignored, selection }: Call): string {
  if (selection.length === 0) return "Nothing was selected. Actions that work on tasks refuse such a call.";
  if (ignored.length === 0) return "Every field was recognized.";
  return `${plural(ignored.length, "field")} ${ignored.length === 1 ? "was" : "were"} ignored; see below.`;
}

function describePerson({ person }: ActionContext): string {
  if (person.sessionProblem !== undefined) {
    const reason =
      person.sessionProblem === "expired" ? "your Kitsu session has ended" : "the call had no Kitsu session";
    const caller =
      person.trust === "unchecked"
        ? "The caller was not verified"
        : `The trust level of the caller, ${person.name}, is only "${person.trust}"`;
    return `${caller}: ${reason}. Log in to Kitsu again.`;
  }
  if (person.trust === "unchecked") return "The caller was not verified: this action server can't ask Kitsu.";
  const caller = [person.name, person.role].filter(Boolean).join(", ");
  return `The caller is ${caller} (trust level "${person.trust}").`;
}

/** A link from the toast to the full page. The session or Access identifies the person again. */
function linkToPage({ call, base }: ActionContext): Link[] {
  if (call.selection.length > LINKED_TASKS_MAX) return [];
  const query = new URLSearchParams({
    personid: call.person.id ?? "",
    personemail: call.person.email ?? "",
    selection: call.selection.join(","),
  });
  return [{ label: "Open as a page", url: `${base}/actions/debug?${query}` }];
}

/** Clients see fewer fields of a task, in the tables and in what is copied. */
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

/** One row per task, then one table per entity with all fields. */
async function describeTasks(context: ActionContext, tasks: readonly SelectedTask[]): Promise<Table[]> {
  const kitsu = context.kitsu();
  const [persons, previews, isForClient] = await Promise.all([
    kitsu.tables.persons(),
    kitsu.readPreviews(tasks),
    isClient(context, tasks),
  ]);
  const readers = { kitsuUrl: context.settings.kitsuUrls[0] ?? "", persons, previews, isForClient, now: Date.now() };
  const summary: Table = {
    title: "Tasks",
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
        (one) => listEntityDetails(one, readers),
        (one) => listTaskDetails(one, readers),
      ),
    ),
  ];
}

type Describe = (one: SelectedTask) => TaskDetail[];

function describeEntity(group: readonly SelectedTask[], ofEntity: Describe, ofTask: Describe): Table {
  const [first] = group;
  const prefixed = (one: SelectedTask) =>
    ofTask(one).map(([name, value, type]): TaskDetail => [`${one.taskType?.name ?? "Task"}: ${name}`, value, type]);
  return {
    title: `${first && formatFullName(first)}: ${plural(group.length, "task")}`,
    columns: ["Field", "Value", "Type"],
    rows: [...(first === undefined ? [] : ofEntity(first)), ...group.flatMap(prefixed)],
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
    title: "Parsed call",
    columns: ["Name", "Value"],
    rows: facts.map(([name, value]) => [name, value ?? "(none)"]),
  };
}

function describeFields({ fields }: RequestSnapshot): Table {
  return { title: "Received fields", columns: ["Field", "Value"], rows: fields };
}

function describeRequest({ method, path, headers }: RequestSnapshot): Table {
  return { title: "Request", columns: ["Header", "Value"], rows: [["method", method], ["path", path], ...headers] };
}

function describeIgnoredFields({ ignored }: Call): Table[] {
  if (ignored.length === 0) return [];
  return [
    {
      title: "Ignored fields",
      columns: ["Field", "Value", "Reason"],
      rows: ignored.map(({ name, value, reason }) => [name, value, reason]),
    },
  ];
}
