"""kabaret://open?oid=..."""

import unittest
from urllib.parse import quote

from workstation import WorkstationCase

OID = "/demo/films/main/sequences/SQ001/shots/SH0010/tasks/animation"


class Kabaret(WorkstationCase):
    def setUp(self):
        super().setUp()
        self.config["schemes"] = ["studio", "kabaret"]
        self.config["kabaret"] = {"command": [*self.application, "--host", "redis.studio.example", "--no-layout-mgr"]}

    def link(self, oid=OID, more=""):
        return f"kabaret://open?oid={quote(oid, safe='')}{more}"

    def test_opens_at_the_object(self):
        self.assert_opens(self.link(), "--host", "redis.studio.example", "--no-layout-mgr", "--home-oid", OID)
        self.assertEqual(self.started()["oid"], OID)
        self.assertEqual(self.worker.seen, [])

    def test_gets_the_object_as_configured(self):
        self.config["kabaret"] = {"command": self.application, "give_oid_as": ["environment"]}
        self.assert_opens(self.link())
        self.assertEqual(self.started()["oid"], OID)
        self.result_file.unlink()
        self.config["kabaret"]["give_oid_as"] = ["argument"]
        self.assert_opens(self.link(), "--home-oid", OID)
        self.assertIsNone(self.started()["oid"])

    def test_uses_nothing_else_of_the_link(self):
        more = "&host=evil.example&port=1&cluster=x&db=9&session=x&user=root&command=sh"
        self.assert_opens(self.link(more=more), "--host", "redis.studio.example", "--no-layout-mgr", "--home-oid", OID)

    def test_is_chosen_by_the_project(self):
        self.config["kabaret"]["projects"] = {
            "demo": [*self.application, "--cluster", "DEMO"],
            "code": {"command": [*self.application, "--cluster", "CODE"]},
            "other": {"linux": [*self.application, "--cluster", "OTHER"]},
        }
        general = ("--host", "redis.studio.example", "--no-layout-mgr")
        for oid, more, command in (
            (OID, "&project=demo", ("--cluster", "DEMO")),
            (OID, "&project=code", ("--cluster", "CODE")),
            (OID, "&project=Demo", ("--cluster", "DEMO")),
            (OID, "&project=", ("--cluster", "DEMO")),
            (OID, "", ("--cluster", "DEMO")),
            ("/other/x", "&project=unknown", ("--cluster", "OTHER")),
            ("/third/x", "&project=Demo", general),
        ):
            with self.subTest(oid=oid, more=more):
                self.assert_opens(self.link(oid, more), *command, "--home-oid", oid)
                self.result_file.unlink()
        del self.config["kabaret"]["command"]
        self.assert_refuses(self.link("/third/x", "&project=third"), "unknown-project", text="“third”")
        self.assert_refuses(self.link("/third/x"), "unknown-project", text="“third”")

    def test_refuses_invalid_objects(self):
        for oid in (
            "",
            "demo",
            "demo/films",
            "/",
            "/demo/",
            "//demo",
            "/demo;rm -rf",
            "/demo/;id",
            "/demo/../other",
            "/demo/.",
            "/demo/$(id)",
            "/demo/a-b",
            "/demo/0a",
            "/demo\n",
            "/demo\x00",
            "--home-oid",
            "/demo/a b",
            "/demo/a\u00a0b",
            "/demo/1\u0301",
        ):
            with self.subTest(oid=oid):
                self.assert_refuses(self.link(oid), "oid")
        self.assert_refuses("kabaret://open?project=demo", "oid")

    def test_accepts_names_with_accents(self):
        oid = "/démo/films/Café/_x1/été/ファイル"
        self.assert_opens(self.link(oid), "--host", "redis.studio.example", "--no-layout-mgr", "--home-oid", oid)
        self.assertEqual(self.started()["oid"], oid)

    def test_accepts_a_pattern_of_the_studio_but_not_every_character(self):
        self.config["kabaret"]["oid_pattern"] = ".*"
        for oid in (
            "/demo/../other",
            "/demo/a\nb",
            "--x",
            "demo",
            *(f"/demo/a{mark}b" for mark in "\"'`$\\ \u2003;|&<>(*"),
        ):
            with self.subTest(oid=oid):
                self.assert_refuses(self.link(oid), "oid")
        self.config["kabaret"]["oid_pattern"] = "(/[a-z]+)+"
        self.assert_refuses(self.link("/demo;x"), "oid")
        self.config["kabaret"]["oid_pattern"] = r"^(/[A-Za-z0-9_-]+)+$"
        self.assert_opens(
            self.link("/demo/sq-01"), "--host", "redis.studio.example", "--no-layout-mgr", "--home-oid", "/demo/sq-01"
        )

    def test_only_supports_open(self):
        self.config["verbs"] = ["open", "delete"]
        self.assert_refuses(self.link().replace("//open", "//delete"), "unknown-verb")

    def test_is_refused_if_it_is_not_set_up(self):
        del self.config["kabaret"]
        self.config["schemes"] = ["studio"]
        self.assert_refuses(self.link(), "unknown-scheme")


if __name__ == "__main__":
    unittest.main()
