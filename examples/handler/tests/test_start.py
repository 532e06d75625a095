"""Starting a program: its environment and folder, and whether it ends early."""

import json
import os
import re
import time
import unittest
from pathlib import Path

from workstation import WorkstationCase


class Start(WorkstationCase):
    def how(self, **members):
        self.config["applications"]["blender"].update(members)

    def open(self):
        self.assert_opens(self.offer(self.ticket()), str(self.root / "sh010.blend"))
        return self.started()

    def outputs(self):
        return sorted((self.state / "output").glob("*.log"))

    def test_adds_variables_to_the_environment(self):
        self.environment["KEPT"] = "yes"
        self.how(env={"STUDIO": "a b; $(x)", "HOME": str(self.root)})
        environment = self.open()["environment"]
        self.assertEqual((environment["KEPT"], environment["STUDIO"]), ("yes", "a b; $(x)"))
        self.assertEqual(environment["HOME"], str(self.root))

    def test_looks_for_the_program_where_the_environment_says(self):
        elsewhere = self.home / "elsewhere"
        elsewhere.mkdir()
        self.program("mine", "#!/bin/sh\nexit 9\n").rename(elsewhere / "mine")
        self.how(command=["mine", "{path}"], env={"PATH": str(elsewhere)})
        self.assertEqual(self.run_handler(self.offer(self.ticket())).returncode, 7)
        self.assertIn("ended-early", self.log())

    def test_uses_the_folder(self):
        self.how(cwd=str(self.root))
        self.assertEqual(self.open()["cwd"], str(self.root))
        self.result_file.unlink()
        self.how(cwd=str(self.root / "gone"))
        self.assert_refuses(self.offer(self.ticket()), "no-folder", 7, "does not exist")

    def test_reports_an_early_end_with_the_last_message(self):
        self.environment.update(STATUS="3", PRINTS="fine so far", COMPLAINS="\x1b[31mno licence\x1b[0m\u0007\n\n  \n")
        result = self.run_handler(self.offer(self.ticket()))
        self.assertEqual(result.returncode, 7)
        [output] = self.outputs()
        self.assertRegex(
            result.stderr, r"python[\d.]*” ended after \d s with status 3\. Its last message: “no licence”\."
        )
        self.assertIn(str(output), result.stderr)
        self.assertIn("fine so far\n", output.read_text())
        self.assertIn("ERROR ended-early", self.log())
        self.assertNotIn(" started", self.log())

    def test_reports_an_early_end_with_the_error_of_python(self):
        trace = "Traceback (most recent call last):\n  File \"x.py\", line 1\n    go()\nAttributeError: no 'Search'\n"
        noise = "kabaret - INFO: Connected to 127.0.0.1:1\n"
        for printed, shown in ((trace + noise, "AttributeError: no 'Search'"), (trace + 6 * noise, noise.strip())):
            self.environment.update(STATUS="1", COMPLAINS=printed)
            self.assertIn(f"Its last message: “{shown}”.", self.run_handler(self.offer(self.ticket())).stderr)

    def test_reports_an_early_end_in_a_few_words(self):
        self.environment.update(STATUS="1")
        self.assertNotIn("last message", self.run_handler(self.offer(self.ticket())).stderr)
        self.environment.update(COMPLAINS="x" * 5000)
        shown = self.run_handler(self.offer(self.ticket())).stderr
        self.assertEqual(len(re.search("“(x+)”", shown)[1]), 300)

    def test_is_watched_as_long_as_configured(self):
        self.environment.update(STATUS="1", STAYS="1.5")
        self.how(watch=0.2)
        self.assertEqual(self.run_handler(self.offer(self.ticket())).returncode, 0)
        self.how(watch=30)
        self.assertEqual(self.run_handler(self.offer(self.ticket())).returncode, 7)

    def test_is_watched_for_three_seconds_by_default(self):
        self.environment.update(STATUS="1", STAYS="2")
        self.assertEqual(self.run_handler(self.offer(self.ticket())).returncode, 7)
        self.environment.update(STAYS="6")
        began = time.monotonic()
        self.assertEqual(self.run_handler(self.offer(self.ticket())).returncode, 0)
        self.assertLess(time.monotonic() - began, 5.5)

    def test_reports_that_the_program_was_killed(self):
        self.program("killed", "#!/bin/sh\nkill -9 $$\n")
        self.how(command=[str(self.programs / "killed"), "{path}"])
        self.assertIn("by signal 9", self.run_handler(self.offer(self.ticket())).stderr)

    def test_reports_a_script_without_an_interpreter(self):
        self.program("plain", "echo hello\n")
        self.how(command=[str(self.programs / "plain"), "{path}"])
        self.assert_refuses(self.offer(self.ticket()), "not-startable", 7, "Its first line must name its interpreter")

    def test_stores_the_output_for_the_person_alone(self):
        self.environment["PRINTS"] = "hello"
        self.open()
        [output] = self.outputs()
        self.assertEqual((output.stat().st_mode & 0o777, output.parent.stat().st_mode & 0o777), (0o600, 0o700))
        self.assertRegex(output.name, r"^python[\d.]*-\d{8}-\d{6}-\d+\.log$")
        self.assertIn(str(output), self.log())

    def test_keeps_twenty_files_of_output(self):
        folder = self.state / "output"
        folder.mkdir(parents=True)
        for number in range(25):
            file = folder / f"old-{number:02}.log"
            file.write_text("")
            os.utime(file, (number, number))
        self.open()
        kept = [file.name for file in self.outputs()]
        self.assertEqual(len(kept), 20)
        self.assertIn("old-24.log", kept)
        self.assertNotIn("old-05.log", kept)

    def test_works_without_storing_the_output(self):
        self.state.mkdir(parents=True)
        (self.state / "output").write_text("in the way")
        self.open()
        self.assertIn("is not stored", self.log())


