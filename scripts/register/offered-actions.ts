// The actions that the deployed worker offers. They depend on its settings, so the worker itself
// must list them.
import * as v from "valibot";
import { ENTITY_TYPES } from "../../contract.ts";
import { listWanted, type Wanted } from "../../worker/doctor/custom-action.ts";
import { accessHeaders } from "../access-headers.ts";
import { CliError } from "../cli-error.ts";
import { describeRefusal } from "../describe-refusal.ts";
import { checkLengths } from "./check-lengths.ts";

const OfferedAction = v.object({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)),
  title: v.pipe(v.string(), v.trim(), v.minLength(1)),
  modes: v.pipe(v.array(v.picklist(["form", "ajax"])), v.minLength(1)),
  entityTypes: v.optional(v.array(v.picklist(ENTITY_TYPES))),
});
export type OfferedAction = v.InferOutput<typeof OfferedAction>;

const Answer = v.object({ version: v.literal(1), actions: v.array(OfferedAction) });

export async function fetchOfferedActions(worker: string): Promise<OfferedAction[]> {
  const address = `${worker}/actions`;
  const response = await fetch(address, {
    headers: { accept: "application/json", ...accessHeaders(process.env) },
    // A login page must not be mistaken for the worker.
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
  }).catch((cause: unknown) => {
    throw new CliError(`The worker at ${worker} can't be reached. Is the address right?`, { cause });
  });
  const json: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new CliError(`${address} did not answer: ${describeRefusal(worker, response, json)}`);
  const parsed = v.safeParse(Answer, json);
  if (!parsed.success)
    throw new CliError(
      `${address} did not answer with a list of actions ("${v.getDotPath(parsed.issues[0]) ?? "the body"}" is not as expected). Is this the worker's address, and is this version deployed there?`,
    );
  const { actions } = parsed.output;
  // An empty list would empty Kitsu's menu.
  if (actions.length === 0)
    throw new CliError(`${worker} offers no actions, which must be a mistake. Nothing was changed.`);
  const twice = actions.find(({ id }, index) => actions.findIndex((other) => other.id === id) !== index);
  if (twice) throw new CliError(`${worker} offers "${twice.id}" twice. Rename the one in FORWARD_TARGETS.`);
  return actions;
}

/** The custom actions that Kitsu should have. Throws if a name or an address is too long for it. */
export function toWanted(worker: string, offered: readonly OfferedAction[], suffix = ""): Wanted[] {
  const wanted = listWanted(worker, offered, suffix);
  wanted.forEach(checkLengths);
  return wanted;
}
