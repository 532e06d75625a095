// The ids of the sample data: readable UUIDs that are the same in every test.

const KINDS = [
  "person",
  "production",
  "entity",
  "task-type",
  "status",
  "entity-type",
  "organisation",
  "department",
  "task",
  "preview",
  "production-status",
] as const;

/** "00000001-0000-4000-8000-000000000002" */
export const idOf = (kind: (typeof KINDS)[number], number: number): string => makeId(KINDS.indexOf(kind) + 1, number);

export const makeId = (kind: number, number: number): string =>
  `${kind.toString(16).padStart(8, "0")}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
