"""The report to the worker after its ticket was fetched."""

import unittest
from unittest import mock
from urllib.parse import unquote

from workstation import WorkstationCase


class Report(WorkstationCase):
    def test_is_sent_to_the_address_of_the_ticket(self):
        self.config["person"] = "ada@studio.example"
        link = self.offer(self.ticket())
        self.run_handler(link)
        [(_, asked)] = self.worker.seen
        self.assertEqual(asked["Kitsu-Report"], "1")
        [(path, headers, body)] = self.worker.reports
        self.assertEqual(unquote(link.split("u=")[1]), f"{self.worker.origin}{path[: -len('/report')]}")
        self.assertTrue(path.endswith("/report"))
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(headers["User-Agent"], "kitsu-actions-handler/1")
        self.assertEqual(headers["Kitsu-Person"], "ada@studio.example")
        self.assertEqual(body, {"state": "started", "text": ""})

    def test_says_that_the_application_started(self):
        self.environment["STAYS"] = "3"
        self.config["applications"]["blender"]["watch"] = 0.3
        self.run_handler(self.offer(self.ticket()))
        self.assertEqual(self.reported()[0], "started")

    def test_has_the_text_of_the_dialog_if_the_application_ended_early(self):
        self.environment.update(STATUS="4", COMPLAINS="no licence")
        result = self.run_handler(self.offer(self.ticket()))
        state, text = self.reported()
        self.assertEqual((result.returncode, state, text), (7, "failed", result.stderr.strip()[:500]))
        self.assertIn("no licence", text)

    def test_is_never_longer_than_500_characters(self):
        self.run_handler(self.offer(self.ticket(app="x" * 900)))
        self.assertEqual(len(self.reported()[1]), 500)

    def test_says_that_the_ticket_was_refused(self):
        for ticket, text in (
            (self.ticket(app="nuke"), "“nuke” is not set up on this workstation."),
            (self.ticket(self.item("../x.blend")), "contains “..”"),
            (self.ticket(version=2), "needs a newer version"),
            ([], "is not a valid ticket"),
        ):
            self.worker.reports.clear()
            self.run_handler(self.offer(ticket))
            self.assertEqual(self.reported()[0], "failed")
            self.assertIn(text, self.reported()[1])

    def test_is_not_sent_without_a_ticket(self):
        self.run_handler(self.offer(b"", 410))
        self.run_handler(self.offer(b"<html>"))
        self.config["trusted_origins"] = []
        self.run_handler(self.offer(self.ticket()))
        self.assertEqual(self.worker.reports, [])

    def test_is_sent_after_an_internal_error(self):
        from kitsu_handler import open_link

        link = mock.Mock(url="https://actions.studio.example/t/1", verb="open", origin="https://actions.studio.example")
        names = ("require_consent", "fetch_ticket", "report", "_carry_out")
        with mock.patch.multiple(open_link, **dict.fromkeys(names, mock.DEFAULT)) as mocks:
            mocks["_carry_out"].side_effect = KeyError("secret")
            with self.assertRaises(KeyError):
                open_link._open_ticket(link, None, mock.Mock())
        outcome = mocks["report"].call_args[0][2]
        self.assertEqual(outcome.state, "failed")
        self.assertNotIn("secret", outcome.text)

    def test_may_fail_without_consequences(self):
        for status in (404, 500, 302, 308):
            with self.subTest(status=status):
                self.worker.report_status = status
                self.worker.reports.clear()
                self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
                self.assertEqual(len(self.worker.reports), 1)
                self.assertIn(f"did not accept the report: status {status}", self.log())
        self.assertFalse([path for path, _ in self.worker.seen if "elsewhere" in path], "a redirect was followed")

    def test_does_not_wait_long_for_an_answer(self):
        self.worker.report_seconds = 9
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        self.assertIn("did not accept the report: timed out", self.log())


if __name__ == "__main__":
    unittest.main()
