// Whether Flamenco would render at all what it is sent: it takes jobs that nobody will ever render.
import { Failure } from "../../failure.ts";
import type { Flamenco as Service } from "../../services/flamenco-client.ts";
import type { Flamenco } from "../../settings/flamenco-settings.ts";
import { attempt } from "./request-allowance.ts";

/**
 * What is to be said of it before anything is sent; nothing where all is well, or it does not say.
 * @throws a Failure where it would never be rendered
 */
export async function readReadiness({ worker_tag }: Flamenco, service: Service): Promise<string> {
  const [isFirstRun, tags, machines] = await Promise.all([
    attempt(() => service.isFirstRun()),
    worker_tag === undefined ? undefined : attempt(() => service.tags()),
    attempt(() => service.machines()),
  ]);
  if (isFirstRun) {
    throw new Failure("farm-refused", {
      text: "This Flamenco has not been set up yet: it takes jobs and renders none.",
      advice: "Whoever looks after the farm opens its page, and follows the steps there.",
    });
  }
  if (tags !== undefined && !tags.some(({ id }) => id === worker_tag)) {
    const known = tags.map(({ id, name }) => `${name} (${id})`).join(", ");
    throw new Failure("farm-refused", {
      text: `FLAMENCO.worker_tag is ${worker_tag}, and this Flamenco has no such tag.`,
      advice: `Your TD puts it right. ${known === "" ? "It has no tags at all." : `It has ${known}.`}`,
    });
  }
  if (machines === undefined || machines.some(({ status }) => status === "awake")) return "";
  return machines.length === 0
    ? "Flamenco has no machines at the moment: what is sent will wait."
    : "No machine is awake at the moment: what is sent will wait.";
}
