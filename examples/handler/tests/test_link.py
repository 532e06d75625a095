"""Links, which any web page can open."""

import secrets
import unittest
from urllib.parse import quote

from workstation import WorkstationCase

from kitsu_handler.origin import parse_origin


class Origin(unittest.TestCase):
    def test_is_normalized(self):
        self.assertEqual(parse_origin("HTTPS://Actions.studio.example:443/t/1?x=1"), "https://actions.studio.example")
        self.assertEqual(parse_origin("http://localhost:80"), "http://localhost")
        self.assertEqual(parse_origin("http://[::1]:8787/"), "http://[::1]:8787")
        self.assertEqual(parse_origin("https://actions.studio.example:80"), "https://actions.studio.example:80")


class Link(WorkstationCase):
    def refused(self, link, code, text=""):
        self.assert_refuses(link, code, text=text)
        self.assertEqual(self.worker.seen, [], "the worker was asked")

    def ticket_link(self, url):
        return f"studio://open?u={quote(url, safe='')}"

    def test_to_a_foreign_origin_is_refused(self):
        token = secrets.token_hex(32)
        for origin in (
            "https://evil.example",
            "http://127.0.0.1.evil.example",
            self.worker.origin.replace("http:", "https:"),
            self.worker.origin.replace("127.0.0.1", "localhost"),
            f"http://127.0.0.1:{self.worker.server_port + 1}",
            "http://127.0.0.1",
        ):
            with self.subTest(origin=origin):
                self.refused(self.ticket_link(f"{origin}/t/{token}"), "foreign-origin")

    def test_to_anything_but_a_ticket_is_refused(self):
        token = secrets.token_hex(32)
        origin = self.worker.origin
        for url in (
            "",
            "/t/" + token,
            f"{origin}/runs",
            f"{origin}/t/{token[:-1]}",
            f"{origin}/t/{token.upper()}",
            f"{origin}/t/{token}?to=https://evil.example",
            f"{origin}/t/{token}#x",
            f"{origin}/../t/{token}",
            f"{origin}/%2e%2e/t/{token}",
            f"{origin}.evil.example/t/{token}",
            f"{origin}@evil.example/t/{token}",
            f"{origin}\\@evil.example/t/{token}",
            f"http://ada:secret@{origin[7:]}/t/{token}",
            f"{origin}/t/{token}\n",
            f"file:///t/{token}",
            f"ftp://127.0.0.1/t/{token}",
        ):
            with self.subTest(url=url):
                self.refused(self.ticket_link(url), "not-a-ticket-url")

    def test_is_refused_if_it_is_malformed(self):
        good = self.offer(self.ticket())
        for link in (
            good + "\n",
            "\x01" + good,
            good.replace("open", "op\ten"),
            good + "\x7f",
            good + " --factory-startup",
            good + "#fragment",
            good + "é",
            good + "&x=" + "a" * 2000,
            good + "&" + good.split("?")[1],
            good + "&u=",
            "studio:open",
            "studio://",
            "studio://open",
            "/etc/passwd",
        ):
            with self.subTest(link=link[:100]):
                self.refused(link, "not-a-link")

    def test_with_damaged_encoding_is_refused(self):
        self.refused("studio://open?u=%ff%fe", "not-a-link")
        self.refused("studio://open?u", "not-a-link")

    def test_of_another_scheme_is_refused(self):
        self.refused(self.offer(self.ticket()).replace("studio:", "other:"), "unknown-scheme")

    def test_with_another_verb_is_refused(self):
        self.refused(self.offer(self.ticket()).replace("//open", "//delete"), "unknown-verb")

    def test_may_be_changed_as_browsers_do(self):
        self.assert_opens(
            self.offer(self.ticket()).replace("studio://open?", "STUDIO://open/?"), str(self.root / "sh010.blend")
        )

    def test_with_a_signature_is_refused_with_a_reason(self):
        self.refused("studio://open?p=eyJ2ZXJzaW9uIjoxfQ&s=AAAA", "signed-link", "can't verify signatures")
        self.refused(self.offer(self.ticket()) + "&s=AAAA", "signed-link")

    def test_must_be_the_last_argument(self):
        evil = self.home / "evil.json"
        evil.write_text("{}")
        link = self.offer(self.ticket())
        self.refused([link, "--config", str(evil)], "not-a-link", "followed by other arguments")
        self.refused([link, link], "not-a-link")

    def test_is_not_logged(self):
        token = secrets.token_hex(32)
        self.refused(f"studio://open?u=https%3A%2F%2Fevil.example%2Ft%2F{token}", "foreign-origin")
        self.assertNotIn(token, self.log())

    def test_without_a_configuration_is_refused(self):
        result = self.run_handler("--config", str(self.home / "none.json"), self.offer(self.ticket()))
        self.assertEqual(result.returncode, 3)
        self.assertIn("none.json can't be read", result.stderr)


if __name__ == "__main__":
    unittest.main()
