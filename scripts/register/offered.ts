// What the deployed worker offers, asked of it: its settings decide, and they are known there only.
import * as v from "valibot";
import { type CustomAction, checkLengths, ownUrl } from "./custom-action.ts";
import { Trouble } from "./trouble.ts";

const Offered = v.object({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)),
  title: v.pipe(v.string(), v.trim(), v.minLength(1)),
  modes: v.pipe(v.array(v.picklist(["form", "ajax"])), v.minLength(1)),
  entityTypes: v.optional(v.array(v.picklist(["asset", "shot", "sequence", "edit", "episode"]))),
});
export type Offered = v.InferOutput<typeof Offered>;

const Answer = v.object({ version: v.literal(1), actions: v.array(Offered) });

/** Where Cloudflare Access guards the worker, a service token lets a program in. */
const accessHeaders = ({ CF_ACCESS_CLIENT_ID: id, CF_ACCESS_CLIENT_SECRET: secret }: NodeJS.ProcessEnv) =>
  id && secret ? { "cf-access-client-id": id, "cf-access-client-secret": secret } : {};

export async function askOffered(worker: string): Promise<Offered[]> {
  const address = `${worker}/actions`;
  const response = await fetch(address, {
    headers: { accept: "application/json", ...accessHeaders(process.env) },
    // A login page in between is not to be mistaken for the worker.
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
  }).catch((cause: unknown) => {
    throw new Trouble(`The worker at ${worker} can't be reached. Is the address right?`, { cause });
  });
  if (response.status >= 300 && response.status < 400) {
    const place = response.headers.get("location") ?? "nowhere";
    throw new Trouble(
      `${address} leads elsewhere, to ${place}. If Cloudflare Access guards the worker, set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET to a service token it lets in.`,
    );
  }
  const parsed = v.safeParse(Answer, await response.json().catch(() => undefined));
  if (!response.ok || !parsed.success) {
    const broken =
      response.ok && !parsed.success ? `, and "${v.getDotPath(parsed.issues[0]) ?? "the whole"}" is none we know` : "";
    throw new Trouble(
      `${address} did not answer with its list of actions (status ${response.status}${broken}). Is this the worker's address, and was it deployed from this version?`,
    );
  }
  const { actions } = parsed.output;
  // Taken at its word, this would empty Kitsu's menu.
  if (actions.length === 0)
    throw new Trouble(`${worker} offers no action at all, which can't be meant. Nothing was changed.`);
  const twice = actions.find(({ id }, index) => actions.findIndex((other) => other.id === id) !== index);
  if (twice) throw new Trouble(`${worker} offers "${twice.id}" twice: give the one in FORWARD_TARGETS another name.`);
  return actions;
}

/** A custom action that should be in Kitsu. */
export type Wanted = CustomAction & { actionId: string };

/** One for each mode. Two of one action are told apart in the menu by where the outcome is shown. */
export function toWanted(worker: string, offered: readonly Offered[]): Wanted[] {
  return offered.flatMap(({ id, title, modes, entityTypes }) =>
    (["form", "ajax"] as const)
      .filter((mode) => modes.includes(mode))
      .map((mode, _, { length }) => {
        const wanted = {
          actionId: id,
          name: mode === "ajax" && length > 1 ? `${title} (on this page)` : title,
          url: ownUrl(worker, id),
          entity_type: toEntityType(entityTypes),
          is_ajax: mode === "ajax",
        };
        checkLengths(wanted);
        return wanted;
      }),
  );
}

/**
 * Kitsu's custom action has one type or "all". Several types become "all": one for each would appear twice, under one name, wherever a
 * selection mixes them, and the worker refuses the wrong ones with the reason anyway.
 */
function toEntityType(types: readonly string[] = []): string {
  const [type = "all", ...others] = new Set(types);
  return others.length === 0 ? type : "all";
}
