"""The configuration, and the output of `check`."""

import json
import shutil
import unittest
from pathlib import Path

from workstation import HANDLER, WorkstationCase

from kitsu_handler.config import read_config
from kitsu_handler.locations import SYSTEMS
from kitsu_handler.errors import ConfigError


class Check(WorkstationCase):
    def test_prints_what_is_allowed(self):
        self.config.update(person="ada@studio.example", origins=["https://actions.studio.example"])
        self.config["roots"]["linux"].append("/mnt/gone")
        self.config["applications"]["nuke"] = {
            "command": ["nuke-9", ["-F", "{frame_in}"], "{path}"],
            "extensions": [".nk"],
        }
        result = self.run_handler("check")
        self.assertEqual(result.returncode, 3, result.stdout)
        for line in (
            "links      studio: with open",
            "person     ada@studio.example",
            "worker     https://actions.studio.example, confirmed by the person once",
            f"worker     {self.worker.origin}, trusted",
            f"files in   {self.root}\n",
            "files in   /mnt/gone, MISSING",
            f"{self.result_file} {{path}}; one at a time, .blend",
            "nuke: nuke-9 [-F {frame_in}] {path}, NOT FOUND; one at a time, .nk",
            "Missing on this workstation:",
            "  The folder /mnt/gone in “roots” does not exist.",
            "  nuke: the program nuke-9 was not found.",
        ):
            self.assertIn(line, result.stdout)

    def test_succeeds_if_nothing_is_missing(self):
        result = self.run_handler("check")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertTrue(result.stdout.endswith("Nothing is missing.\n"))

    def test_lists_what_is_missing(self):
        blender = self.config["applications"]["blender"]
        for change, sentence in (
            ({"command": ["blender-9", "{path}"]}, "blender: the program blender-9 was not found."),
            ({"cwd": "/mnt/gone"}, "blender: the folder /mnt/gone does not exist."),
        ):
            with self.subTest(change=change):
                self.config["applications"]["blender"] = {**blender, **change}
                result = self.run_handler("check")
                self.assertEqual(result.returncode, 3)
                self.assertIn(f"Missing on this workstation:\n  {sentence}\n", result.stdout)

    def test_prints_the_kabaret_section_without_values_of_variables(self):
        self.environment["PATH"] += ":/usr/bin:/bin"
        self.config["kabaret"] = {
            "command": [*self.application, "--cluster", "STUDIO"],
            "env": {"KABARET_REDIS_PASSWORD": "hush"},
            "run": ["build", "publish"],
            "projects": {"film": {"command": ["bash", "/mnt/gone.sh"], "cwd": "/mnt", "cluster": "FILM"}},
        }
        result = self.run_handler("check")
        self.assertEqual(result.returncode, 3)
        for line in (
            "--cluster STUDIO; cluster STUDIO; with KABARET_REDIS_PASSWORD\n",
            "  Kabaret, film: bash /mnt/gone.sh; cluster FILM; in /mnt\n",
            "  Kabaret may run build, publish\n",
            "  Running Kabaret sessions are used first\n",
            "  Kabaret, film: the script /mnt/gone.sh does not exist.\n",
        ):
            self.assertIn(line, result.stdout)
        self.assertNotIn("hush", result.stdout)
        self.config["kabaret"].update(sessions=False, run=[])
        result = self.run_handler("check")
        self.assertIn("Kabaret may run no action\n  Running Kabaret sessions are not used\n", result.stdout)

    def test_lists_everything_that_is_wrong(self):
        self.config = {
            "shemes": [],
            "schemes": ["https"],
            "verbs": "open",
            "origins": ["https://actions.studio.example/", "actions.studio.example"],
            "confirm_origins": "yes",
            "person": "Ada",
            "roots": {"linux": ["/", "prod"], "beos": []},
            "applications": {
                "a": {"command": ["blender", "{file}", "x{paths}", "{media_url}"], "extensions": ["blend"]},
                "b": {"command": ["bash", "-c", "{path}"], "many": True, "max_items": 0},
                "c": {"command": {"windows": ["blender.exe"]}},
                "d": {"command": {"windows": ["C:\\b\\blender.bat"]}},
                "e": {"command": "blender {path}"},
                "f": {"command": ["bin/blender"], "shell": True},
                "g": {"command": ["{path}"]},
                "h": [],
                "i": {"command": ["blender"], "env": {"A=B": "1", "N": 7}, "cwd": "prod", "watch": -1},
            },
            "kabaret": {
                "command": ["libreflow", "{oid}"],
                "give_oid_as": ["url"],
                "oid_pattern": "(",
                "run": ["tasks/build"],
                "sessions": "no",
                "projects": {
                    "a": {"env": {}},
                    "b": {"command": ["sh", "-c", "x"], "oid": "x"},
                    "c": "libreflow",
                    "d": {},
                },
            },
        }
        result = self.run_handler("check")
        self.assertEqual(result.returncode, 3)
        for sentence in (
            "shemes is unknown here; known are schemes,",
            "schemes has “https”, which can't be used as a scheme.",
            "verbs must be a list of strings.",
            "origins has “https://actions.studio.example/”; write it as",
            "origins has “actions.studio.example”",
            "confirm_origins must be true or false.",
            "person is “Ada”, which is not an email address.",
            "roots has “beos”",
            "roots.linux has “/”, which would allow all files.",
            "roots.linux has “prod”, which is not a full path on this system.",
            "applications.a.command is wrong: “{file}” is not a placeholder; known are path,",
            "applications.a.command is wrong: “{paths}” must be an argument of its own",
            "applications.a.command is wrong: “{media_url}” needs “media”: true.",
            "applications.a.extensions has “blend”; write it as .mov.",
            "applications.b.command begins with “bash”, which is a shell",
            "applications.b.command is wrong: “{path}” is for a single item",
            "applications.b.max_items must be an integer of at least 1.",
            "applications.c.command begins with “blender.exe”, which must be the full path of an .exe on Windows.",
            "applications.d.command begins with “C:\\b\\blender.bat”",
            "applications.e.command must be a list that starts with a program.",
            "applications.f.command begins with “bin/blender”, which must be a program name or a full path.",
            "applications.f.shell is unknown here",
            "applications.g.command begins with “{path}”, which must not be a placeholder.",
            "applications.h must be an object.",
            "kabaret.command must be a list of strings without placeholders.",
            "kabaret.give_oid_as must be a list of",
            "kabaret.oid_pattern is not a regular expression",
            "applications.i.env has “A=B”, which is not a valid name of a variable.",
            "applications.i.env has “N”, whose value must be a string.",
            "applications.i.cwd must be the full path of a folder",
            "applications.i.watch must be a number of seconds from 0 to 300.",
            "kabaret.run has “tasks/build”; use only the last part",
            "kabaret.sessions must be true or false.",
            "kabaret.projects.a has no “command”.",
            "kabaret.projects.b.command begins with “sh”, which is a shell. Only Kabaret may use one",
            "kabaret.projects.b.oid is unknown here",
            "kabaret.projects.c.command must be a list that starts with a program.",
            "kabaret.projects.d has no “command”.",
        ):
            self.assertIn(sentence, result.stdout)

    def test_warns_about_a_file_that_every_account_can_write(self):
        self.run_handler("check")
        (self.home / ".config/kitsu-actions/handler.json").chmod(0o666)
        self.assertIn("WARNING", self.run_handler("check").stdout)

    def test_is_not_needed_to_refuse_a_wrong_configuration(self):
        self.config["verb"] = ["open"]
        self.assert_refuses(self.offer(self.ticket()), "bad-config", 3, "verb is unknown here")


