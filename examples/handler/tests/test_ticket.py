"""A ticket, from the link to the started application, with a server that plays the worker and a real process."""

import os
import secrets
import unittest
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from workstation import WorkstationCase, failed, iso


class Ticket(WorkstationCase):
    def test_opens_a_file(self):
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))

    def test_names_itself_and_the_person_to_the_worker(self):
        self.config["person"] = "Ada@studio.example"
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        [(path, headers)] = self.worker.seen
        self.assertEqual(headers["Accept"], "application/json")
        self.assertEqual(headers["User-Agent"], "kitsu-actions-handler/1")
        self.assertEqual(headers["Kitsu-Person"], "Ada@studio.example")

    def test_names_no_person_that_is_not_configured(self):
        self.run_handler(self.offer(self.ticket()))
        self.assertNotIn("Kitsu-Person", self.worker.seen[0][1])

    def test_takes_the_login_for_the_person(self):
        self.environment["LOGNAME"] = "ada"
        self.config["person"] = "{login}@studio.example"
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        self.assertEqual(self.worker.seen[0][1]["Kitsu-Person"], "ada@studio.example")

    def test_opens_a_worker_below_a_path(self):
        path = f"/tools/kitsu/t/{secrets.token_hex(32)}"
        self.offer(self.ticket())
        self.worker.answers[path] = next(iter(self.worker.answers.values()))
        self.assert_opens(f"studio://open?u={quote(self.worker.origin + path, safe='')}", str(self.root / "sh010.blend"))

    def test_lets_the_application_outlive_it(self):
        self.environment["STAYS"] = "5"
        self.config["applications"]["blender"]["watch"] = 0.5
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        self.assertNotEqual(self.started()["session"], os.getsid(0))

    def test_says_that_the_application_is_not_installed(self):
        self.config["applications"]["blender"]["command"] = ["blender-9", "{path}"]
        self.assert_refuses(self.offer(self.ticket()), "not-found", 7, "blender-9")

    def test_writes_the_run_in_the_log(self):
        self.run_handler(self.offer(self.ticket()))
        self.assertIn("run 0123456789abcdef0123456789abcdef: blender started", self.log())

    def test_writes_nothing_that_looks_like_a_token_in_the_log(self):
        self.run_handler(self.offer(self.ticket(self.item() | {"name": f"SH010 {secrets.token_hex(32)}"})))
        self.assertIn("for SH010 (token)", self.log())


class WorkerRefusal(WorkstationCase):
    def test_of_a_used_ticket_is_shown(self):
        link = self.offer(self.ticket())
        self.run_handler(link)
        self.started()
        self.said.unlink()
        self.assert_refuses(link, "used-ticket", 5, "Used already. This link has been opened before.")

    def test_of_an_unknown_ticket_is_shown(self):
        link = f"studio://open?u={quote(self.worker.origin, safe='')}%2Ft%2F{secrets.token_hex(32)}"
        self.assert_refuses(link, "unknown-ticket", 5, "No such ticket")

    def test_of_another_persons_ticket_is_shown(self):
        body = failed("not-yours", "Not your ticket", "It was made for Bob", "Ask Bob")
        self.assert_refuses(
            self.offer(body, 403), "not-yours", 5, "The worker says: Not your ticket. It was made for Bob. Ask Bob."
        )

    def test_is_understood_without_a_reply(self):
        self.assert_refuses(self.offer(b"<h1>gone</h1>", 410), "used-ticket", 5, "was used already")

    def test_keeps_control_characters_to_itself(self):
        self.assert_refuses(self.offer(failed("x", "Red\u001b[31m\nalert"), 404), "unknown-ticket", 5, "Red [31m alert")


class Answer(WorkstationCase):
    def test_that_redirects_is_not_followed(self):
        other = self.offer(self.ticket()).split("=")[1]
        for status in (301, 302, 303, 307, 308):
            link = self.offer(b"", status, Location=other.replace("%3A", ":").replace("%2F", "/"))
            self.assert_refuses(link, "redirect", 6)
        self.assertEqual(len(self.worker.seen), 5)

    def test_that_is_too_large_is_refused(self):
        self.assert_refuses(self.offer(b" " * (1024 * 1024 + 1)), "too-large", 6)

    def test_that_is_an_error_too_large_is_refused(self):
        self.assert_refuses(self.offer(b" " * 2_000_000, 404), "unknown-ticket", 5)

    def test_that_is_not_json_is_refused(self):
        self.assert_refuses(self.offer(b"<!doctype html><title>Log in</title>"), "not-json", 6, "asks for a login")
        self.assert_refuses(self.offer(b"[" * 100_000), "not-json", 6)
        self.assert_refuses(self.offer(b"\xff\xfe\xfa"), "not-json", 6)

    def test_that_is_a_fault_of_the_worker_is_refused(self):
        self.assert_refuses(self.offer(b"", 500), "http-500", 6)

    def test_that_does_not_come_is_told(self):
        link = self.offer(self.ticket())
        self.worker.shutdown()
        self.worker.server_close()
        self.assert_refuses(link, "unreachable", 6)

    def test_that_comes_by_drops_is_not_waited_for(self):
        from kitsu_handler.refusal import WorkerUnusable
        from kitsu_handler.worker import _read

        class Dropping:
            def read1(self, _):
                return b" "

        with self.assertRaises(WorkerUnusable) as raised:
            _read(Dropping(), 0)
        self.assertEqual(raised.exception.code, "too-slow")


class Content(WorkstationCase):
    def test_of_another_version_is_refused(self):
        self.assert_refuses(self.offer(self.ticket(version=2)), "version")

    def test_with_another_verb_than_the_links_is_refused(self):
        self.config["verbs"] = ["open", "play"]
        self.assert_refuses(self.offer(self.ticket(verb="play")), "other-verb")

    def test_for_another_person_is_refused(self):
        self.config["person"] = "bob@studio.example"
        self.assert_refuses(self.offer(self.ticket()), "wrong-person")
        self.assert_refuses(self.offer(self.ticket(person=None)), "wrong-person")
        self.assert_refuses(self.offer(self.ticket(person={"id": "1"})), "wrong-person")

    def test_that_has_expired_is_refused(self):
        late = datetime.now(timezone.utc) - timedelta(minutes=6)
        self.assert_refuses(self.offer(self.ticket(expires_at=iso(late))), "expired", text="set the clock")

    def test_that_expired_within_the_difference_of_clocks_is_opened_and_noted(self):
        late = datetime.now(timezone.utc) - timedelta(minutes=4)
        self.assert_opens(self.offer(self.ticket(expires_at=iso(late))), str(self.root / "sh010.blend"))
        self.assertIn("clocks may differ", self.log())

    def test_for_an_unknown_application_is_refused(self):
        self.assert_refuses(self.offer(self.ticket(app="sh")), "unknown-application", text="“sh”")

    def test_for_an_application_of_other_systems_is_refused(self):
        self.config["applications"]["blender"]["command"] = {"windows": ["C:\\b\\blender.exe", "{path}"]}
        self.assert_refuses(self.offer(self.ticket()), "unknown-application")

    def test_that_is_malformed_is_refused(self):
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
