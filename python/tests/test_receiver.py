"""What arrives is verified first, and whatever is wrong with it is said in a sentence."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from caller import OTHER_SECRET, SECRET, make_call, prepare, read, send, sign

from kitsu_actions import Call, Done, Failed, InvalidReply, Outcome, Receiver, SecretError
from kitsu_actions.secret import read_secrets
from kitsu_actions.signature import Signer


@pytest.fixture
def publish(receiver: Receiver) -> list[Call]:
    calls: list[Call] = []

    @receiver.action("publish")
    def run(call: Call) -> Done:
        calls.append(call)
        return Done("Published", outcomes=[task.outcome("done") for task in call.tasks])

    return calls


def test_a_signed_call_runs_the_function_of_its_action(receiver: Receiver, publish: list[Call]) -> None:
    response = send(receiver, make_call())
    assert (response.status, response.headers) == (200, {"content-type": "application/json"})
    assert read(response) == {
        **{"kind": "done", "title": "Published", "severity": "success"},
        "outcomes": [
            {"id": "t1", "label": "SQ01 / SH0010 / Animation", "state": "done"},
            {"id": "t2", "label": "SQ01 / SH0020 / Animation", "state": "done"},
        ],
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"Webhook-Signature": None}, "The call is not signed."),
        ({"Webhook-Signature": "v1,AAAA"}, "The signature is wrong. FORWARD_SECRET must be the same"),
        ({"Webhook-Signature": "garbage"}, "The signature is wrong."),
        ({"Webhook-Signature": "v1,é"}, "The signature is wrong."),
        ({"Webhook-Id": "another"}, "The signature is wrong."),
        ({"Webhook-Timestamp": "nan"}, "The signature is wrong."),
        ({"Webhook-Timestamp": "1"}, "Check the clocks of both servers."),
    ],
)
def test_a_wrong_signature_is_refused(
    receiver: Receiver, publish: list[Call], change: dict[str, Any], sentence: str
) -> None:
    body, headers = prepare(make_call())
    response = receiver.handle(body, {name: value for name, value in {**headers, **change}.items() if value})
    assert response.status == 401
    assert sentence in read(response)["message"]
    assert publish == []


def test_another_secret_and_an_old_signature_are_refused(receiver: Receiver, publish: list[Call]) -> None:
    call = make_call()
    body = json.dumps(call)
    other = sign(body, call["run"]["id"], OTHER_SECRET)
    assert receiver.handle(body.encode(), other).status == 401
    old = sign(body, call["run"]["id"], at=datetime.now(timezone.utc) - timedelta(minutes=6))
    assert "more than five minutes ago" in read(receiver.handle(body.encode(), old))["message"]
    changed = body.replace("SQ01", "SQ02")
    assert receiver.handle(changed.encode(), sign(body, call["run"]["id"])).status == 401
    assert publish == []


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ("not JSON", 400, "The call is not a JSON object."),
        ("[]", 400, "The call is not a JSON object."),
        ("[" * 100_000, 400, "The call is not a JSON object."),
        (make_call(version=2), 400, "The call has version 2, and only 1 is known. Upgrade kitsu-actions for Python."),
        (make_call(version="1"), 400, "The call has version '1', and only 1 is known."),
        (make_call(type="archive"), 400, "The call has the type 'archive', which is not known."),
        (make_call(type=["call"]), 400, "which is not known"),
        (make_call(run={}), 400, "The call has no run.id."),
        (make_call(action=""), 400, "The call has no action."),
        (make_call("render"), 404, 'Add one with @receiver.action("render").'),
        (make_call(run={"id": "other"}), 400, "The webhook-id does not begin with the id of the run."),
    ],
)
def test_a_call_that_cannot_be_read_is_refused(
    receiver: Receiver, publish: list[Call], body: Any, status: int, sentence: str
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    run = body.get("run", {}) if isinstance(body, dict) else {}
    response = receiver.handle(text.encode(), sign(text, run["id"] if len(run.get("id", "")) == 32 else "some-id"))
    assert response.status == status
    assert sentence in read(response)["message"]


def test_bytes_that_are_no_text_are_refused(receiver: Receiver) -> None:
    response = receiver.handle(b"\xff\xfe", sign("", "some-id"))
    assert (response.status, read(response)["message"]) == (400, "The call is not JSON in UTF-8.")


def test_a_signed_get_tells_whether_the_secret_is_the_same_and_runs_nothing(
    receiver: Receiver, publish: list[Call]
) -> None:
    assert receiver.check(sign("", "doctor-1")).status == 204
    assert receiver.check(sign("", "doctor-1", OTHER_SECRET)).status == 401
    old = receiver.check(sign("", "doctor-1", at=datetime.now(timezone.utc) - timedelta(minutes=6)))
    assert (old.status, "Check the clocks" in read(old)["message"]) == (401, True)
    call = prepare(make_call())[1]
    assert receiver.check(call).status == 401
    assert receiver.handle(b"", sign("", "doctor-1")).status == 400
    assert publish == []


def test_a_large_request_is_refused_before_it_is_read(publish: list[Call]) -> None:
    receiver = Receiver(SECRET, max_request_bytes=100)
    response = send(receiver, make_call())
    assert response.status == 413
    assert "100 are allowed" in read(response)["message"]


def test_nothing_means_accepted(receiver: Receiver) -> None:
    receiver.action("publish")(lambda call: None)
    response = send(receiver, make_call())
    assert (response.status, response.body) == (204, b"")


def test_a_failure_of_its_own_has_a_code_and_a_status(receiver: Receiver) -> None:
    @receiver.action("publish")
    def run(call: Call) -> Done:
        raise Failed("disk-full", "The disk is full", "Nothing was published.", "Ask IT for room.", retry=True)

    response = send(receiver, make_call())
    assert response.status == 422
    assert read(response) == {
        **{"kind": "failed", "code": "disk-full", "title": "The disk is full", "text": "Nothing was published."},
        **{"advice": "Ask IT for room.", "retry": True},
    }


def test_an_exception_is_only_in_the_log(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    @receiver.action("publish")
    def run(call: Call) -> Done:
        raise OSError("/secret/path is not mounted")

    with caplog.at_level(logging.ERROR):
        response = send(receiver, make_call(reader={"language": "fr-FR"}))
    reply = read(response)
    assert (response.status, reply["code"]) == (500, "internal-error")
    assert reply["title"] == "Une erreur est survenue dans le serveur du studio"
    assert "secret" not in response.body.decode()
    [record] = caplog.records
    assert record.exc_info is not None
    error_id = record.getMessage().split("(")[-1].rstrip(")")
    assert error_id in reply["advice"]


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ("ok", 'The function for "publish" returned "ok": it must return Done, Ask, Started, Failed or None.'),
        ({"kind": "finished"}, 'returned a dict with the kind "finished": it must return Done, Ask'),
        (True, "returned True: it must return"),
        (Done, "returned a type: it must return"),
    ],
)
def test_an_unknown_answer_is_explained(receiver: Receiver, result: Any, sentence: str) -> None:
    receiver.action("publish")(lambda call: result)
    response = send(receiver, make_call())
    assert (response.status, read(response)["code"]) == (500, "invalid-reply")
    assert sentence in read(response)["text"]


def test_a_mistake_in_a_reply_is_explained(receiver: Receiver) -> None:
    wrong: Any = "ok"
    receiver.action("publish")(lambda call: Done("Published", outcomes=[call.tasks[0].outcome(wrong)]))
    assert 'Outcome.state must be one of "done", "skipped"' in read(send(receiver, make_call()))["text"]


def test_too_much_is_explained(receiver: Receiver) -> None:
    outcomes = [Outcome(str(number), "x" * 1000, "done") for number in range(2_000)]
    receiver.action("publish")(lambda call: Done("Published", outcomes=outcomes))
    response = send(receiver, make_call())
    assert (response.status, read(response)["code"]) == (500, "invalid-reply")
    text = "The answer has 2.0 MiB, and may have 1 MiB. Shorten its outcomes (2.0 MiB), or answer with a link."
    assert read(response)["text"] == text


def test_two_functions_for_one_action_are_a_mistake(receiver: Receiver, publish: list[Call]) -> None:
    with pytest.raises(ValueError, match='two functions for the action "publish"'):
        receiver.action("publish")(lambda call: None)


@pytest.mark.parametrize("action_id", ["Publish", "publish it", "", lambda call: None])
def test_an_action_needs_the_name_of_a_target(receiver: Receiver, action_id: Any) -> None:
    with pytest.raises(ValueError, match=r'Write @receiver.action\("publish"\), with the name of the target'):
        receiver.action(action_id)


def test_an_async_function_works_without_a_loop(receiver: Receiver) -> None:
    @receiver.action("publish")
    async def run(call: Call) -> Done:
        return Done("Published")

    assert read(send(receiver, make_call()))["title"] == "Published"


def test_the_new_and_the_old_secret_are_accepted_while_it_is_replaced() -> None:
    old, other = "whsec_" + "b2xkLXNlY3JldC1v" * 2, OTHER_SECRET
    receiver = Receiver(f"{SECRET} {old}")
    receiver.action("publish")(lambda call: None)
    call = make_call()
    body = json.dumps(call)
    for secret, status in ((SECRET, 204), (old, 204), (other, 401)):
        assert receiver.handle(body.encode(), sign(body, call["run"]["id"], secret)).status == status
    signatures = Signer(read_secrets(f"{SECRET} {old}")).sign("1", 1_700_000_000, "{}")["webhook-signature"].split(" ")
    assert signatures == [Signer([one]).sign("1", 1_700_000_000, "{}")["webhook-signature"] for one in (SECRET, old)]


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        (None, "FORWARD_SECRET is not set."),
        ("", "The secret is empty."),
        ("c2VjcmV0", 'The secret does not begin with "whsec_".'),
        ("whsec_???", "The secret is not base64."),
        ("whsec_c2VjcmV0", "The secret has 6 bytes."),
    ],
)
def test_a_secret_that_cannot_be_used_is_explained(monkeypatch: pytest.MonkeyPatch, secret: str, sentence: str) -> None:
    monkeypatch.delenv("FORWARD_SECRET", raising=False)
    with pytest.raises(SecretError) as error:
        Receiver(secret)
    assert sentence in str(error.value)
    assert 'Make one with "python -m kitsu_actions"' in str(error.value)
    assert not secret or secret.replace("whsec_", "") not in str(error.value)


def test_the_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARD_SECRET", SECRET)
    receiver = Receiver()
    receiver.action("publish")(lambda call: None)
    assert send(receiver, make_call()).status == 204


def test_a_mistake_in_a_reply_is_a_value_error() -> None:
    assert issubclass(InvalidReply, ValueError)
