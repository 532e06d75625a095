// The calls of every version of Kitsu that has custom actions, as its sources say.
import * as v from "valibot";
import { Fixture } from "../contract.ts";
import form2017 from "./calls/0.3.7-form.json" with { type: "json" };
import ajax2019 from "./calls/0.9.41-ajax.json" with { type: "json" };
import ajax from "./calls/0.10.7-ajax.json" with { type: "json" };
import form from "./calls/0.10.7-form.json" with { type: "json" };
import formWithoutProduction from "./calls/0.17.2-form-no-production.json" with { type: "json" };
import ajaxOfSequence from "./calls/0.19.75-ajax-sequence.json" with { type: "json" };
import emptyAjax from "./calls/0.20.87-ajax-empty.json" with { type: "json" };
import emptyForm from "./calls/0.20.87-form-empty.json" with { type: "json" };
import ajaxOf1 from "./calls/1.0.54-ajax.json" with { type: "json" };
import formOfMyTasks from "./calls/1.0.54-form-my-tasks.json" with { type: "json" };

/**
 * One call for each way in which Kitsu has sent them since 2017, the oldest first: by the version
 * that began it and the mode. All are of the action `debug`.
 */
export const KITSU_CALLS: ReadonlyMap<string, Fixture> = new Map(
  Object.entries({
    "0.3.7-form": form2017,
    "0.9.41-ajax": ajax2019,
    "0.10.7-form": form,
    "0.10.7-ajax": ajax,
    "0.17.2-form-no-production": formWithoutProduction,
    "0.19.75-ajax-sequence": ajaxOfSequence,
    "0.20.87-form-empty": emptyForm,
    "0.20.87-ajax-empty": emptyAjax,
    "1.0.54-form-my-tasks": formOfMyTasks,
    "1.0.54-ajax": ajaxOf1,
  }).map(([name, call]) => [name, v.parse(Fixture, call)]),
);
