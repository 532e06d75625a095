"""A Kabaret that runs already, with a server that answers as kabaret.ipc does; and what is done if there is none."""

import json
import socket
import time
import unittest
from urllib.parse import quote

from kabaret_ipc import KabaretIpc
from workstation import WorkstationCase

OID = "/demo/films/main/tasks/Café"
ACTION = "/demo/films/main/tasks/Café/build"
GOTO = ["Flow/exists", "KitsuActions/goto"]
RUN = [*GOTO, "KitsuActions/run"]


class SessionCase(WorkstationCase):
    def setUp(self):
        super().setUp()
        self.ipc = KabaretIpc()
        self.addCleanup(self.ipc.server_close)
        self.addCleanup(self.ipc.shutdown)
        self.ipc.objects |= {OID, ACTION}
        self.config["schemes"] = ["studio", "kabaret"]
        self.kabaret = {"command": [*self.application, "--cluster", "DEMO"]}
        self.config["kabaret"] = self.kabaret

    def link(self, oid=OID):
        return f"kabaret://open?oid={quote(oid, safe='')}"

    def ticket_link(self, oid=OID, run=None, **members):
        order = {"oid": oid, "project": "demo", **({} if run is None else {"run": run})}
        ticket = self.ticket(app="kabaret", kabaret=order, **members)
        return f"{self.link(oid)}&project=demo&u={self.offer(ticket).split('u=')[1]}"

    def assert_shown_by(self, uid, link=None, calls=GOTO):
        result = self.run_handler(link or self.link())
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual({called for called, _, _ in self.ipc.calls}, {uid})
        self.assertEqual(self.ipc.names(), calls)
        self.assertFalse(self.said.exists(), "a process was started")

    def assert_starts(self, why, link=None, oid=OID):
        """A process, as without any session; the log says why in one line."""
        result = self.run_handler(link or self.link(oid))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(self.started()["arguments"], ["--cluster", "DEMO", "--home-oid", oid])
        [line] = [line for line in self.log().splitlines() if "no running Kabaret is used: " in line]
        self.assertIn(why, line)
        self.assertNotIn(self.ipc.token, self.log())
        self.said.unlink()
        (self.state / "handler.log").unlink()


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
            ("KitsuActions/goto", (500, {"detail": "wrapped C++ object has been deleted"}), "C++"),
            ("KitsuActions/goto", (200, {"result": {"ok": False, "why": "dialog", "text": "A dialog is open."}}), "A dialog is open."),
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


class Ticket(SessionCase):
    def test_is_taken_and_opens_what_it_names(self):
        link = self.ticket_link()
        self.assert_opens(link, "--cluster", "DEMO", "--home-oid", OID)
        self.assertEqual(len(self.worker.seen), 1)
        self.assertEqual(self.reported(), ("unknown", "Kabaret ended by itself. Look whether it is open in another window."))

    def test_says_that_kabaret_stayed(self):
        self.environment["STAYS"] = "3"
        self.kabaret["watch"] = 0.3
        self.run_handler(self.ticket_link())
        self.assertEqual(self.reported(), ("started", "Kabaret was started."))

    def test_says_that_kabaret_failed(self):
        self.environment.update(STATUS="1", COMPLAINS="AttributeError: no Search")
        self.assertEqual(self.run_handler(self.ticket_link()).returncode, 7)
        self.assertEqual(self.reported()[0], "failed")
        self.assertIn("Its last words: “AttributeError: no Search”.", self.reported()[1])

    def test_is_not_needed(self):
        self.assert_opens(f"{self.link()}&u=", "--cluster", "DEMO", "--home-oid", OID)
        self.assertEqual((self.worker.seen, self.worker.reports), ([], []))

    def test_is_checked_as_any_other(self):
        link = self.ticket_link()
        self.config["trusted_origins"] = []
        self.assert_refuses(link, "foreign-origin")
        self.config["origins"] = [self.worker.origin]
        self.assert_refuses(link, "nobody-asked")
        self.assertEqual(self.worker.seen, [], "the worker was asked")
        self.config["trusted_origins"] = [self.worker.origin]
        self.config["person"] = "bob@studio.example"
        self.assert_refuses(link, "wrong-person")
        self.assert_refuses(link, "used-ticket", 5)
        del self.config["person"]
        self.assert_refuses(self.ticket_link(version=2), "version")
        self.assert_refuses(self.ticket_link(verb="play"), "other-verb")
        self.assert_refuses(self.ticket_link(expires_at="2026-01-01T00:00:00Z"), "expired")
        self.assert_refuses(self.ticket_link().replace("%2Ft%2F", "%2Fx%2F"), "not-a-ticket-url")

    def test_is_not_used_up_for_what_is_no_object(self):
        link = self.ticket_link()
        self.assert_refuses(link.replace(quote(OID, safe=""), "%2Fdemo%2F0"), "oid")
        self.assertEqual(self.worker.seen, [])

    def test_names_the_object_of_the_link(self):
        link = self.ticket_link()
        self.assert_refuses(link.replace(quote(OID, safe=""), "%2Fdemo"), "other-oid")
        self.assertEqual(self.reported()[0], "failed")

    def test_is_for_kabaret(self):
        other = self.offer(self.ticket()).split("u=")[1]
        self.assert_refuses(f"{self.link()}&u={other}", "not-for-kabaret")
        self.worker.reports.clear()
        other = self.offer(self.ticket(kabaret={"oid": OID, "project": "demo"})).split("u=")[1]
        self.assert_refuses(f"{self.link()}&u={other}", "not-for-kabaret")
        self.config["applications"]["kabaret"] = self.config["applications"]["blender"]
        order = self.ticket(app="kabaret", kabaret={"oid": OID, "project": "demo"})
        self.assert_refuses(self.offer({**order, "items": []}), "for-kabaret")

    def test_may_be_without_tasks(self):
        ticket = self.ticket(app="kabaret", kabaret={"oid": OID, "project": "demo"})
        del ticket["items"]
        self.assert_opens(f"{self.link()}&u={self.offer(ticket).split('u=')[1]}", "--cluster", "DEMO", "--home-oid", OID)

    def test_that_is_malformed_is_refused(self):
        for order in (7, [], {}, {"oid": 7}, {"oid": OID, "project": 7}, {"oid": OID, "run": True}, {"oid": OID, "run": {"button": 7}}):
            with self.subTest(order=order):
                ticket = self.ticket(app="kabaret", kabaret=order)
                self.assert_refuses(f"{self.link()}&u={self.offer(ticket).split('u=')[1]}", "not-a-ticket")


