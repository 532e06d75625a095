"""A ticket, from the link to the started application, with a fake worker and real processes."""

import os
import secrets
import unittest
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from workstation import WorkstationCase, failed, iso


class Ticket(WorkstationCase):
    def test_opens_a_file(self):
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))

    def test_sends_the_person_to_the_worker(self):
        self.config["person"] = "Ada@studio.example"
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        [(path, headers)] = self.worker.seen
        self.assertEqual(headers["Accept"], "application/json")
        self.assertEqual(headers["User-Agent"], "kitsu-actions-handler/1")
        self.assertEqual(headers["Kitsu-Person"], "Ada@studio.example")

    def test_sends_no_person_without_configuration(self):
        self.run_handler(self.offer(self.ticket()))
        self.assertNotIn("Kitsu-Person", self.worker.seen[0][1])

    def test_derives_the_person_from_the_login(self):
        self.environment["LOGNAME"] = "ada"
        self.config["person"] = "{login}@studio.example"
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        self.assertEqual(self.worker.seen[0][1]["Kitsu-Person"], "ada@studio.example")

    def test_may_come_from_a_worker_with_a_base_path(self):
        path = f"/tools/kitsu/t/{secrets.token_hex(32)}"
        self.offer(self.ticket())
        self.worker.answers[path] = next(iter(self.worker.answers.values()))
        self.assert_opens(
            f"studio://open?u={quote(self.worker.origin + path, safe='')}", str(self.root / "sh010.blend")
        )

    def test_starts_an_application_that_outlives_the_handler(self):
        self.environment["STAYS"] = "5"
        self.config["applications"]["blender"]["watch"] = 0.5
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        self.assertNotEqual(self.started()["session"], os.getsid(0))

    def test_says_that_the_application_is_not_installed(self):
        self.config["applications"]["blender"]["command"] = ["blender-9", "{path}"]
        self.assert_refuses(self.offer(self.ticket()), "not-found", 7, "blender-9")

    def test_logs_the_run(self):
        self.run_handler(self.offer(self.ticket()))
        self.assertIn("run 0123456789abcdef0123456789abcdef: blender started", self.log())

    def test_does_not_log_tokens(self):
        self.run_handler(self.offer(self.ticket(self.item() | {"name": f"SH010 {secrets.token_hex(32)}"})))
        self.assertIn("for SH010 (token)", self.log())


class WorkerRefusal(WorkstationCase):
    def test_of_a_used_ticket_is_shown(self):
        link = self.offer(self.ticket())
        self.run_handler(link)
        self.started()
        self.result_file.unlink()
        self.assert_refuses(link, "used-ticket", 5, "Used already. This link has been opened before.")

    def test_of_an_unknown_ticket_is_shown(self):
        link = f"studio://open?u={quote(self.worker.origin, safe='')}%2Ft%2F{secrets.token_hex(32)}"
        self.assert_refuses(link, "unknown-ticket", 5, "No such ticket")

    def test_of_another_persons_ticket_is_shown(self):
        body = failed("not-yours", "Not your ticket", "It was made for Bob", "Ask Bob")
        self.assert_refuses(
            self.offer(body, 403), "not-yours", 5, "The worker answered: Not your ticket. It was made for Bob. Ask Bob."
        )

    def test_has_a_default_text(self):
        self.assert_refuses(self.offer(b"<h1>gone</h1>", 410), "used-ticket", 5, "has already been used")

    def test_is_shown_without_control_characters(self):
        self.assert_refuses(self.offer(failed("x", "Red\u001b[31m\nalert"), 404), "unknown-ticket", 5, "Red [31m alert")


