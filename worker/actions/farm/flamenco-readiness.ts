// Whether Flamenco would render a submission at all: it accepts jobs that will never be rendered.
import { Failure } from "../../failure.ts";
import type { Flamenco as Manager } from "../../services/flamenco-client.ts";
import type { Flamenco } from "../../settings/flamenco-settings.ts";
import { attempt } from "./request-budget.ts";

/**
 * A note for the person; empty if all is well, or if Flamenco does not tell.
 * @throws a Failure if nothing would ever be rendered
 */
export async function readReadiness({ worker_tag }: Flamenco, manager: Manager): Promise<string> {
  const [isFirstRun, tags, machines] = await Promise.all([
    attempt(() => manager.isFirstRun()),
    worker_tag === undefined ? undefined : attempt(() => manager.tags()),
    attempt(() => manager.machines()),
  ]);
  if (isFirstRun) {
    throw new Failure("farm-refused", {
      text: "This Flamenco has not been set up yet: it accepts jobs but renders none.",
      advice: "Ask your TD to open Flamenco's page and follow the steps there.",
    });
  }
  if (tags !== undefined && !tags.some(({ id }) => id === worker_tag)) {
    const known = tags.map(({ id, name }) => `${name} (${id})`).join(", ");
    throw new Failure("farm-refused", {
      text: `FLAMENCO.worker_tag is ${worker_tag}, but this Flamenco has no such tag.`,
      advice: `Ask your TD to fix the setting. ${known === "" ? "Flamenco has no tags at all." : `Flamenco has ${known}.`}`,
    });
  }
  if (machines === undefined || machines.some(({ status }) => status === "awake")) return "";
  return machines.length === 0
    ? "Flamenco has no machines at the moment: jobs will wait."
    : "No machine is awake at the moment: jobs will wait.";
}
