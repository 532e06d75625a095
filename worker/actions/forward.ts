// Forwards a call to a server of the studio's own, and shows the answer. Each target in the
// settings is an action.
import type { ForwardedCall } from "../../contract.ts";
import { type Action, defineAction } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { reportMissing, storeMissing } from "../services/missing-tasks.ts";
import { readUndoData, toControls } from "../services/server-answer.ts";
import { type ForwardTarget, sendToTarget } from "../services/webhook-client.ts";
import { readCallAnswer } from "./forward/answer-reply.ts";
import { describeRequest, describeTasks } from "./forward/forwarded-call.ts";
import { sendControl, sendUndo } from "./forward/run-requests.ts";

export function forwardTo(target: ForwardTarget): Action {
  const action = defineAction({
    id: target.id,
    title: target.title,
    about: target.about,
    modes: ["form", "ajax"],
    async run(context) {
      const { call, run, signal, continueWith, offerUndo } = context;
      const { missing, members, projectRoles } = await describeTasks(context, target.id);
      const { ignored: _, ...forwarded } = call;
      const request = describeRequest(context, run, target.id);
      const content: ForwardedCall = {
        ...request,
        type: "call",
        person: { ...request.person, project_roles: projectRoles },
        ...members,
        call: {
          ...forwarded,
          selection: call.selection.filter((id) => !missing.has(id)),
          ...(missing.size > 0 && { missing: [...missing] }),
        },
      };
      try {
        const answer = await sendToTarget(target, { id: run.id, content, signal });
        const { reply, offers } = readCallAnswer(answer, target);
        // The studio's server does the work and reports its progress.
        if (reply.kind === "started") continueWith(storeMissing([...missing]), { controls: toControls([], offers) });
        if (offers.undo !== undefined) offerUndo(offers.undo);
        return reportMissing(reply, [...missing]);
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        const { code, reply, status, headers, cause } = thrown;
        const { title } = reply;
        throw new Failure(code, { title, reply: reportMissing(reply, [...missing]), status, headers, cause });
      }
    },
    undo: (context, data, run) => sendUndo(target, context, run, readUndoData(data)),
  });
  return { ...action, passControl: (context, run, control) => sendControl(target, context, run, control) };
}