class Answer(WorkstationCase):
    def test_with_a_redirect_is_not_followed(self):
        other = self.offer(self.ticket()).split("=")[1]
        for status in (301, 302, 303, 307, 308):
            link = self.offer(b"", status, Location=other.replace("%3A", ":").replace("%2F", "/"))
            self.assert_refuses(link, "redirect", 6)
        self.assertEqual(len(self.worker.seen), 5)

    def test_is_refused_if_it_is_too_large(self):
        self.assert_refuses(self.offer(b" " * (1024 * 1024 + 1)), "too-large", 6)

    def test_with_an_error_is_refused_if_it_is_too_large(self):
        self.assert_refuses(self.offer(b" " * 2_000_000, 404), "unknown-ticket", 5)

    def test_is_refused_if_it_is_not_json(self):
        self.assert_refuses(self.offer(b"<!doctype html><title>Log in</title>"), "not-json", 6, "behind a login page")
        self.assert_refuses(self.offer(b"[" * 100_000), "not-json", 6)
        self.assert_refuses(self.offer(b"\xff\xfe\xfa"), "not-json", 6)

    def test_is_refused_if_the_worker_fails(self):
        self.assert_refuses(self.offer(b"", 500), "http-500", 6)

    def test_may_be_missing(self):
        link = self.offer(self.ticket())
        self.worker.shutdown()
        self.worker.server_close()
        self.assert_refuses(link, "unreachable", 6)

    def test_is_refused_if_it_is_too_slow(self):
        from kitsu_handler.errors import WorkerUnusableError
        from kitsu_handler.worker import _read

        class SlowAnswer:
            def read1(self, _):
                return b" "

        with self.assertRaises(WorkerUnusableError) as raised:
            _read(SlowAnswer(), 0)
        self.assertEqual(raised.exception.code, "too-slow")


class Content(WorkstationCase):
    def test_of_another_version_is_refused(self):
        self.assert_refuses(self.offer(self.ticket(version=2)), "version")

    def test_with_another_verb_than_the_link_is_refused(self):
        self.config["verbs"] = ["open", "play"]
        self.assert_refuses(self.offer(self.ticket(verb="play")), "other-verb")

    def test_for_another_person_is_refused(self):
        self.config["person"] = "bob@studio.example"
        self.assert_refuses(self.offer(self.ticket()), "wrong-person")
        self.assert_refuses(self.offer(self.ticket(person=None)), "wrong-person")
        self.assert_refuses(self.offer(self.ticket(person={"id": "1"})), "wrong-person")

    def test_is_refused_if_it_has_expired(self):
        late = datetime.now(timezone.utc) - timedelta(minutes=6)
        self.assert_refuses(self.offer(self.ticket(expires_at=iso(late))), "expired", text="set the clock")

    def test_that_expired_within_the_clock_tolerance_is_opened(self):
        late = datetime.now(timezone.utc) - timedelta(minutes=4)
        self.assert_opens(self.offer(self.ticket(expires_at=iso(late))), str(self.root / "sh010.blend"))
        self.assertIn("clocks may differ", self.log())

    def test_for_an_unknown_application_is_refused(self):
        self.assert_refuses(self.offer(self.ticket(app="sh")), "unknown-application", text="“sh”")

    def test_for_an_application_of_other_systems_is_refused(self):
        self.config["applications"]["blender"]["command"] = {"windows": ["C:\\b\\blender.exe", "{path}"]}
        self.assert_refuses(self.offer(self.ticket()), "unknown-application")

    def test_is_refused_if_it_is_malformed(self):
        for wrong in (
            [],
            self.ticket(expires_at="soon"),
            self.ticket(expires_at="2026-09-01T10:00:00"),
            self.ticket(expires_at=None),
            self.ticket(app=["blender"]),
            self.ticket(run=7),
            self.ticket(items=[]),
            self.ticket(items={}),
            self.ticket(items=["sh010"]),
            self.ticket(items=[self.item()] * 1001),
            self.ticket(self.item(path="x", task_id="--help")),
            self.ticket(self.item(path=["/mnt"])),
            self.ticket(self.item(path={"linux": 7})),
            self.ticket(self.item(frame_in="101")),
            self.ticket(self.item(frame_out=True)),
            self.ticket(self.item(fps=0)),
            self.ticket(self.item(fps="24")),
        ):
            with self.subTest(wrong=str(wrong)[:300]):
                self.assert_refuses(self.offer(wrong), "not-a-ticket")


if __name__ == "__main__":
    unittest.main()
