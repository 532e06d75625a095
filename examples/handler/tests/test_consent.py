"""Dialogs, and the permission for a worker."""

import json
import unittest
from unittest import mock

from workstation import WorkstationCase

from kitsu_handler import dialog

# Stores its arguments, and exits with the given status.
DIALOG = """#!/bin/sh
printf '%s\\n' "$@" >> "$HOME/{name}.asked"
exit {status}
"""


class DialogCase(WorkstationCase):
    def setUp(self):
        super().setUp()
        self.environment["DISPLAY"] = ":99"

    def dialog(self, name, status):
        self.program(name, DIALOG.format(name=name, status=status))

    def asked(self, name):
        file = self.home / f"{name}.asked"
        return file.read_text() if file.exists() else ""


class Consent(DialogCase):
    def setUp(self):
        super().setUp()
        self.config["origins"] = self.config.pop("trusted_origins")

    def test_is_asked_for_once(self):
        self.dialog("zenity", 0)
        for _ in range(2):
            self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
            self.result_file.unlink()
        self.assertEqual(self.asked("zenity").count("--question"), 1)
        self.assertIn(self.worker.origin, self.asked("zenity"))
        self.assertEqual(list(json.loads((self.state / "origins.json").read_text())), [self.worker.origin])
        self.assertEqual(self.state.stat().st_mode & 0o077, 0)

    def test_is_asked_for_again_after_a_refusal(self):
        self.dialog("zenity", 1)
        for times in (1, 2):
            result = self.run_handler(self.offer(self.ticket()))
            self.assertEqual((result.returncode, result.stderr), (4, ""))
            self.assertEqual(self.asked("zenity").count("--question"), times)
        self.assertNotIn("--error", self.asked("zenity"))
        self.assertEqual(self.worker.seen, [], "a ticket was used up")

    def test_is_asked_for_by_the_next_dialog_if_one_does_not_work(self):
        self.dialog("zenity", 255)
        self.dialog("kdialog", 0)
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        self.assertIn("--warningyesno", self.asked("kdialog"))

    def test_is_needed_even_if_no_dialog_can_be_shown(self):
        self.assert_refuses(self.offer(self.ticket()), "nobody-asked", text="add it to “trusted_origins”")
        self.dialog("zenity", 0)
        del self.environment["DISPLAY"]
        self.assert_refuses(self.offer(self.ticket()), "nobody-asked")
        self.assertEqual(self.asked("zenity"), "")

    def test_is_not_needed_if_the_studio_turns_it_off(self):
        self.config["confirm_origins"] = False
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))

    def test_is_never_asked_for_a_foreign_origin(self):
        self.dialog("zenity", 0)
        self.config["origins"] = ["https://actions.studio.example"]
        self.assert_refuses(self.offer(self.ticket()), "foreign-origin")
        self.assertNotIn("--question", self.asked("zenity"))

    def test_is_asked_for_again_if_its_file_is_damaged(self):
        self.dialog("zenity", 0)
        self.state.mkdir(parents=True)
        (self.state / "origins.json").write_text("[")
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        self.assertIn("--question", self.asked("zenity"))


class Error(DialogCase):
    def test_is_shown_in_a_dialog(self):
        for name, status in (("zenity", 0), ("kdialog", 0), ("notify-send", 0)):
            self.dialog(name, status)
            self.assert_refuses(self.offer(self.ticket(app="<b>x</b>")), "unknown-application")
            self.assertIn("is not set up on this workstation", self.asked(name))
            (self.programs / name).unlink()
        self.assertIn("--no-markup", self.asked("zenity"))
        for name in ("kdialog", "notify-send"):
            self.assertIn("‹b›x‹/b›", self.asked(name))

    def test_is_shown_on_windows(self):
        with (
            mock.patch.object(dialog, "current_system", return_value="windows"),
            mock.patch("ctypes.windll", create=True) as windll,
        ):
            windll.user32.MessageBoxW.return_value = 6
            self.assertTrue(dialog.ask("May it?"))
            windll.user32.MessageBoxW.return_value = 7
            self.assertFalse(dialog.ask("May it?"))
        self.assertEqual(windll.user32.MessageBoxW.call_args.args[1:3], ("May it?", "Kitsu Actions"))

    def test_is_shown_on_macos(self):
        self.dialog("osascript", 0)
        changed = {**self.environment, "PATH": f"{self.programs}:/bin:/usr/bin"}
        with (
            mock.patch.object(dialog, "current_system", return_value="darwin"),
            mock.patch.dict("os.environ", changed, clear=True),
        ):
            self.assertTrue(dialog.ask('May "it"?'))
        self.assertEqual(self.asked("osascript").splitlines()[-1], 'May "it"?')


if __name__ == "__main__":
    unittest.main()
