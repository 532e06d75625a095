// The forms of everything that is stored. If one of them changes, this fails: what the deployed
// version has stored must still be read, and what this one stores is read by the one before it,
// should somebody go back.
//
// - A new optional member: run this with -u.
// - Anything else, such as another name: also convert what is stored (earlier-state.ts), and record
//   the state of the version before with npm run upgrade, for earlier-state.test.ts.
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { expect, it } from "vitest";
import { CommentRun } from "../../../worker/actions/comments/comment-run.ts";
import { AfanasySubmission } from "../../../worker/actions/farm/afanasy-submission.ts";
import { FlamencoSubmission } from "../../../worker/actions/farm/flamenco-farm.ts";
import { runSchemaOf } from "../../../worker/actions/farm/render-run.ts";
import { LongRunStart, StoredState } from "../../../worker/run/long-run/long-run-state.ts";
import { Summary } from "../../../worker/storage/run-log.ts";
import { StoredPhase } from "../../../worker/storage/run-phase.ts";
import { RunRecord } from "../../../worker/storage/run-record.ts";

const SCHEMAS: [string, v.GenericSchema][] = [
  ["a record of the log", RunRecord],
  ["a line of the log", Summary],
  ["what is known of a run by its id", StoredPhase],
  ["the start of a long run", LongRunStart],
  ["the state of a long run", StoredState],
  ["the data of a render on Flamenco", runSchemaOf(FlamencoSubmission)],
  ["the data of a render on Afanasy", runSchemaOf(AfanasySubmission)],
  ["the data of comments", CommentRun],
];

it.each(SCHEMAS)("%s has the form that the deployed version knows", (_, schema) => {
  expect(toJsonSchema(schema, { errorMode: "ignore", typeMode: "input" })).toMatchSnapshot();
});
