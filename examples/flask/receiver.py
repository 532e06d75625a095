"""A server for forwarded calls, with Flask.

pip install "./python[flask]"
FORWARD_SECRET=whsec_... flask --app examples/flask/receiver.py run --port 5000
"""

from flask import Flask

from kitsu_actions import Ask, Call, Done, Field, Receiver, Undo, UndoOffer
from kitsu_actions.flask import add_receiver

app = Flask(__name__)
receiver = Receiver()
add_receiver(app, "/kitsu", receiver)


@receiver.action("publish")
def publish(call: Call) -> Done:
    answers = call.ask(Ask("Publish", fields=[Field("note", "Note", "long-text")], submit="Publish"))
    # Your work goes here.
    tasks = call.all_tasks()
    return Done(
        f"{len(tasks)} of {len(tasks)} published",
        answers.text("note") or None,
        outcomes=[task.outcome("done") for task in tasks],
        undo=UndoOffer({"count": len(tasks)}, label="Unpublish"),
    )


@publish.undo
def unpublish(undo: Undo) -> Done:
    # Your work goes here. undo.run.id is the id of the call; data of your own has 16 kB at most.
    return Done(f"{undo.data['count']} unpublished")
