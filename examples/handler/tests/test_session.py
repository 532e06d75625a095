"""A running Kabaret, with a fake of kabaret.ipc, and what happens without one."""

import json
import socket
import time
import unittest

from kabaret_ipc import OID, SessionCase


class Session(SessionCase):
    def test_shows_the_object_without_starting_a_process(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid)
        self.assertEqual([arguments for _, _, arguments in self.ipc.calls], [[OID], [OID]])
        self.assertIn("It is open in the Kabaret session that was already running.", self.log())

    def test_is_reported(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.run_handler(self.ticket_link())
        self.assertEqual(self.reported(), ("started", "It is open in the Kabaret session that was already running."))

    def test_must_have_the_right_cluster_and_windows(self):
        self.ipc.session(cluster="OTHER")
        self.ipc.session(gui=False)
        self.ipc.advertise(self.home)
        self.assert_starts("none of the 2 sessions has windows and the cluster DEMO")
        uid = self.ipc.session()
        self.assert_shown_by(uid)

    def test_preferably_shows_the_same_project(self):
        self.ipc.session(at="/night_tram/films")
        self.ipc.session(at=None)
        self.ipc.session(at="/demonstration/films")
        uid = self.ipc.session(at="/demo/films")
        self.ipc.session(at="/demo")
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid)

    def test_must_have_the_cluster_of_the_project(self):
        uids = {name: self.ipc.session(cluster=name) for name in ("A", "B", "C", "D", "E", "DEFAULT_CLUSTER")}
        self.ipc.advertise(self.home)
        for cluster, words, more in (
            ("A", ["--cluster", "X", "--cluster", "A"], {}),
            ("B", ["-C", "B"], {}),
            ("C", ["--cluster=C"], {"env": {"KABARET_REDIS_CLUSTER": "X"}}),
            ("D", [], {"env": {"KABARET_REDIS_CLUSTER": "D"}}),
            ("E", ["--cluster", "X"], {"cluster": "E"}),
            ("B", ["-CB"], {}),
            ("DEFAULT_CLUSTER", [], {}),
        ):
            with self.subTest(cluster=cluster, words=words):
                self.ipc.calls.clear()
                self.kabaret["projects"] = {"demo": {"command": [*self.application, *words], **more}}
                self.assert_shown_by(uids[cluster])

    def test_is_not_used_if_the_studio_turns_it_off(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.kabaret["sessions"] = False
        self.run_handler(self.link())
        self.started()
        self.assertEqual(self.ipc.calls, [])

    def test_refuses_unknown_objects(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_refuses(self.link("/demo/gone"), "no-object", text="“/demo/gone” does not exist in Kabaret.")
        self.assert_refuses(self.link("/gone/x"), "no-object", text="The project “gone” does not exist in Kabaret.")
        self.assert_refuses(self.ticket_link("/demo/gone"), "no-object")
        self.assertEqual(self.reported(), ("failed", "“/demo/gone” does not exist in Kabaret."))
        self.assertNotIn("KitsuActions/goto", self.ipc.names())
        self.ipc.instead["KitsuActions/goto"] = (200, {"result": {"ok": False, "why": "no-object", "text": "x"}})
        self.assert_refuses(self.link(), "no-object")


class NoSession(SessionCase):
    def test_without_a_server(self):
        self.assert_starts("kabaret.ipc is not running")

    def test_with_a_file_of_a_stopped_server(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.ipc.advertise(self.home, port=port)
        self.assert_starts("Connection refused")

    def test_with_a_wrong_token(self):
        self.ipc.session()
        self.ipc.advertise(self.home, token="x" * 43)
        self.assert_starts("status 401")

    def test_with_an_invalid_file(self):
        self.ipc.session()
        file = self.ipc.advertise(self.home)
        good = json.loads(file.read_text())
        for bad in (
            {**good, "host": "192.0.2.1"},
            {**good, "host": "127.0.0.1.evil.example"},
            {**good, "host": 7},
            {**good, "port": str(good["port"])},
            {**good, "port": True},
            {**good, "port": 99999},
            {**good, "token": f"{good['token']}\r\nHost: evil.example"},
            {**good, "token": None},
            {**good, "more": " " * 5000},
            [good],
        ):
            with self.subTest(bad=str(bad)[:200]):
                file.write_text(json.dumps(bad))
                self.assert_starts("server.json")
        file.write_bytes(b"\xff\xfe{")
        self.assert_starts("can't be read")
        self.assertEqual(self.ipc.calls, [])

    def test_without_the_plugin(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.ipc.plugin = False
        self.assert_starts("no attribute 'KitsuActions'")

    def test_with_an_error(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for name, answer, why in (
            ("sessions", (504, {"detail": "Gateway Timeout"}), "status 504"),
            ("sessions", (200, ["x"]), "status 200"),
            ("sessions", (200, b"<html>"), "is not JSON"),
            ("sessions", (200, b"[" * 100_000), "is not JSON"),
            ("sessions", (200, b" " * 1_100_000), "too large"),
            ("sessions", (302, b""), "is not JSON"),
            ("Flow/exists", (500, {"detail": "Error 111 connecting to redis. Connection refused."}), "Error 111"),
            ("Flow/exists", (500, {"detail": "could not find key 'demo' in hash 'x'"}), "status 500"),
            ("Flow/exists", (404, {"detail": "session not found"}), "session not found"),
            ("Flow/exists", (200, {"result": "yes"}), "did not say whether"),
            ("Flow/exists", (200, {"result": None}), "did not say whether"),
            ("KitsuActions/goto", (500, {"detail": "wrapped C++ object has been deleted"}), "C++"),
            ("KitsuActions/goto", (200, {"result": {"ok": False, "why": "dialog", "text": "A dialog."}}), "A dialog."),
            ("KitsuActions/goto", (200, {"result": None}), "did not confirm"),
        ):
            with self.subTest(name=name, answer=str(answer)[:100]):
                self.ipc.instead = {name: answer}
                self.assert_starts(why)

    def test_with_a_server_that_hangs(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for name, seconds in (("sessions", 3), ("Flow/exists", 5), ("KitsuActions/goto", 8)):
            with self.subTest(name=name):
                self.ipc.instead = {name: 12}
                began = time.monotonic()
                self.assert_starts("timed out")
                self.assertLess(time.monotonic() - began, seconds + 3)

    def test_is_found_without_a_proxy(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        del self.environment["NO_PROXY"]
        self.environment.update(HTTP_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9")
        self.assert_shown_by(uid)


if __name__ == "__main__":
    unittest.main()
