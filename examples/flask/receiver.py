# A studio's server for forwarded calls, with Flask.   pip install flask standardwebhooks
# FORWARD_SECRET=whsec_... flask --app receiver run --port 5000
import os

from flask import Flask, request
from standardwebhooks import Webhook, WebhookVerificationError

app = Flask(__name__)
webhook = Webhook(os.environ["FORWARD_SECRET"])


@app.post("/kitsu")
def receive():
    try:
        forwarded = webhook.verify(request.get_data(as_text=True), dict(request.headers))
    except WebhookVerificationError:
        return {"message": "The signature is not from our action server."}, 401
    tasks = forwarded["call"]["selection"]
    # Your work goes here.
    outcomes = [{"id": task, "label": task, "state": "done"} for task in tasks]
    return {
        "kind": "done",
        "severity": "success",
        "title": f"{len(tasks)} of {len(tasks)} published",
        "outcomes": outcomes,
    }
