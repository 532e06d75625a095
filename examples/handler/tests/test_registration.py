"""Registration: on Linux with the real xdg-utils and a temporary home, else with mocks."""

import os
import plistlib
import shutil
import subprocess
import sys
import types
import unittest
from pathlib import Path
from unittest import mock

from workstation import HANDLER, WorkstationCase

from kitsu_handler import registration


@unittest.skipUnless(sys.platform.startswith("linux"), "needs Linux")
@unittest.skipUnless(shutil.which("xdg-mime") and shutil.which("xdg-open"), "xdg-utils are not installed")
class Linux(WorkstationCase):
    def setUp(self):
        super().setUp()
        # xdg-open needs a display to find handlers.
        self.environment.update(PATH=os.environ["PATH"], XDG_DATA_HOME=str(self.home / "data"), DISPLAY=":99")
        self.config["schemes"] = ["studio", "studio-test"]
        for dialog in ("zenity", "kdialog", "notify-send"):
            if shutil.which(dialog):
                self.skipTest(f"{dialog} would open")
        self.file = self.home / "data/applications/studio-handler.desktop"

    def xdg(self, *words):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60)

    def default(self, scheme):
        return self.xdg("xdg-mime", "query", "default", f"x-scheme-handler/{scheme}").stdout.strip()

    def test_writes_what_the_desktop_needs(self):
        result = self.run_handler("register")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = self.file.read_text().splitlines()
        for line in (
            f"Exec={sys.executable} {HANDLER} %u",
            "MimeType=x-scheme-handler/studio;",
            "NoDisplay=true",
            "Type=Application",
        ):
            self.assertIn(line, lines)
        self.assertEqual(self.default("studio"), "studio-handler.desktop")
        self.assertEqual(self.default("studio-test"), "studio-test-handler.desktop")

    def test_opens_a_link_from_the_desktop(self):
        self.run_handler("register")
        result = self.xdg("xdg-open", self.offer(self.ticket()))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.started()["arguments"], [str(self.root / "sh010.blend")])
        self.assertIn("blender started", self.log())

    def test_passes_a_foreign_link_as_one_argument(self):
        self.run_handler("register")
        link = "studio://open?u=https://evil.example/t/$(touch%20x);`id`&a='b \"c"
        self.assertNotEqual(self.xdg("xdg-open", link).returncode, 0)
        self.assertIn("ERROR not-a-link", self.log())

    def test_uses_the_given_configuration(self):
        self.run_handler("check")
        named = self.home / "named.json"
        (self.home / ".config/kitsu-actions/handler.json").rename(named)
        self.assertEqual(self.run_handler("--config", str(named), "register", "--scheme", "studio").returncode, 0)
        self.assertIn(f"Exec={sys.executable} {HANDLER} --config {named} %u", self.file.read_text())
        (self.home / ".config/kitsu-actions/handler.json").unlink()
        self.xdg("xdg-open", self.offer(self.ticket()))
        self.assertEqual(self.started()["arguments"], [str(self.root / "sh010.blend")])

    def test_can_be_undone(self):
        self.run_handler("register")
        self.assertEqual(self.run_handler("unregister", "--scheme", "studio").returncode, 0)
        self.assertFalse(self.file.exists())
        self.assertEqual(self.default("studio"), "")
        self.assertEqual(self.default("studio-test"), "studio-test-handler.desktop")
        self.assertEqual(self.run_handler("unregister").returncode, 0, "the second time must not fail")

    def test_refuses_a_path_that_xdg_open_would_split(self):
        folder = self.home / "the handler"
        shutil.copytree(HANDLER.parent, folder)
        result = subprocess.run(
            [sys.executable, str(folder / "handler.py"), "register", "--scheme", "studio"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        self.assertEqual(result.returncode, 8)
        self.assertIn("has spaces", result.stdout)
        self.assertFalse(self.file.exists())

    def test_says_that_xdg_mime_is_missing(self):
        self.environment["PATH"] = str(self.programs)
        result = self.run_handler("register")
        self.assertEqual(result.returncode, 8)
        self.assertIn("xdg-utils", result.stdout)


class Windows(unittest.TestCase):
    def test_writes_to_the_registry_of_the_person(self):
        written = {}
        winreg = types.ModuleType("winreg")
        winreg.HKEY_CURRENT_USER, winreg.REG_SZ = "HKCU", "text"
        winreg.CreateKey = lambda hive, key: mock.MagicMock(__enter__=lambda _: (hive, key))
        winreg.SetValueEx = lambda key, name, _, kind, value: written.update({(*key, name): value})
        winreg.DeleteKey = lambda hive, key: [written.pop(each) for each in list(written) if each[1] == key]
        with (
            mock.patch.dict(sys.modules, winreg=winreg),
            mock.patch.object(registration, "current_system", return_value="windows"),
        ):
            registration.register("studio", None)
            key = r"Software\Classes\studio"
            self.assertEqual(
                written,
                {
                    ("HKCU", key, None): "URL:Kitsu Actions (studio)",
                    ("HKCU", key, "URL Protocol"): "",
                    ("HKCU", key + r"\shell\open\command", None): f'"{sys.executable}" "{HANDLER}" "%1"',
                },
            )
            registration.unregister("studio")
            self.assertEqual(written, {})


class MacOS(WorkstationCase):
    def test_creates_an_application_for_links(self):
        ran = []

        def run(command):
            ran.append(command)
            if command[0] == "osacompile":
                contents = Path(command[2]) / "Contents"
                contents.mkdir(parents=True)
                (contents / "Info.plist").write_bytes(plistlib.dumps({"CFBundleName": "applet"}))

        with (
            mock.patch.object(registration, "current_system", return_value="darwin"),
            mock.patch.object(registration, "_run", run),
            mock.patch.dict("os.environ", HOME=str(self.home)),
        ):
            bundle = Path(registration.register("studio", None))
            self.assertEqual(bundle, self.home / "Applications/Kitsu Actions (studio).app")
            table = plistlib.loads((bundle / "Contents/Info.plist").read_bytes())
            self.assertEqual(table["CFBundleURLTypes"][0]["CFBundleURLSchemes"], ["studio"])
            self.assertEqual(table["CFBundleName"], "applet")
            self.assertIn(
                f'launchedTaskWithLaunchPath:"{sys.executable}" arguments:{{"{HANDLER}", link}}', " ".join(ran[0])
            )
            self.assertEqual([Path(command[0]).name for command in ran], ["osacompile", "codesign", "lsregister"])
            registration.unregister("studio")
            self.assertFalse(bundle.exists())


if __name__ == "__main__":
    unittest.main()
