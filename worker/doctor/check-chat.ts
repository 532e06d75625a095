// Whether the chat gets what the settings say. The doctor posts nothing to find that out.
import { listActionIds } from "../actions/index.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { getActionUse } from "../storage/use/action-use.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { asSecret, broken, type Finding, inSettings, risky } from "./finding.ts";

export const checkChat = async ({ env, settings }: DoctorContext): Promise<Finding[]> => [
  ...checkOwnSettings(settings),
  ...(settings.chat === undefined ? [] : await checkLast(env)),
];

function checkOwnSettings(settings: Settings): Finding[] {
  const { chat, env } = settings;
  const given = ["CHAT", "CHAT_WEBHOOK"].filter((name) => env[name] !== undefined);
  if (chat === undefined)
    return given.length !== 1
      ? []
      : [
          broken(
            "chat-incomplete",
            given[0] ?? "",
            "Nothing is posted to the chat: it needs both CHAT and CHAT_WEBHOOK.",
            given[0] === "CHAT" ? asSecret("CHAT_WEBHOOK") : inSettings("add CHAT"),
          ),
        ];
  const ids = listActionIds(settings);
  return chat.failures
    .filter((id) => !ids.includes(id))
    .map((id) =>
      risky(
        "chat-action-unknown",
        "CHAT.failures",
        `There is no action "${id}".`,
        inSettings(`correct CHAT.failures: ${ids.join(", ")}`),
      ),
    );
}

/** Whether it took the last message. The check of the storage says if that can't be asked. */
async function checkLast(env: Env): Promise<Finding[]> {
  const problem = (await getActionUse(env)?.read({ from: "", to: "", perDay: false }))?.problem;
  return problem === undefined
    ? []
    : [risky("chat-not-told", "CHAT_WEBHOOK", problem, `If the address is wrong: ${asSecret("CHAT_WEBHOOK")}`)];
}
