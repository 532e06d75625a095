// The statistics, and whether the studio's chat is told what the settings say. Nothing is sent to
// find that out.
import { listActionIds } from "../actions/index.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { getActionUse } from "../storage/use/action-use.ts";
import { objectFailed } from "./check-storage.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { asSecret, broken, type Finding, inSettings, risky } from "./finding.ts";

export const checkChat = async ({ env, settings }: DoctorContext): Promise<Finding[]> => [
  ...checkOwnSettings(settings),
  ...(await checkLast(env, settings.chat !== undefined)),
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

/** Whether it took the last message. The storage's own check says if nobody knows. */
async function checkLast(env: Env, isTold: boolean): Promise<Finding[]> {
  const use = getActionUse(env);
  try {
    await use?.listUnstable();
  } catch (cause) {
    return [objectFailed("ACTION_USE", cause)];
  }
  if (!isTold) return [];
  // It needs valid settings, which another check is about.
  const report = await use?.read({ from: "", to: "", perDay: false }).catch(() => undefined);
  const problem = report?.problem;
  return problem === undefined
    ? []
    : [risky("chat-not-told", "CHAT_WEBHOOK", problem, `If the address is wrong: ${asSecret("CHAT_WEBHOOK")}`)];
}
