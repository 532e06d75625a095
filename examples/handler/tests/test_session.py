"""A Kabaret that runs already, with a server that answers as kabaret.ipc does; and what is done if there is none."""

import json
import socket
import time
import unittest

from kabaret_ipc import OID, SessionCase


class Session(SessionCase):
    def test_shows_the_object_and_nothing_is_started(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid)
        self.assertEqual([arguments for _, _, arguments in self.ipc.calls], [[OID], [OID]])
        self.assertIn("It is open in the session that was running.", self.log())

    def test_is_reported(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.run_handler(self.ticket_link())
        self.assertEqual(self.reported(), ("started", "It is open in the session that was running."))

    def test_is_of_the_right_cluster_and_has_windows(self):
        self.ipc.session(cluster="OTHER")
        self.ipc.session(gui=False)
        self.ipc.advertise(self.home)
        self.assert_starts("none of 2 sessions has windows and the cluster DEMO")
        uid = self.ipc.session()
        self.assert_shown_by(uid)

    def test_rather_shows_the_same_project(self):
        self.ipc.session(at="/night_tram/films")
        self.ipc.session(at=None)
        self.ipc.session(at="/demonstration/films")
        uid = self.ipc.session(at="/demo/films")
        self.ipc.session(at="/demo")
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid)

    def test_is_of_the_cluster_of_the_project_s_command(self):
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

    def test_is_left_alone_where_the_studio_says_so(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.kabaret["sessions"] = False
        self.run_handler(self.link())
        self.started()
        self.assertEqual(self.ipc.calls, [])

    def test_that_knows_no_such_object_is_the_end(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_refuses(self.link("/demo/gone"), "no-object", text="There is no “/demo/gone” in Kabaret.")
        self.assert_refuses(self.link("/gone/x"), "no-object", text="There is no project “gone” in Kabaret.")
        self.assert_refuses(self.ticket_link("/demo/gone"), "no-object")
        self.assertEqual(self.reported(), ("failed", "There is no “/demo/gone” in Kabaret."))
        self.assertNotIn("KitsuActions/goto", self.ipc.names())
        self.ipc.instead["KitsuActions/goto"] = (200, {"result": {"ok": False, "why": "no-object", "text": "x"}})
        self.assert_refuses(self.link(), "no-object")


class NoSession(SessionCase):
    def test_because_there_is_no_server(self):
        self.assert_starts("there is no kabaret.ipc")

    def test_because_it_left_its_file_behind(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.ipc.advertise(self.home, port=port)
        self.assert_starts("Connection refused")

    def test_because_the_token_is_another(self):
        self.ipc.session()
        self.ipc.advertise(self.home, token="x" * 43)
        self.assert_starts("with status 401")

    def test_because_the_file_is_not_to_be_trusted(self):
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

    def test_because_the_plugin_is_missing(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.ipc.plugin = False
        self.assert_starts("no attribute 'KitsuActions'")

    def test_because_of_a_fault(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for name, answer, why in (
            ("sessions", (504, {"detail": "Gateway Timeout"}), "status 504"),
            ("sessions", (200, ["x"]), "status 200"),
            ("sessions", (200, b"<html>"), "something else than JSON"),
            ("sessions", (200, b"[" * 100_000), "something else than JSON"),
            ("sessions", (200, b" " * 1_100_000), "too much"),
            ("sessions", (302, b""), "something else than JSON"),
            ("Flow/exists", (500, {"detail": "Error 111 connecting to redis. Connection refused."}), "Error 111"),
            ("Flow/exists", (500, {"detail": "could not find key 'demo' in hash 'x'"}), "status 500"),
            ("Flow/exists", (404, {"detail": "session not found"}), "session not found"),
            ("Flow/exists", (200, {"result": "yes"}), "did not say whether"),
            ("Flow/exists", (200, {"result": None}), "did not say whether"),
            ("KitsuActions/goto", (500, {"detail": "wrapped C++ object has been deleted"}), "C++"),
            ("KitsuActions/goto", (200, {"result": {"ok": False, "why": "dialog", "text": "A dialog."}}), "A dialog."),
            ("KitsuActions/goto", (200, {"result": None}), "did not say"),
        ):
            with self.subTest(name=name, answer=str(answer)[:100]):
                self.ipc.instead = {name: answer}
                self.assert_starts(why)

    def test_because_it_hangs(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for name, seconds in (("sessions", 3), ("Flow/exists", 5), ("KitsuActions/goto", 8)):
            with self.subTest(name=name):
                self.ipc.instead = {name: 12}
                began = time.monotonic()
                self.assert_starts("timed out")
                self.assertLess(time.monotonic() - began, seconds + 3)

    def test_asks_no_proxy(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        del self.environment["NO_PROXY"]
        self.environment.update(HTTP_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9")
        self.assert_shown_by(uid)


if __name__ == "__main__":
    unittest.main()
