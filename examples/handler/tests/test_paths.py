"""Which files may be opened: the rules of each system, and real files."""

import ntpath
import os
import posixpath
import unittest

from workstation import WorkstationCase

from kitsu_handler.paths import resolve_allowed
from kitsu_handler.errors import RefusedError


class File(WorkstationCase):
    """Runs the whole program."""

    def setUp(self):
        super().setUp()
        if os.name == "nt":
            self.skipTest("needs POSIX")

    def refused(self, path, text):
        self.assert_refuses(self.offer(self.ticket(self.item({"linux": str(path)}))), "path", text=text)

    def test_outside_the_roots_is_refused(self):
        for path in ("/etc/x.blend", f"{self.root}-old/x.blend", self.home / "x.blend", self.root, "/x.blend"):
            with self.subTest(path=path):
                self.refused(path, "outside the allowed folders")

    def test_with_two_dots_is_refused(self):
        self.refused(f"{self.root}/../prod/x.blend", "contains “..”")
        self.refused(f"{self.root}/sh010/..", "contains “..”")

    def test_that_looks_like_an_option_is_refused(self):
        self.refused("--python=/mnt/x.blend", "hyphen")

    def test_without_a_full_path_is_refused(self):
        for path in (
            "sh010.blend",
            "~/sh010.blend",
            "file:///sh010.blend",
            "\\\\server\\share\\x.blend",
            "P:\\x.blend",
        ):
            with self.subTest(path=path):
                self.refused(path, "not a full path")

    def test_with_control_characters_is_refused(self):
        for letter in ("\0", "\n", "\x1b", "\x7f", "\x85", "\u2028", "\ud800"):
            with self.subTest(letter=ascii(letter)):
                self.refused(f"{self.root}/a{letter}.blend", "control characters")

    def test_of_another_type_is_refused(self):
        for name in ("x.py", "x", ".blend", "x.blend.py", "x.blend "):
            with self.subTest(name=name):
                self.refused(self.root / name, "not a file type")

    def test_is_refused_if_a_symbolic_link_leads_outside(self):
        outside = self.home / "secret.blend"
        outside.touch()
        (self.root / "link.blend").symlink_to(outside)
        self.refused(self.root / "link.blend", "outside the allowed folders")
        (self.root / "folder").symlink_to(self.home)
        self.refused(self.root / "folder/secret.blend", "outside the allowed folders")
        self.refused(self.root / "folder/not-there.blend", "outside the allowed folders")

    def test_is_refused_if_a_symbolic_link_changes_its_type(self):
        (self.root / "x.py").touch()
        (self.root / "x.blend").symlink_to(self.root / "x.py")
        self.refused(self.root / "x.blend", "not a file type")

    def test_below_a_root_that_is_a_symbolic_link_is_opened(self):
        mount = self.home / "mnt"
        mount.symlink_to(self.root)
        self.config["roots"] = {"linux": [str(mount)]}
        (self.root / "v002.blend").touch()
        (self.root / "newest.blend").symlink_to(self.root / "v002.blend")
        self.assert_opens(
            self.offer(self.ticket(self.item({"linux": f"{mount}/newest.blend"}))), f"{mount}/newest.blend"
        )

    def test_may_have_any_name(self):
        name = "sh 010; $(rm -rf ~) 'été' \"x\" & -y.BLEND"
        self.assert_opens(self.offer(self.ticket(self.item(name))), str(self.root / name))

    def test_is_normalized(self):
        self.assert_opens(
            self.offer(self.ticket(self.item({"linux": f"/{self.root}//./a///b.blend"}))), f"{self.root}/a/b.blend"
        )

    def test_for_another_system_only_is_refused(self):
        self.assert_refuses(
            self.offer(self.ticket(self.item({"windows": "P:\\x.blend"}))), "missing-value", text="path for linux"
        )
        self.assert_refuses(self.offer(self.ticket(self.item(None))), "missing-value")


