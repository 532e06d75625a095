// A call that can be sent again, as a file.
import * as v from "valibot";
import { Input } from "./field.ts";
import { Reply } from "./reply.ts";
import { RunId } from "./run.ts";

export const FIXTURE_VERSION = 1;

const Pairs = v.array(v.tuple([v.string(), v.string()]));

/** What Kitsu and our own forms send: a form has only texts, AJAX has lists and `null` as well. */
const FieldValue = v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.string()), Input]);

/**
 * A call as Kitsu sent it, and what was replied in English. The names, e-mail addresses and ids of
 * people are replaced by pseudonyms, the same one throughout a fixture. The ids of tasks are as
 * they were.
 * - `recorded`: the run that it was made from; `from` is the worker's address
 * - `kitsu`: which versions of Kitsu send such a call, and the commit that began it
 * - `person`: of the studio; `role` as Kitsu has it
 * - `tasks`: the selected tasks, as far as Kitsu knew them
 */
export const Fixture = v.object({
  fixture: v.literal(FIXTURE_VERSION),
  action: v.string(),
  recorded: v.optional(v.object({ run: RunId, at: v.pipe(v.string(), v.isoTimestamp()), from: v.string() })),
  kitsu: v.optional(
    v.object({ since: v.string(), until: v.optional(v.string()), month: v.string(), commit: v.string() }),
  ),
  request: v.object({
    method: v.picklist(["GET", "POST"]),
    /** the parameters of the action's own address; of a link, the fields of the call as well */
    query: Pairs,
    /** those that may matter to an action; never cookies or tokens */
    headers: v.record(v.string(), v.string()),
    /** in their order, under the names that they were sent with */
    fields: v.array(v.tuple([v.string(), FieldValue])),
    /**
     * the labels of the chosen answers, by field, if they are not the values: a status has another
     * id in another Kitsu
     */
    choices: v.optional(v.record(v.string(), v.array(v.string()))),
    /** the person had confirmed what the action would do */
    confirmed: v.optional(v.boolean()),
  }),
  person: v.object({ role: v.optional(v.string()) }),
  tasks: v.array(v.object({ id: v.string(), entityType: v.optional(v.string()) })),
  /** the HTTP status, and the reply; absent of the calls that come with this package */
  status: v.optional(v.number()),
  reply: v.optional(Reply),
});
/** @interface */
export type Fixture = v.InferOutput<typeof Fixture>;
