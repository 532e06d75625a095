"""Asks for a status and a comment, and writes them to Kitsu with gazu.

pip install "./python[flask]" gazu
KITSU_API=https://kitsu.studio.example/api KITSU_TOKEN=<a bot's token> FORWARD_SECRET=whsec_... \
  flask --app examples/flask/set_status.py run --port 5000
"""

import os

import gazu
from flask import Flask

from kitsu_actions import Ask, Call, Done, Failed, Field, Option, Outcome, Receiver, Task
from kitsu_actions.flask import add_receiver

app = Flask(__name__)
receiver = Receiver()
add_receiver(app, "/kitsu", receiver)
kitsu = gazu.client.create_client(os.environ["KITSU_API"], access_token=os.environ["KITSU_TOKEN"])

ROLES = ("admin", "manager", "supervisor")


@receiver.action("set-status")
def set_status(call: Call) -> Done:
    # gazu acts as the bot, which may do more than the person.
    if not call.person.is_verified:
        raise Failed("not-verified", "We can't tell who you are", "This action needs a session in Kitsu.")
    statuses = [Option(row["id"], row["name"], row["color"]) for row in gazu.task.all_task_statuses(client=kitsu)]
    answers = call.ask(
        Ask(
            "Set the status",
            fields=[
                Field("status", "Status", "task-status", options=statuses, required=True),
                Field("comment", "Comment", "long-text"),
            ],
        )
    )
    outcomes = [set_one(call, task, answers.text("status"), answers.text("comment")) for task in call.all_tasks()]
    done = sum(outcome.state == "done" for outcome in outcomes)
    is_all = done == len(outcomes)
    return Done(f"{done} of {len(outcomes)} set", severity="success" if is_all else "warning", outcomes=outcomes)


def set_one(call: Call, task: Task, status: str, comment: str) -> Outcome:
    if call.person.role_in(task.project.id) not in ROLES:
        return task.outcome("skipped", f"You are not a supervisor of {task.project.name}")
    try:
        gazu.task.add_comment(task.id, status, comment, person=call.person.id, client=kitsu)
    except (gazu.exception.GazuException, OSError) as error:
        return task.outcome("failed", f"Kitsu refused it: {error}")
    return task.outcome("done")
