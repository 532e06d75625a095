"""Sends the selected tasks to retake with gazu: one after another, with progress, until it is canceled.

pip install "./python[tornado]" gazu
KITSU_API=https://kitsu.studio.example/api KITSU_TOKEN=<a bot's token> FORWARD_SECRET=whsec_... \
  python examples/tornado/retake.py
"""

import asyncio
import os
from typing import Any

import gazu
from tornado.web import Application

from kitsu_actions import Ask, Call, Done, Failed, Field, LongRun, Outcome, Receiver, Started, Task
from kitsu_actions.tornado import ReceiverHandler

receiver = Receiver()
kitsu = gazu.client.create_client(os.environ["KITSU_API"], access_token=os.environ["KITSU_TOKEN"])

ROLES = ("admin", "manager", "supervisor")
FORM = Ask("Send to retake", fields=[Field("comment", "What to change", "long-text", required=True)])


@receiver.action("retake")
def retake(call: Call) -> Started:
    # gazu acts as the bot, which may do more than the person.
    if not call.person.is_verified:
        raise Failed("not-verified", "We can't tell who you are", "This action needs a session in Kitsu.")
    if any(call.person.role_in(task.project.id) not in ROLES for task in call.all_tasks()):
        raise Failed("not-allowed", "Only supervisors and managers send tasks to retake")
    call.ask(FORM)
    return call.start(comment_all, "Sending to retake")


def comment_all(run: LongRun) -> Done:
    # gazu blocks, so it works in a thread: this function is not async.
    comment = run.call.ask(FORM).text("comment")
    status = gazu.task.get_task_status_by_short_name("retake", client=kitsu)
    if status is None:
        raise Failed("no-retake", "Kitsu has no status with the short name “retake”")
    tasks = run.call.all_tasks()
    outcomes: list[Outcome] = []
    for index, task in enumerate(tasks):
        run.progress(index, len(tasks), outcomes=[*outcomes, *(rest.outcome("waiting") for rest in tasks[index:])])
        outcomes.append(comment_on(run, task, status, comment))
    done = sum(outcome.state == "done" for outcome in outcomes)
    return Done(
        f"{done} of {len(outcomes)} sent to retake",
        severity="success" if done == len(outcomes) else "warning",
        outcomes=outcomes,
    )


def comment_on(run: LongRun, task: Task, status: dict[str, Any], comment: str) -> Outcome:
    try:
        gazu.task.add_comment(task.id, status, comment, person=run.call.person.id, client=kitsu)
    except (gazu.exception.GazuException, OSError) as error:
        return task.outcome("failed", f"Kitsu refused it: {error}")
    return task.outcome("done")


async def main() -> None:
    Application([("/kitsu", ReceiverHandler, {"receiver": receiver})]).listen(int(os.environ.get("PORT", "5000")))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
