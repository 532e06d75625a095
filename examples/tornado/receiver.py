"""A server for forwarded calls, with Tornado.

pip install "./python[tornado]"
FORWARD_SECRET=whsec_... python examples/tornado/receiver.py
"""

import asyncio
import os

from tornado.web import Application

from kitsu_actions import Call, Done, Receiver
from kitsu_actions.tornado import ReceiverHandler

receiver = Receiver()


@receiver.action("publish")
async def publish(call: Call) -> Done:
    await asyncio.sleep(0)  # Your work goes here.
    return Done(f"{len(call.tasks)} published", outcomes=[task.outcome("done") for task in call.tasks])


def make_app() -> Application:
    return Application([("/kitsu", ReceiverHandler, {"receiver": receiver})])


async def main() -> None:
    make_app().listen(int(os.environ.get("PORT", "5000")))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
