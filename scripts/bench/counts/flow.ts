// The actions that are counted, from the click to the outcome, and how a person answers them.
import * as v from "valibot";
import { type Ask, type InputValue, Reply, Run } from "../../../contract.ts";
import { TASKS } from "../../../playground/data.ts";
import { ADA } from "../../../playground/data-people.ts";
import { PAPER_LANTERN } from "../../../playground/data-projects.ts";

/**
 * `tasks` is how many are selected, `steps` how many calls it takes, `polls` how many polls of its
 * long run are counted.
 */
export type Flow = { action: string; tasks: number; steps: number; polls?: number };

export const FLOWS: readonly Flow[] = [
  { action: "debug", tasks: 6, steps: 1 },
  { action: "statistics", tasks: 6, steps: 1 },
  { action: "playlist", tasks: 6, steps: 1 },
  { action: "comment", tasks: 6, steps: 3 },
  { action: "flamenco", tasks: 3, steps: 3, polls: 3 },
  { action: "afanasy", tasks: 3, steps: 3, polls: 3 },
  { action: "launch", tasks: 6, steps: 2 },
  { action: "kabaret", tasks: 6, steps: 1 },
  { action: "publish", tasks: 6, steps: 1 },
];

const shots = TASKS.filter(
  ({ entity, type }) =>
    entity.projectId === PAPER_LANTERN.id && ["SQ010", "SQ020"].includes(entity.group) && type.name === "Animation",
).map(({ id }) => id);

/** Another selection each time: a farm renders a shot only once at a time. */
export const selectTasks = ({ tasks }: Flow, turn: number) =>
  shots.slice(...(tasks === 3 ? [turn * 3, turn * 3 + 3] : [0, tasks]));

/** The fields that Kitsu sends. */
export const fieldsOf = (selection: readonly string[]) => ({
  entitytype: "shot",
  originurl: `/productions/${PAPER_LANTERN.id}/shots`,
  originserver: "kitsu.studio.example",
  selection,
  productionid: PAPER_LANTERN.id,
  userid: ADA.id,
  useremail: ADA.email,
});

export const StepAnswer = v.object({ version: v.literal(1), run: v.optional(Run), reply: Reply });
export type StepAnswer = v.InferOutput<typeof StepAnswer>;

export type Answered = { form?: string | undefined; plan?: string | undefined; input: Record<string, InputValue> };

/** The answer to a question, which repeats the answers to earlier ones. */
export function answerAsk({ fields, form, plan }: Ask, earlier: Record<string, InputValue>): Answered {
  const own = fields.map(({ name, value, options }): [string, InputValue] => [
    name,
    name === "text" ? "Looks good" : (value ?? options?.[0]?.value ?? ""),
  ]);
  return { form, plan, input: { ...earlier, ...Object.fromEntries(own) } };
}

/** What a call did, by its reply. */
export function nameStep(reply: Reply): string {
  if (reply.kind === "failed") throw new Error(`The call failed: ${JSON.stringify(reply)}`);
  if (reply.kind !== "ask") return "runs";
  return reply.plan === undefined ? "asks" : "confirms";
}
