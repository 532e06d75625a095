// Shows the request, the call parsed from it and, if the worker can ask Kitsu, all data of the
// selected tasks that the person may see. Point a new custom action at it first.
import { type ActionContext, defineAction } from "../action/action.ts";
import { nameRole } from "../action/role-names.ts";
import { joinSentences, type Message, message, type Text } from "../format/message.ts";
import type { Link, Table } from "../format/reply.ts";
import type { Call } from "../request/call.ts";
import type { RequestSnapshot } from "../request/request-snapshot.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { SelectedTask, Selection } from "../services/selection.ts";
import { listEntityDetails, listTaskDetails, type TaskDetail } from "../services/task-details.ts";
import { formatFullName } from "../services/task-label.ts";
import { viewEntityAsClient, viewTaskAsClient } from "../services/visible-data.ts";
import { labelTrust } from "../settings/trust.ts";

/** With more ids the address gets longer than some servers accept. */
const LINKED_TASKS_MAX = 80;
/** The table of the call lists this many ids. The text to copy has all of them. */
const LISTED_TASKS_MAX = 300;
/** How many tasks are listed with all fields: thousands are too much for a page or the log. */
const DESCRIBED_TASKS_MAX = 100;
/** Above this there is no copy button for the tasks: its text would make the answer too large. */
const COPIED_TASKS_MAX = 200;

export const debug = defineAction({
  id: "debug",
  title: message("debug.title"),
  about: message("debug.about"),
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
      title: selection === undefined ? message("debug.received", { count }) : describeFound(selection),
      text: joinSentences([
        message("debug.dialect", { dialect: call.dialect }),
        describeIgnored(call),
        describePerson(context),
        selection !== undefined &&
          count > DESCRIBED_TASKS_MAX &&
          message("debug.firstListed", { count: DESCRIBED_TASKS_MAX }),
      ]),
      outcomes: selection?.missing.map(skipMissing),
      links: [...(selection === undefined ? [] : linkToPage(context)), ...linkToDoctor(context)],
      effects: [
        { kind: "copy", label: message("debug.copyCall"), text: JSON.stringify(call) },
        ...(selection === undefined || count > COPIED_TASKS_MAX
          ? []
          : [
              {
                kind: "copy" as const,
                label: message("debug.copyTasks"),
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

function describeFound({ tasks, projectIds }: Selection): Message {
  const entities = new Set(tasks.map(({ task }) => task.entity_id)).size;
  return message("debug.found", { tasks: tasks.length, entities, projects: projectIds.length });
}

function describeIgnored({ ignored, selection }: Call): Message {
  if (selection.length === 0) return message("debug.nothingSelected");
  if (ignored.length === 0) return message("debug.allRecognized");
  return message("debug.fieldsIgnored", { count: ignored.length });
}

function describePerson({ person: { name, role, ...person } }: ActionContext): Message {
  const { sessionProblem: problem } = person;
  const trust = labelTrust(person.trust);
  if (problem !== undefined)
    return person.trust === "unchecked"
      ? message("debug.unverifiedSession", { problem })
      : message("debug.lowTrustSession", { problem, name, trust });
  if (person.trust === "unchecked") return message("debug.unverified");
  return role === undefined
    ? message("debug.caller", { name, trust })
    : message("debug.callerWithRole", { name, role: nameRole(role), trust });
}

/** A link from the toast to the full page. The session or Access identifies the person again. */
function linkToPage({ call, base }: ActionContext): Link[] {
  if (call.selection.length > LINKED_TASKS_MAX) return [];
  const query = new URLSearchParams({
    personid: call.person.id ?? "",
    personemail: call.person.email ?? "",
    selection: call.selection.join(","),
  });
  return [{ label: message("debug.openAsPage"), url: `${base}/actions/debug?${query}` }];
}

/** For those who look after the set-up. If Kitsu can't be asked, that may be anyone. */
const linkToDoctor = ({ person: { role }, base }: ActionContext): Link[] =>
  role === undefined || role === "manager" || role === "admin"
    ? [{ label: message("doctor.title"), url: `${base}/doctor` }]
    : [];

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

/** One row per task, then one table per entity with all fields of the first tasks. */
async function describeTasks(context: ActionContext, tasks: readonly SelectedTask[]): Promise<Table[]> {
  const kitsu = context.kitsu();
  const described = tasks.slice(0, DESCRIBED_TASKS_MAX);
  const [persons, previews, isForClient] = await Promise.all([
    kitsu.tables.persons(),
    kitsu.readPreviews(described),
    isClient(context, tasks),
  ]);
  const readers = { kitsuUrl: context.settings.kitsuUrls[0] ?? "", persons, previews, isForClient, now: Date.now() };
  const summary: Table = {
    title: message("debug.tasks"),
    columns: [
      message("debug.task"),
      message("debug.project"),
      message("debug.status"),
      ...(isForClient ? [] : [message("debug.assignees")]),
      message("debug.preview"),
    ],
    rows: tasks.map(({ label, task, project, taskStatus }) => [
      label,
      project?.name ?? message("debug.unknown"),
      taskStatus?.short_name ?? message("debug.unknown"),
      ...(isForClient ? [] : [task.assignees.map((id) => persons.get(id)?.full_name || id).join(", ")]),
      message(task.last_preview_file_id === undefined ? "debug.noPreview" : "debug.hasPreview"),
    ]),
  };
  const byEntity = Map.groupBy(described, ({ task }) => task.entity_id);
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
    ofTask(one).map(([field, value, type]): Text[] => [
      message("debug.fieldOfTask", { type: one.taskType?.name ?? message("debug.task"), field }),
      value,
      type,
    ]);
  return {
    title: message("debug.entity", { name: first === undefined ? "" : formatFullName(first), count: group.length }),
    columns: [message("debug.field"), message("debug.value"), message("debug.type")],
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
    ...selection.slice(0, LISTED_TASKS_MAX).map((id, index): [string, string] => [`selection[${index}]`, id]),
  ];
  const unlisted = selection.length - LISTED_TASKS_MAX;
  return {
    title: message("debug.parsedCall"),
    columns: [message("debug.name"), message("debug.value")],
    rows: [
      ...facts.map(([name, value]) => [name, value ?? message("debug.absent")]),
      ...(unlisted > 0 ? [["selection", message("shared.more", { count: unlisted })]] : []),
    ],
  };
}

function describeFields({ fields }: RequestSnapshot): Table {
  return {
    title: message("debug.receivedFields"),
    columns: [message("debug.field"), message("debug.value")],
    rows: fields,
  };
}

function describeRequest({ method, path, headers }: RequestSnapshot): Table {
  return {
    title: message("debug.request"),
    columns: [message("debug.header"), message("debug.value")],
    rows: [["method", method], ["path", path], ...headers],
  };
}

function describeIgnoredFields({ ignored }: Call): Table[] {
  if (ignored.length === 0) return [];
  return [
    {
      title: message("debug.ignoredFields"),
      columns: [message("debug.field"), message("debug.value"), message("debug.reason")],
      rows: ignored.map(({ name, value, reason }) => [name, value, reason]),
    },
  ];
}
