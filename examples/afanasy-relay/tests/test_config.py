"""The configuration and the command line."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

from afserver import Afserver, TOKEN
from afanasy_relay.config import read_config

RELAY = Path(__file__).resolve().parent.parent / "relay.py"
EXAMPLE = RELAY.parent / "relay.example.json"


class Configuration(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.afserver = Afserver()
        self.afserver.answer = b'{"users":[{"name":"ada"}]}'
        self.addCleanup(self.afserver.stop)
        (self.folder / "token").write_text(TOKEN + "\n")
        self.config = {**json.loads(EXAMPLE.read_text()), "token_file": "token"}
        self.config["afserver"] = {"host": self.afserver.address[0], "port": self.afserver.address[1]}
        self.config["listen"] = {"port": 0}

    def command(self, *words):
        file = self.folder / "relay.json"
        file.write_text(json.dumps(self.config))
        return [sys.executable, "-B", str(RELAY), "--config", str(file), *words]

    def check(self):
        done = subprocess.run(self.command("check"), capture_output=True, text=True, timeout=20)
        return done.returncode, done.stdout + done.stderr

    def test_of_the_example_is_valid(self):
        status, output = self.check()
        self.assertEqual(status, 0, output)
        self.assertIn("afserver answers; it has 1 users.", output)
        self.assertIn("blender", output)
        self.assertNotIn(TOKEN, output)

    def test_of_the_example_fits_the_command_of_the_documentation(self):
        [pattern] = self.config["services"]["blender"]
        scene, output = "/mnt/prod/demo/SQ01/SH010/SH010_lighting.blend", "/mnt/render/demo/SQ01_SH010/SH010.####"
        command = f'blender -b "{scene}" -o "{output}" -s @#@ -e @#@ -a'
        self.assertIsNotNone(re.fullmatch(pattern, command))
        for word in (";id", "$(id)", "`id`", '" --python-expr "x', "|id", "&", "\n"):
            self.assertIsNone(re.fullmatch(pattern, command.replace("lighting", word)), word)

    def test_allows_reset_error_hosts_with_restart_errors(self):
        self.config["operations"] = ["stop", "restart_errors"]
        self.assertIn("operations: stop, restart_errors, reset_error_hosts\n", self.check()[1])
        self.config["operations"] = ["stop"]
        self.assertIn("operations: stop\n", self.check()[1])

    def test_of_the_example_can_allow_other_letters(self):
        [pattern] = self.config["services"]["blender"]
        command = 'blender -b "/mnt/prod/été/SH010.blend" -o "/mnt/render/été/SH010.####" -s @#@ -e @#@ -a'
        self.assertIsNone(re.fullmatch(pattern, command))
        self.assertIsNotNone(re.fullmatch(pattern.replace("A-Za-z", "A-Za-zÀ-ÖØ-öø-ÿ"), command, re.ASCII))

    def test_lists_everything_that_is_wrong(self):
        self.config = {
            "tokenfile": "x",
            "services": {"blender": ["("]},
            "connections": 0,
            "operations": ["exit"],
            "listen": {"port": "x"},
        }
        status, output = self.check()
        self.assertEqual(status, 3)
        for word in (
            "tokenfile is unknown",
            "services.blender",
            "connections",
            "operations",
            "listen.port",
            "token_file",
        ):
            self.assertIn(word, output)

    def test_has_an_example_for_the_command_of_the_documentation(self):
        [pattern] = json.loads(EXAMPLE.read_text())["services"]["blender"]
        fits = 'blender -b "/mnt/prod/demo/SQ01/SH010/SH010.blend" -o "/mnt/render/demo/SQ01_SH010/SH010.####" -s @#@ -e @#@ -a'
        self.assertRegex(fits, f"^{pattern}$")
        self.assertNotRegex(fits.replace("/mnt/prod/demo/SQ01/SH010/SH010.blend", "-P"), f"^{pattern}$")

    def test_has_a_token_in_each_line_while_one_is_replaced(self):
        (self.folder / "token").write_text(f"new-{TOKEN}\r\n{TOKEN}\n\n")
        self.command()
        self.assertEqual(read_config(self.folder / "relay.json").tokens, (b"new-" + TOKEN.encode(), TOKEN.encode()))

    def test_needs_a_long_token(self):
        (self.folder / "token").write_text("short\n")
        self.assertIn("at least 16 characters", self.check()[1])

    def test_check_reports_that_afserver_can_t_be_reached(self):
        self.config["afserver"]["port"] = 1
        status, output = self.check()
        self.assertEqual(status, 1)
        self.assertIn("can't be reached", output)

    def test_warns_if_other_machines_can_reach_the_relay(self):
        self.config["listen"] = {"host": "0.0.0.0", "port": 0}
        self.assertIn("WARNING", self.check()[1])

    def test_serves_until_it_is_stopped(self):
        process = subprocess.Popen(
            self.command(), stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        port = process.stderr.readline().split("127.0.0.1:")[1].split()[0]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/health", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=5) as response:
            self.assertEqual(json.load(response), {"afserver": "answers", "users": 1})
        time.sleep(0.05)
        self.assertIsNone(process.poll())


if __name__ == "__main__":
    unittest.main()
