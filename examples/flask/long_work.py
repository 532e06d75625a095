# A studio's server for forwarded calls that take long: it answers at once, and reports its progress
# until the end. pip install flask standardwebhooks      FORWARD_SECRET=whsec_... flask --app
# long_work run --port 5000
import json
import os
import threading
import time
import urllib.request
import uuid
from datetime import datetime, timezone

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
    threading.Thread(target=work, args=(forwarded["run"], tasks)).start()
    return started(0, len(tasks)), 202


def work(run, tasks):
    for done in range(1, len(tasks) + 1):
        time.sleep(float(os.environ.get("SECONDS_A_TASK", "2")))  # your work goes here
        report(run, started(done, len(tasks)))
    report(run, {"kind": "done", "severity": "success", "title": f"{len(tasks)} of {len(tasks)} published"})


def started(done, total):
    return {"kind": "started", "title": "Publishing", "progress": {"done": done, "total": total}}


def report(run, reply):
    """Reports to the action server, and retries for a while if it can't be reached."""
    for wait in (1, 5, 30, 120):
        # The ID is different for each report, begins with the run's, and is signed as well.
        message, now = f"{run['id']}-{uuid.uuid4()}", datetime.now(timezone.utc)
        body = json.dumps(reply)
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": webhook.sign(message, now, body),
        }
        try:
            urllib.request.urlopen(urllib.request.Request(run["progress"], body.encode(), headers), timeout=10).close()
            return
        except OSError as failure:
            status = getattr(failure, "code", 500)
            if 400 <= status < 500 and status != 404:  # 404: it has not received our answer yet
                app.logger.error("Refused: %s", failure.read().decode(errors="replace"))
                return
            app.logger.warning("%s, retrying in %s s", failure, wait)
            time.sleep(wait)
