"""Tickets for Kabaret: what they open, and the actions they run."""

import unittest
from urllib.parse import quote

from kabaret_ipc import ACTION, GOTO, OID, SessionCase

RUN = [*GOTO, "KitsuActions/run"]


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
