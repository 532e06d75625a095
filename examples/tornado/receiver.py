# A studio's server for forwarded calls, with Tornado.   pip install tornado standardwebhooks
# FORWARD_SECRET=whsec_... python receiver.py
import asyncio
import os

from standardwebhooks import Webhook, WebhookVerificationError
from tornado.web import Application, RequestHandler

webhook = Webhook(os.environ["FORWARD_SECRET"])


class Receive(RequestHandler):
    async def post(self):
        try:
            forwarded = webhook.verify(self.request.body.decode(), dict(self.request.headers))
        except WebhookVerificationError:
            self.set_status(401)
            return self.write({"message": "The signature is not from our action server."})
        tasks = forwarded["call"]["selection"]
        # Your work goes here.
        outcomes = [{"id": task, "label": task, "state": "done"} for task in tasks]
        self.write(
            {
                "kind": "done",
                "severity": "success",
                "title": f"{len(tasks)} of {len(tasks)} published",
                "outcomes": outcomes,
            }
        )


async def main():
    Application([("/kitsu", Receive)]).listen(int(os.environ.get("PORT", "5000")))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
