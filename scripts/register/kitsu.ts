// The custom actions of one Kitsu, and who is asking for them.
import * as v from "valibot";
import { type Answer, type Method, refusal, send, understand } from "./api.ts";
import type { CustomAction, Registered } from "./custom-action.ts";

// Kitsu lets a custom action be without any of these; what is missing is as good as empty.
const Listed = v.object({
  id: v.string(),
  name: v.nullish(v.string(), ""),
  url: v.nullish(v.string(), ""),
  entity_type: v.nullish(v.string(), ""),
  is_ajax: v.nullish(v.boolean(), false),
});

const Caller = v.object({
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
      const { user } = understand(await ask("GET", "/auth/authenticated"), Caller, api);
      return { name: `${user.full_name || "somebody"}${user.is_bot ? ", a bot" : ""}`, role: user.role };
    },
    async list() {
      return understand(await ask("GET", "/data/custom-actions"), v.array(Listed), api);
    },
    async create(wanted) {
      understand(await ask("POST", "/data/custom-actions", wanted), Listed, api);
    },
    async change(id, wanted) {
      understand(await ask("PUT", `/data/custom-actions/${encodeURIComponent(id)}`, wanted), Listed, api);
    },
    async remove(id) {
      const { status, body } = await ask("DELETE", `/data/custom-actions/${encodeURIComponent(id)}`);
      // Somebody else was faster.
      if (status >= 400 && status !== 404) throw refusal(status, body, api);
    },
  };
}
