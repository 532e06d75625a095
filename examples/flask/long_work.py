"""A server for calls that take long: it answers at once, and reports its progress until the end.

pip install "./python[flask]"
FORWARD_SECRET=whsec_... flask --app examples/flask/long_work.py run --port 5000
"""

import os
import time

from flask import Flask

from kitsu_actions import Call, Done, LongRun, Receiver, Started
from kitsu_actions.flask import add_receiver

app = Flask(__name__)
receiver = Receiver()
add_receiver(app, "/kitsu", receiver)


@receiver.action("publish")
def publish(call: Call) -> Started:
    return call.start(copy_files, "Publishing", pausable=True)


def copy_files(run: LongRun) -> Done:
    tasks = run.call.all_tasks()
    outcomes = [task.outcome("waiting") for task in tasks]
    for index, task in enumerate(tasks):
        outcomes[index] = task.outcome("running")
        run.progress(index, len(tasks), f"{task.label} is being copied", outcomes=outcomes)
        run.wait_while_paused()
        time.sleep(float(os.environ.get("SECONDS_A_TASK", "2")))  # Your work goes here.
        outcomes[index] = task.outcome("done")
    return Done(f"{len(tasks)} of {len(tasks)} published", outcomes=outcomes)
