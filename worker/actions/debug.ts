// Shows what arrived and what was understood of it. The first thing to point a new custom action at.
import type { Table } from "../../contract.ts";
import { defineAction } from "../action.ts";
import type { Arrival } from "../arrival.ts";
import type { Call } from "../call.ts";

export const debug = defineAction({
  id: "debug",
  title: "Debug",
  about: "Shows what Kitsu sent, and what was understood of it.",
  modes: ["form", "ajax"],
  isSafe: true,
  takesEmptySelection: true,
  async run({ call, arrived }) {
    const count = call.selection.length;
    return {
      kind: "done",
      severity: count === 0 || call.ignored.length > 0 ? "warning" : "info",
      title: `${count === 1 ? "1 task" : `${count} tasks`} arrived`,
      text: `Kitsu spoke the dialect "${call.dialect}". ${describeIgnored(call)}`,
      tables: [describeCall(call), describeFields(arrived), describeRequest(arrived), ...describeLeftovers(call)],
      effects: [{ kind: "copy", label: "Copy the call as JSON", text: JSON.stringify(call) }],
    };
  },
});

function describeIgnored({ ignored, selection }: Call): string {
  if (selection.length === 0) return "Nothing was selected: an action that works on tasks would refuse this call.";
  return ignored.length === 0 ? "All of it was understood." : `Left out, and why: ${ignored.length} below.`;
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

function describeFields({ fields }: Arrival): Table {
  return { title: "Fields, as they arrived", columns: ["Field", "Value"], rows: fields };
}

function describeRequest({ method, path, headers }: Arrival): Table {
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
