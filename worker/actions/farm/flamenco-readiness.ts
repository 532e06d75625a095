// Whether Flamenco would render a submission at all: it accepts jobs that will never be rendered.
import { Failure } from "../../format/failure.ts";
import { joinSentences, message, type Text } from "../../format/message.ts";
import type { Flamenco as Manager } from "../../services/flamenco-client.ts";
import type { Flamenco } from "../../settings/flamenco-settings.ts";
import { attempt } from "./request-budget.ts";

/**
 * A note for the person; undefined if all is well, or if Flamenco does not tell.
 * @throws a Failure if nothing would ever be rendered
 */
export async function readReadiness({ worker_tag }: Flamenco, manager: Manager): Promise<Text | undefined> {
  const [isFirstRun, tags, machines] = await Promise.all([
    attempt(() => manager.isFirstRun()),
    worker_tag === undefined ? undefined : attempt(() => manager.tags()),
    attempt(() => manager.machines()),
  ]);
  if (isFirstRun) {
    throw new Failure("farm-refused", {
      text: message("flamenco.notSetUp"),
      advice: message("flamenco.setItUp"),
    });
  }
  if (tags !== undefined && !tags.some(({ id }) => id === worker_tag)) {
    const known = tags.map(({ id, name }) => `${name} (${id})`);
    throw new Failure("farm-refused", {
      text: message("flamenco.noSuchTag", { tag: worker_tag ?? "" }),
      advice: joinSentences([
        message("flamenco.fixSetting"),
        known.length === 0 ? message("flamenco.noTags") : message("flamenco.itsTags", { tags: known }),
      ]),
    });
  }
  if (machines === undefined || machines.some(({ status }) => status === "awake")) return undefined;
  return message(machines.length === 0 ? "flamenco.willWaitWithoutMachines" : "flamenco.willWaitUntilAwake");
}
