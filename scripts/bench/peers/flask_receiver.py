"""The receiver in Flask, served by gunicorn."""

from flask import Flask, request

import receiving

app = Flask(__name__)


@app.post("/actions/debug")
def debug():
    receiving.check_origin(request.headers.get("Origin"))
    answer = receiving.answer(request.host_url.rstrip("/"), request.path, request.headers, request.get_json())
    return answer, {"Content-Type": "application/json"}


@app.errorhandler(receiving.Refused)
def refuse(refused):
    return refused.reply, refused.status


@app.after_request
def allow_kitsu(response):
    response.headers.update(receiving.CORS)
    return response