class Run(SessionCase):
    def setUp(self):
        super().setUp()
        self.kabaret["run"] = ["build"]

    def order(self, oid=ACTION, button=None):
        return self.ticket_link(oid, run={"button": button})

    def test_presses_the_button(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        for button in (None, "Build"):
            self.ipc.calls.clear()
            self.worker.reports.clear()
            self.assert_shown_by(uid, self.order(button=button), RUN)
            self.assertEqual(self.ipc.calls[-1][2], [ACTION, button])
            self.assertEqual(self.reported(), ("started", "The action was run in the Kabaret session that was open."))

    def test_may_go_on(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.ipc.instead["KitsuActions/run"] = (200, {"result": {"ok": True, "done": False}})
        self.run_handler(self.order())
        self.assertEqual(self.reported(), ("started", "The action is running in the Kabaret session that was open."))

    def test_is_refused_unless_the_configuration_names_the_action(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for allowed in ([], ["publish"], ["Build"]):
            with self.subTest(allowed=allowed):
                self.kabaret["run"] = allowed
                self.worker.reports.clear()
                self.assert_refuses(self.order(), "not-to-run", text="add “build” to “run” of “kabaret”")
                self.assertEqual(self.reported()[0], "failed")
        self.assertEqual(self.ipc.calls, [])

    def test_is_never_for_a_link_without_a_ticket(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid, f"{self.link(ACTION)}&run=1&button=Build&u=")

    def test_is_not_done_by_a_ticket_that_does_not_say_so(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid, self.ticket_link(ACTION))

    def test_is_left_to_the_artist_where_no_session_runs(self):
        self.environment["STAYS"] = "3"
        self.kabaret["watch"] = 0.3
        self.assert_starts("there is no kabaret.ipc", self.order(), ACTION)
        self.assertEqual(
            self.reported(), ("started", "Kabaret was started, with the form of the action. Press its button there.")
        )

    def test_that_kabaret_did_not_do_is_told_and_not_tried_again(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.ipc.instead["KitsuActions/run"] = (200, {"result": {"ok": False, "why": "no-button", "text": "There is no “X”."}})
        self.assert_refuses(self.order(button="X"), "not-run", 7, "did not run it: There is no “X”.")
        self.assertEqual(self.reported()[0], "failed")
        self.ipc.instead["KitsuActions/run"] = (200, {"result": {"ok": False, "why": "failed", "text": "ValueError: no disk"}})
        self.assert_refuses(self.order(), "action-failed", 7, "The action failed in Kabaret: ValueError: no disk")

    def test_of_which_nothing_is_known_is_told_and_not_tried_again(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for answer in ((500, {"detail": "x"}), (504, {"detail": "x"}), (200, {"result": None}), 12):
            with self.subTest(answer=answer):
                self.ipc.instead["KitsuActions/run"] = answer
                self.worker.reports.clear()
                self.assertEqual(self.run_handler(self.order()).returncode, 0)
                self.assertEqual(self.reported()[0], "unknown")
                self.assertFalse(self.said.exists(), "a process was started")


if __name__ == "__main__":
    unittest.main()
