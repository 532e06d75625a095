"""Tickets for Kabaret: the objects they open, and the actions they run."""

import unittest
from urllib.parse import quote

from kabaret_ipc import ACTION, GOTO, OID, SessionCase

RUN = [*GOTO, "KitsuActions/run"]


class Ticket(SessionCase):
    def test_opens_its_object(self):
        link = self.ticket_link()
        self.assert_opens(link, "--cluster", "DEMO", "--home-oid", OID)
        self.assertEqual(len(self.worker.seen), 1)
        self.assertEqual(
            self.reported(), ("unknown", "Kabaret was started, but ended. Check whether it is open in another window.")
        )

    def test_reports_that_kabaret_started(self):
        self.environment["STAYS"] = "3"
        self.kabaret["watch"] = 0.3
        self.run_handler(self.ticket_link())
        self.assertEqual(self.reported(), ("started", "Kabaret was started."))

    def test_reports_that_kabaret_failed(self):
        self.environment.update(STATUS="1", COMPLAINS="AttributeError: no Search")
        self.assertEqual(self.run_handler(self.ticket_link()).returncode, 7)
        self.assertEqual(self.reported()[0], "failed")
        self.assertIn("Its last message: “AttributeError: no Search”.", self.reported()[1])

    def test_is_optional(self):
        self.assert_opens(f"{self.link()}&u=", "--cluster", "DEMO", "--home-oid", OID)
        self.assertEqual((self.worker.seen, self.worker.reports), ([], []))

    def test_is_checked_like_any_other(self):
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

    def test_is_not_used_up_for_an_invalid_object(self):
        link = self.ticket_link()
        self.assert_refuses(link.replace(quote(OID, safe=""), "%2Fdemo%2F0"), "oid")
        self.assertEqual(self.worker.seen, [])

    def test_must_name_the_object_of_the_link(self):
        link = self.ticket_link()
        self.assert_refuses(link.replace(quote(OID, safe=""), "%2Fdemo"), "other-oid")
        self.assertEqual(self.reported()[0], "failed")

    def test_must_be_for_kabaret(self):
        other = self.offer(self.ticket()).split("u=")[1]
        self.assert_refuses(f"{self.link()}&u={other}", "not-for-kabaret")
        self.worker.reports.clear()
        other = self.offer(self.ticket(kabaret={"oid": OID, "project": "demo"})).split("u=")[1]
        self.assert_refuses(f"{self.link()}&u={other}", "not-for-kabaret")
        self.config["applications"]["kabaret"] = self.config["applications"]["blender"]
        order = self.ticket(app="kabaret", kabaret={"oid": OID, "project": "demo"})
        self.assert_refuses(self.offer({**order, "items": []}), "for-kabaret")

    def test_may_have_no_tasks(self):
        ticket = self.ticket(app="kabaret", kabaret={"oid": OID, "project": "demo"})
        del ticket["items"]
        self.assert_opens(
            f"{self.link()}&u={self.offer(ticket).split('u=')[1]}", "--cluster", "DEMO", "--home-oid", OID
        )

    def test_is_refused_if_it_is_malformed(self):
        runs = ({"oid": OID, "run": True}, {"oid": OID, "run": {"button": 7}})
        for order in (7, [], {}, {"oid": 7}, {"oid": OID, "project": 7}, *runs):
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

    def test_may_continue_after_the_answer(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.ipc.instead["KitsuActions/run"] = (200, {"result": {"ok": True, "done": False}})
        self.run_handler(self.order())
        self.assertEqual(self.reported(), ("started", "The action is running in the Kabaret session that was open."))

    def test_is_refused_unless_the_configuration_allows_the_action(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for allowed in ([], ["publish"], ["Build"]):
            with self.subTest(allowed=allowed):
                self.kabaret["run"] = allowed
                self.worker.reports.clear()
                self.assert_refuses(self.order(), "not-to-run", text="add “build” to “run” in “kabaret”")
                self.assertEqual(self.reported()[0], "failed")
        self.assertEqual(self.ipc.calls, [])

    def test_needs_a_ticket(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid, f"{self.link(ACTION)}&run=1&button=Build&u=")

    def test_is_only_done_if_the_ticket_asks_for_it(self):
        uid = self.ipc.session()
        self.ipc.advertise(self.home)
        self.assert_shown_by(uid, self.ticket_link(ACTION))

    def test_is_left_to_the_artist_if_no_session_is_running(self):
        self.environment["STAYS"] = "3"
        self.kabaret["watch"] = 0.3
        self.assert_starts("kabaret.ipc is not running", self.order(), ACTION)
        self.assertEqual(
            self.reported(),
            ("started", "Kabaret was started and shows the form of the action. Press its button there."),
        )

    def test_is_reported_as_failed_and_not_retried(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        self.ipc.instead["KitsuActions/run"] = (
            200,
            {"result": {"ok": False, "why": "no-button", "text": "There is no “X”."}},
        )
        self.assert_refuses(self.order(button="X"), "not-run", 7, "did not run it: There is no “X”.")
        self.assertEqual(self.reported()[0], "failed")
        self.ipc.instead["KitsuActions/run"] = (
            200,
            {"result": {"ok": False, "why": "failed", "text": "ValueError: no disk"}},
        )
        self.assert_refuses(self.order(), "action-failed", 7, "The action failed in Kabaret: ValueError: no disk")

    def test_is_reported_as_unknown_and_not_retried(self):
        self.ipc.session()
        self.ipc.advertise(self.home)
        for answer in ((500, {"detail": "x"}), (504, {"detail": "x"}), (200, {"result": None}), 12):
            with self.subTest(answer=answer):
                self.ipc.instead["KitsuActions/run"] = answer
                self.worker.reports.clear()
                self.assertEqual(self.run_handler(self.order()).returncode, 0)
                self.assertEqual(self.reported()[0], "unknown")
                self.assertFalse(self.result_file.exists(), "a process was started")


if __name__ == "__main__":
    unittest.main()
