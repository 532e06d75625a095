"""The receiver in Tornado, in one process."""

import asyncio
import sys

from tornado.escape import json_decode
from tornado.web import Application, RequestHandler

import receiving


class Debug(RequestHandler):
    def set_default_headers(self):
        for name, value in receiving.CORS.items():
            self.set_header(name, value)

    def post(self):
        request = self.request
        try:
            receiving.check_origin(request.headers.get("Origin"))
            base = f"{request.protocol}://{request.host}"
            answer = receiving.answer(base, request.path, request.headers, self.read_fields())
            self.set_header("Content-Type", "application/json")
            self.write(answer)
        except receiving.Refused as refused:
            self.set_status(refused.status)
            self.write(refused.reply)

    def read_fields(self):
        try:
            return json_decode(self.request.body)
        except ValueError:
            raise receiving.Refused(400, "invalid-call", "The body is not valid JSON.") from None


async def main():
    # Without an access log, as gunicorn.
    Application([("/actions/debug", Debug)], log_function=lambda handler: None).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
