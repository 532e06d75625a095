// kitsu-actions call: sends a call from the shell, as Kitsu would.
import type { Ask, Fixture, Input } from "../../contract.ts";
import { replaceInCall } from "../../testing/fixture-call.ts";
import { KITSU_CALLS } from "../../testing/kitsu-calls.ts";
import { CliError } from "../cli-error.ts";
import { readArguments } from "../read-arguments.ts";
import { printReply } from "./calls/describe-reply.ts";
import { COULD_NOT, readPlayground, readWorker } from "./calls/options.ts";
import { castCall, ID, openPlayground, readStranger } from "./calls/playground.ts";
import { isLocal } from "./calls/request.ts";
import { sendCall } from "./calls/send-call.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const USAGE = `npx kitsu-actions call <action> [--tasks 3] [--as artist] [--form | --ajax] [--against http://localhost:8787]

  --tasks <n or ids>    how many tasks of the playground, or their ids separated by commas; 1 if absent
  --as <who>            who sends it: artist, supervisor, manager, admin, client, vendor, an id or an e-mail address
  --form, --ajax        in Kitsu's form mode, or in its AJAX mode, which is the default
  --dialect <version>   as a Kitsu of that version or year sends it: 0.9.41, 2019. The newest if absent.
  --param <name=value>  a parameter of the action's address; may be repeated
  --input <name=value>  the answer to a question of the action, a choice by its label or value; may be repeated
  --yes                 confirm what the action asks to confirm
  --dry                 only ask what the action would do; the default for a server on another machine
  --for-real            run the action there, too
  --against <url>       the action server; that of npm start if absent
  --playground <url>    where the tasks and people come from; http://localhost:8788 if absent
  --json                print the answer as JSON

Exits with 0, or with 1 if the reply is a failure.`;

const OPTIONS = {
  tasks: { type: "string" },
  as: { type: "string" },
  form: { type: "boolean" },
  ajax: { type: "boolean" },
  dialect: { type: "string" },
  param: { type: "string", multiple: true },
  input: { type: "string", multiple: true },
  yes: { type: "boolean", short: "y" },
  dry: { type: "boolean" },
  "for-real": { type: "boolean" },
  against: { type: "string" },
  playground: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const COMMAND = { options: OPTIONS, allowPositionals: true, usage: USAGE, wrongUsage: COULD_NOT };

/** The most tasks of one call. */
const TASKS_MAX = 5_000;

/** @returns the exit code */
export async function call(args: readonly string[], env: Environment = process.env): Promise<number> {
  const { values, positionals } = readArguments(args, COMMAND);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [action, another] = positionals;
  if (action === undefined || another !== undefined) throw new CliError(`call takes one action.\n\n${USAGE}`);
  if (values.form && values.ajax) throw new CliError("--form and --ajax contradict each other: use one of them.");
  if (values.dry && values["for-real"])
    throw new CliError("--dry and --for-real contradict each other: use one of them.");
  const base = readWorker("--against", values.against, env);
  const isDry = values.dry ?? (!isLocal(base) && !values["for-real"]);
  const tasks = readTasks(values.tasks ?? "1");
  const dialect = findDialect(values.form ? "form" : "ajax", values.dialect);
  const template: Fixture = {
    ...dialect,
    action,
    tasks,
    request: { ...dialect.request, query: (values.param ?? []).map((text) => readPair("--param", text)) },
  };
  const filled = await fill(template, tasks, {
    as: values.as ?? "manager",
    playground: readPlayground(values.playground, base, env),
  });
  const input: Input | undefined =
    values.input && Object.fromEntries(values.input.map((text) => readPair("--input", text)));
  const answer = await sendCall(filled, { base, isDry, confirms: values.yes ?? false, ...(input && { input }), env });
  if (values.json) console.log(JSON.stringify(answer, null, 2));
  else printReply(answer.reply, base);
  if (!values.json && answer.reply.kind === "ask") console.log(`\n${adviseAnswer(answer.reply)}`);
  if (!values.json && answer.run !== undefined) console.log(`\n${answer.run.url}`);
  return answer.reply.kind === "failed" ? 1 : 0;
}

function adviseAnswer({ fields }: Ask): string {
  const names = fields.filter(({ type }) => type !== "hidden").map(({ name }) => name);
  if (names.length === 0) return "To confirm, add --yes.";
  return `To answer, add ${names.map((name) => `--input ${name}=…`).join(" ")}`;
}

/** Ids, or as many that the playground does not have: it replaces them. */
function readTasks(text: string): { id: string; entityType?: string }[] {
  if (!/^\d+$/.test(text)) {
    const ids = text.split(",").map((id) => id.trim());
    const wrong = ids.find((id) => !ID.test(id));
    if (wrong !== undefined) throw new CliError(`--tasks takes a number, or ids of tasks: "${wrong}" is neither.`);
    return ids.map((id) => ({ id: id.toLowerCase() }));
  }
  if (Number(text) > TASKS_MAX) throw new CliError(`A call has at most ${TASKS_MAX} tasks.`);
  return Array.from({ length: Number(text) }, (_, at) => ({ id: `task ${at}`, entityType: "shot" }));
}

type Cast = { as: string; playground: string | undefined };

async function fill(
  template: Fixture,
  tasks: readonly { id: string }[],
  { as, playground: address }: Cast,
): Promise<Fixture> {
  const playground = address === undefined ? undefined : await openPlayground(address);
  if (playground !== undefined) return replaceInCall(template, castCall(playground, template, as));
  const person = readStranger(as);
  if (person === undefined || !tasks.every(({ id }) => ID.test(id)))
    throw new CliError(
      `${address === undefined ? "There is no playground for a server on another machine" : `No playground answers at ${address}: start it with npm start`}. Without one, --tasks and --as take ids.`,
    );
  return replaceInCall(template, { tasks, person });
}

/** The newest call in this mode that this version of Kitsu sends, or that of this year. */
function findDialect(mode: "form" | "ajax", wanted: string | undefined): Fixture {
  const calls = [...KITSU_CALLS].filter(([name]) => new RegExp(`^[\\d.]+-${mode}$`).test(name)).map(([, call]) => call);
  const known = calls.filter(
    ({ kitsu }) =>
      wanted === undefined ||
      (/^20\d\d$/.test(wanted) ? (kitsu?.month ?? "") <= `${wanted}-12` : isAtMost(kitsu?.since ?? "", wanted)),
  );
  const found = known.at(-1);
  if (found !== undefined) return found;
  throw new CliError(
    `Kitsu had no ${mode === "ajax" ? "AJAX" : "form"} mode in ${wanted}: it began with ${calls[0]?.kitsu?.since} in ${calls[0]?.kitsu?.month}.`,
  );
}

/** "0.9.41" comes before "0.10.7". */
const isAtMost = (version: string, other: string) => version.localeCompare(other, "en", { numeric: true }) <= 0;

function readPair(option: string, text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new CliError(`${option} takes name=value, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
