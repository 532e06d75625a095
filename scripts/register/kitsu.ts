// The custom actions of a Kitsu, and the account that manages them.
import * as v from "valibot";
import type { CustomAction, Registered } from "../../worker/doctor/custom-action.ts";
import { type Answer, type Method, parseAnswer, send, toError } from "./zou.ts";

// All members except the ID can be missing in Kitsu, which means that they are empty.
const ListedAction = v.object({
  id: v.string(),
  name: v.nullish(v.string(), ""),
  url: v.nullish(v.string(), ""),
  entity_type: v.nullish(v.string(), ""),
  is_ajax: v.nullish(v.boolean(), false),
});

const Authenticated = v.object({
  user: v.object({ role: v.string(), full_name: v.fallback(v.string(), ""), is_bot: v.fallback(v.boolean(), false) }),
});

export type Account = { name: string; role: string };

export type Kitsu = {
  readAccount(): Promise<Account>;
  list(): Promise<Registered[]>;
  create(wanted: CustomAction): Promise<void>;
  change(id: string, wanted: CustomAction): Promise<void>;
  remove(id: string): Promise<void>;
};

export function openKitsu(api: string, token: string): Kitsu {
  const ask = (method: Method, path: string, body?: CustomAction): Promise<Answer> =>
    send(api, method, path, { token, body });
  return {
    async readAccount() {
      const { user } = parseAnswer(await ask("GET", "/auth/authenticated"), Authenticated, api);
      return { name: `${user.full_name || "no name"}${user.is_bot ? ", a bot" : ""}`, role: user.role };
    },
    async list() {
      return parseAnswer(await ask("GET", "/data/custom-actions"), v.array(ListedAction), api);
    },
    async create(wanted) {
      parseAnswer(await ask("POST", "/data/custom-actions", wanted), ListedAction, api);
    },
    async change(id, wanted) {
      parseAnswer(await ask("PUT", `/data/custom-actions/${encodeURIComponent(id)}`, wanted), ListedAction, api);
    },
    async remove(id) {
      const { status, body } = await ask("DELETE", `/data/custom-actions/${encodeURIComponent(id)}`);
      // 404: somebody else has already removed it.
      if (status >= 400 && status !== 404) throw toError(status, body, api);
    },
  };
}