class KabaretScript(WorkstationCase):
    """A script of libreflow-launcher. It has no interpreter line, so a shell must run it."""

    def setUp(self):
        super().setUp()
        self.script = self.home / "libreflow.sh"
        words = " ".join(f"'{word}'" for word in self.application)
        self.script.write_text(f'exec {words} "$FLOW" "$@"\n')
        self.config["schemes"] = ["kabaret"]
        self.flow = {"command": ["bash", str(self.script)], "env": {"FLOW": "studio flow"}, "cwd": str(self.root)}
        self.config["kabaret"] = {"projects": {"demo": self.flow}}
        self.environment["PATH"] += ":/usr/bin:/bin"

    def test_is_started_with_its_environment_and_folder(self):
        self.assert_opens("kabaret://open?oid=/demo/x", "studio flow", "--home-oid", "/demo/x")
        self.assertEqual((self.started()["cwd"], self.started()["oid"]), (str(self.root), "/demo/x"))

    def test_must_exist(self):
        self.script.unlink()
        self.assert_refuses("kabaret://open?oid=/demo/x", "no-script", 7, "does not exist")

    def test_must_be_a_plain_script(self):
        script = str(self.script)
        for words in (["-c", script], ["libreflow.sh"], [script, "-c", "x"], [script, "-lc"], ["-x", script], []):
            with self.subTest(words=words):
                self.flow["command"] = ["bash", *words]
                self.assert_refuses(
                    "kabaret://open?oid=/demo/x", "bad-config", 3, "if the next argument is the full path of a script"
                )
        self.flow["command"] = ["/bin/sh", script, "--cluster", "DEMO", "-C", "DEMO"]
        self.assertEqual(self.run_handler("check").returncode, 0)
        for program in ("pwsh", "fish", "csh"):
            self.flow["command"] = [program, script]
            self.assertIn("is a shell", self.run_handler("check").stdout)

    def test_is_refused_for_an_application(self):
        self.config["applications"]["blender"]["command"] = ["bash", str(self.script)]
        self.assertIn("which is a shell, which could run", self.run_handler("check").stdout)

    def test_is_refused_on_windows(self):
        from kitsu_handler.template import find_program_problem

        for shell in ("C:\\Windows\\System32\\cmd.exe", "C:\\msys\\bash.exe"):
            self.assertIn("which could run", find_program_problem([shell, "/c/libreflow.sh"], "windows", shell=True))

    def test_is_watched_for_fifteen_seconds(self):
        self.environment.update(STATUS="1", STAYS="4", COMPLAINS="no Redis")
        result = self.run_handler("kabaret://open?oid=/demo/x")
        self.assertEqual(result.returncode, 7)
        self.assertIn("Its last message: “no Redis”", result.stderr)
        from kitsu_handler.config import read_config

        file = Path(self.home / "k.json")
        file.write_text(json.dumps({"kabaret": {"command": ["x"], "projects": {"a": {"command": ["x"], "watch": 40}}}}))
        kabaret = read_config(file, "linux").kabaret
        self.assertEqual((kabaret.general.watch, kabaret.projects["a"].watch), (15, 40))


if __name__ == "__main__":
    unittest.main()
