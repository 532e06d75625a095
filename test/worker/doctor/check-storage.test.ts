// Faults in the storage.
import { describe } from "vitest";
import { at, type Fault, itNames } from "../../support/worker/doctor-faults.ts";
import { API } from "../../support/worker/zou.ts";

const FAULTS: readonly Fault[] = [
  {
    is: "no KV",
    settings: { RUNS: undefined },
    id: "kv-missing",
    level: "broken",
    says: /no run is logged/,
    fix: /wrangler\.toml/,
  },
  {
    is: "KV that is full",
    settings: {
      RUNS: {
        get: async () => null,
        put: async () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")),
      },
    },
    id: "kv-failed",
    level: "broken",
    says: /429/,
    fix: /1,000 writes a day/,
  },
  {
    is: "no Durable Object",
    settings: { LONG_RUNS: undefined },
    id: "durable-object-missing",
    level: "broken",
    says: /missing/,
    fix: /kitsu-actions doctor/,
  },
  {
    is: "no limit of calls",
    settings: { CALLS_BY_PERSON: undefined },
    id: "rate-limit-missing",
    level: "risky",
    says: /Nothing limits/,
    fix: /\[\[ratelimits\]\]/,
  },
  {
    is: "a clock that is wrong",
    outside: at(`${API}/|`, () =>
      Response.json(
        { api: "Zou", version: "1.0.97" },
        { headers: { date: new Date(Date.now() - 900_000).toUTCString() } },
      ),
    ),
    id: "clock-wrong",
    level: "broken",
    says: /differ by (899|900|901) seconds/,
    fix: /timedatectl/,
  },
];

describe("the doctor's check of the storage", () => {
  itNames(FAULTS);
});