class File(WorkstationCase):
    def test_is_found_in_the_standard_folder(self):
        self.run_handler("check")
        elsewhere = self.home / "elsewhere"
        shutil.move(self.home / ".config", elsewhere)
        self.environment["XDG_CONFIG_HOME"] = str(elsewhere)
        self.assertIn(str(elsewhere), self.run_handler("check").stdout)
        self.environment["XDG_CONFIG_HOME"] = "relative"
        self.assertIn(".config", self.run_handler("check").stdout)

    def test_can_be_named(self):
        file = self.home / "other.json"
        file.write_text("\ufeff" + json.dumps(self.config), "utf-8")
        for words in (["--config", str(file)], [f"--config={file}"]):
            self.assertIn("other.json is valid", self.run_handler(*words, "check").stdout)

    def test_is_refused_if_it_is_not_json(self):
        file = self.home / "other.json"
        file.write_text("{'schemes': []}")
        result = self.run_handler("--config", str(file), "check")
        self.assertEqual(result.returncode, 3)
        self.assertIn("is not JSON", result.stdout)

    def test_allows_nothing_if_it_is_empty(self):
        self.config = {}
        self.assert_refuses(self.offer(self.ticket()), "foreign-origin")

    def test_may_be_the_example_on_every_system(self):
        for system in SYSTEMS:
            config = read_config(HANDLER.parent / "handler.example.json", system)
            self.assertIn("--disable-autoexec", config.applications["blender"].start.command)

    def test_must_follow_the_rules_of_the_current_system(self):
        file = Path(self.home / "plain.json")
        file.write_text(json.dumps({"applications": {"blender": {"command": ["blender", "{path}"]}}}))
        read_config(file, "linux")
        with self.assertRaises(ConfigError):
            read_config(file, "windows")


class Arguments(WorkstationCase):
    def test_that_are_wrong_exit_with_2(self):
        for words in ([], ["--help-me"], ["register", "--scheme", "https"], ["check", "studio://open?u=x"]):
            with self.subTest(words=words):
                self.assertEqual(self.run_handler(*words).returncode, 2)


if __name__ == "__main__":
    unittest.main()
