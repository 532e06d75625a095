"""Requests through the relay, over real sockets."""

import json
import socket
import threading
import time
import unittest

from afserver import TOKEN, RelayCase, job, log


class Forwarding(RelayCase):
    def test_sends_a_job_in_afservers_protocol(self):
        self.assertEqual(self.ask(job()), (200, {"id": 7, "serial": 42}))
        [got] = self.afserver.got
        body = json.dumps(job(), separators=(",", ":")).encode()
        self.assertEqual(got, b"AFANASY %d JSON" % len(body) + body)

    def test_sends_exact_bytes(self):
        self.afserver.answer = b'{"jobs":[]}'
        self.ask(b'{"get":{"type":"jobs","ids":[2],"mode":"full"}}', headers={"AFANASY": "47"})
        self.assertEqual(self.afserver.got, [b'AFANASY 47 JSON{"get":{"type":"jobs","ids":[2],"mode":"full"}}'])

    def test_counts_bytes_instead_of_characters(self):
        message = job(name="Schloß 🎬")
        self.ask(json.dumps(message, ensure_ascii=False).encode())
        head, body = self.afserver.got[0].split(b" JSON", 1)
        self.assertEqual(head, b"AFANASY %d" % len(body))
        self.assertTrue(body.isascii())
        self.assertEqual(json.loads(body), message)

    def test_returns_exactly_the_answer(self):
        self.afserver.answer = b'{"jobs":[{"name":"a\nb"}]}'
        message = b'{"get":{"type":"jobs","users":["ada"]}}'
        head = b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n" % (
            TOKEN.encode(),
            len(message),
        )
        raw = self.send_raw(head + message)
        self.assertTrue(raw.endswith(b"\r\n\r\n" + self.afserver.answer), raw)

    def test_reads_an_answer_in_pieces(self):
        self.afserver.manner = "pieces"
        self.assertEqual(self.ask(job()), (200, {"id": 7, "serial": 42}))

    def test_reads_a_message_in_chunks(self):
        body = json.dumps(job()).encode()
        chunks = b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in (body[:10], body[10:300], body[300:]))
        head = (
            b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n"
            % TOKEN.encode()
        )
        self.assertIn(b'{"id":7,"serial":42}', self.send_raw(head + chunks + b"0\r\n\r\n"))

    def test_closes_the_connection_after_each_request(self):
        raw = self.send_raw(b"GET /health HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % TOKEN.encode())
        self.assertIn(b"Connection: close", raw)


class Unanswered(RelayCase):
    def assert_unanswered(self, status, code):
        answered, body = self.ask(job())
        self.assertEqual((answered, body["relay"], body["info"]["kind"]), (status, code, "error"))

    def test_reports_a_closed_connection(self):
        self.afserver.manner = "closes"
        self.assert_unanswered(502, "closed")
        self.assertEqual(len(self.afserver.got), 1, "a job is sent once")

    def test_reports_an_incomplete_answer(self):
        self.afserver.manner = "half"
        self.assert_unanswered(502, "closed")

    def test_reports_a_timeout(self):
        for manner in ("hangs", "drips"):
            self.afserver.manner = manner
            began = time.monotonic()
            self.assert_unanswered(504, "late")
            self.assertLess(time.monotonic() - began, 3)

    def test_reports_that_nothing_was_sent(self):
        self.afserver.stop()
        relay = self.open_relay(afserver=("127.0.0.1", 1))
        status, body = self.ask(job(), relay=relay)
        self.assertEqual((status, body["relay"]), (502, "unreachable"))

    def test_recognizes_other_servers(self):
        for manner in ("other", "huge"):
            self.afserver.manner = manner
            self.assert_unanswered(502, "closed")

    def test_continues_after_errors(self):
        for manner in ("closes", "half", "hangs", "other"):
            self.afserver.manner = manner
            self.ask(job())
        self.send_raw(b"nonsense\r\n\r\n")
        self.send_raw(b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n")
        self.afserver.manner = "whole"
        self.assertEqual(self.ask(job())[0], 200)


class Limits(RelayCase):
    def test_need_the_token(self):
        for token in (None, "", "wrong", TOKEN + "x", TOKEN[:-1], "ä"):
            status, body = self.ask(
                job(), token=None, headers={} if token is None else {"Authorization": f"Bearer {token}".encode()}
            )
            self.assertEqual((status, body["info"]["kind"]), (401, "error"))
        self.assertEqual(self.ask(None, token=None, method="GET", path="/health")[0], 401)
        self.assertEqual(self.afserver.got, [])

    def test_accept_the_new_and_the_old_token_while_it_is_replaced(self):
        relay = self.open_relay(tokens=(b"new-" + TOKEN.encode(), TOKEN.encode()))
        for token in (TOKEN, "new-" + TOKEN):
            self.assertEqual(self.ask(job(), token=token, relay=relay)[0], 200)
        self.assertEqual(self.ask(job(), token="old-" + TOKEN, relay=relay)[0], 401)

    def test_need_the_token_before_reading_the_body(self):
        raw = self.send_raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n")
        self.assertIn(b" 401 ", raw)
        body = b"a" * 800_000
        raw = self.send_raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        self.assertIn(b" 401 ", raw, "the unread body must not discard the answer")

    def test_refuse_a_message_that_is_too_large(self):
        relay = self.open_relay(message_max_bytes=100)
        self.assertEqual(self.ask(job(), relay=relay)[0], 413)

    def test_refuse_chunks_that_are_too_large_together(self):
        self.relay = self.open_relay(message_max_bytes=100)
        head = (
            b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n"
            % TOKEN.encode()
        )
        self.assertIn(b" 413 ", self.send_raw(head + b"3c\r\n" + b"a" * 60 + b"\r\n3c\r\n"))
        self.assertIn(b" 400 ", self.send_raw(head + b"zz\r\n"))

    def test_refuse_a_wrong_length(self):
        self.assertEqual(self.ask(job(), headers={"AFANASY": "5"})[0], 400)
        head = b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n" % TOKEN.encode()
        self.assertIn(b" 411 ", self.send_raw(head + b"\r\n"))
        self.assertEqual(self.afserver.got, [])

    def test_do_not_wait_for_a_missing_message(self):
        head = b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 90\r\n\r\n{" % TOKEN.encode()
        self.relay.RequestHandlerClass.timeout = 0.5
        self.addCleanup(setattr, self.relay.RequestHandlerClass, "timeout", 5)
        self.assertIn(b" 408 ", self.send_raw(head))

    def test_stop_a_slow_head(self):
        self.relay.RequestHandlerClass.timeout = 0.5
        self.addCleanup(setattr, self.relay.RequestHandlerClass, "timeout", 5)
        relay = self.open_relay(connections=1)
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", relay.server_port), timeout=5) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nX-Slow: ")
            while time.monotonic() - began < 3:
                try:
                    connection.sendall(b"x")
                except OSError:
                    break
                time.sleep(0.1)
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(self.ask(job(), relay=relay)[0], 200)

    def test_answer_503_if_all_slots_are_in_use(self):
        relay = self.open_relay(connections=2, answer_seconds=1, busy_seconds=0.05)
        self.afserver.manner = "hangs"
        waiting = [threading.Thread(target=self.ask, args=(job(),), kwargs={"relay": relay}) for _ in range(2)]
        for thread in waiting:
            thread.start()
        while len(self.afserver.got) < 2:
            time.sleep(0.01)
        with self.assertLogs(log) as logs:
            status, body = self.ask(job(), relay=relay)
        self.assertEqual((status, body["relay"]), (503, "busy"))
        self.assertRegex(logs.output[0], "busy 503")
        for thread in waiting:
            thread.join()
        self.afserver.manner = "whole"
        self.assertEqual(self.ask(job(), relay=relay)[0], 200)

    def test_answer_404_to_other_addresses(self):
        for method, path in (("POST", "/other"), ("GET", "/"), ("GET", "/health/x")):
            self.assertEqual(self.ask(job() if method == "POST" else None, method=method, path=path)[0], 404)


class Health(RelayCase):
    def test_returns_the_number_of_users(self):
        self.afserver.answer = b'{"users":[{"name":"ada"},{"name":"a\nb"}]}'
        self.assertEqual(self.ask(None, method="GET", path="/health"), (200, {"afserver": "answers", "users": 2}))
        self.assertEqual(self.afserver.got, [b'AFANASY 24 JSON{"get":{"type":"users"}}'])

    def test_accepts_invalid_text_in_names(self):
        self.afserver.answer = b'{"users":[{"name":"Ren\xe9"}]}'
        self.assertEqual(self.ask(None, method="GET", path="/health"), (200, {"afserver": "answers", "users": 1}))

    def test_reports_that_afserver_does_not_answer(self):
        self.afserver.manner = "closes"
        status, body = self.ask(None, method="GET", path="/health")
        self.assertEqual((status, body["relay"]), (502, "closed"))


class Log(RelayCase):
    def test_has_one_line_per_request_without_the_token(self):
        with self.assertLogs(log) as logs:
            self.ask(job())
            self.ask(job(), token="not-" + TOKEN)
            self.ask({"get": {"type": "files"}})
            action = {
                "user_name": "ada",
                "host_name": "h",
                "type": "jobs",
                "ids": [7],
                "operation": {"type": "x\nforged line"},
            }
            self.ask({"action": action})
            self.ask(job(block={"command": 'blender -b "other.blend"\n'}))
        self.assertEqual(len(logs.output), 5)
        self.assertRegex(logs.output[4], r'in “services.blender”: blender -b "other.blend"  403')
        self.assertRegex(logs.output[0], r"127\.0\.0\.1 job “demo SQ01_SH010” of ada, blender 200 \d+ms$")
        self.assertRegex(logs.output[1], r"POST 401")
        self.assertRegex(logs.output[2], r"get\.type must be users, renders or jobs 403")
        self.assertRegex(logs.output[3], r"the operation “x forged line” is not in “operations” 403")
        for line in logs.output:
            self.assertNotIn(TOKEN, line)
            self.assertNotIn("\n", line)


if __name__ == "__main__":
    unittest.main()