class Rules(unittest.TestCase):
    def assert_permits(self, flavour, roots, path, normal):
        self.assertEqual(resolve_allowed(path, roots, [".blend"], flavour), normal)

    def assert_refuses(self, flavour, roots, paths):
        for path in paths:
            with self.subTest(path=path), self.assertRaises(RefusedError) as raised:
                resolve_allowed(path, roots, [".blend"], flavour)
            self.assertEqual(raised.exception.code, "path")

    def test_of_windows_allow_drives_with_any_case_and_slashes(self):
        roots = ["P:\\prod"]
        self.assert_permits(ntpath, roots, "P:\\prod\\a.blend", "P:\\prod\\a.blend")
        self.assert_permits(ntpath, roots, "p:/PROD//.\\a/b.BLEND", "p:\\PROD\\a\\b.BLEND")
        self.assert_permits(ntpath, ["P:\\"], "P:\\a.blend", "P:\\a.blend")
        self.assert_permits(ntpath, ["P:/prod/"], "P:\\prod\\été (1) & x.blend", "P:\\prod\\été (1) & x.blend")

    def test_of_windows_refuse_paths_outside(self):
        self.assert_refuses(
            ntpath,
            ["P:\\prod"],
            [
                "",
                "a.blend",
                "P:a.blend",
                "P:prod\\a.blend",
                "\\prod\\a.blend",
                "/prod/a.blend",
                "C:\\prod\\a.blend",
                "P:\\product\\a.blend",
                "P:\\prod\\..\\secret\\a.blend",
                "P:\\prod\\x/../a.blend",
                "\\\\server\\prod\\a.blend",
                "//server/prod/a.blend",
                "\\\\?\\P:\\prod\\a.blend",
                "\\\\.\\P:\\prod\\a.blend",
                "\\??\\P:\\prod\\a.blend",
                "-P:\\prod\\a.blend",
                "P:\\prod\\a\0.blend",
            ],
        )

    def test_of_windows_refuse_unsafe_names(self):
        names = [
            "a.exe:x.blend",
            "a.blend.",
            "a.blend ",
            "a*.blend",
            "a?.blend",
            'a".blend',
            "a|.blend",
            "NUL.blend",
            "com1.x.blend",
        ]
        self.assert_refuses(ntpath, ["P:\\prod"], [f"P:\\prod\\{name}" for name in names])
        self.assert_refuses(
            ntpath, ["P:\\prod"], ["P:\\prod\\con\\a.blend", "P:\\prod\\.. \\a.blend", "P:\\prod\\...\\a.blend"]
        )

    def test_of_windows_allow_a_share_only_if_it_is_a_root(self):
        roots = ["\\\\storage\\prod"]
        self.assert_permits(ntpath, roots, "\\\\Storage\\Prod\\a.blend", "\\\\Storage\\Prod\\a.blend")
        self.assert_permits(ntpath, roots, "//storage/prod/a.blend", "\\\\storage\\prod\\a.blend")
        self.assert_refuses(
            ntpath,
            roots,
            [
                "\\\\storage\\other\\a.blend",
                "\\\\evil\\prod\\a.blend",
                "\\\\storage\\prod-old\\a.blend",
                "\\\\storage\\a.blend",
            ],
        )
        self.assert_refuses(
            ntpath, ["\\\\storage\\prod\\film"], ["\\\\storage\\prod\\other\\a.blend", "\\\\storage\\prod\\a.blend"]
        )

    def test_of_posix_respect_case_and_backslashes(self):
        self.assert_permits(posixpath, ["/mnt/prod/"], "/mnt/prod/a\\b.blend", "/mnt/prod/a\\b.blend")
        self.assert_refuses(posixpath, ["/mnt/prod"], ["/mnt/PROD/a.blend", "//evil/mnt/prod/a.blend", "/mnt/prod"])

    def test_without_roots_refuse_everything(self):
        self.assert_refuses(posixpath, [], ["/mnt/prod/a.blend"])
        self.assert_refuses(ntpath, [], ["P:\\a.blend"])


if __name__ == "__main__":
    unittest.main()
