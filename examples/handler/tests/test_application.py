"""The arguments of an application."""

import unittest

from workstation import WorkstationCase


class Arguments(WorkstationCase):
    def use_arguments(self, *arguments, **members):
        self.config["applications"]["blender"].update(command=[*self.application, *arguments], **members)

    def test_have_the_values_of_the_ticket(self):
        self.use_arguments(
            "-s", "{frame_in}", "-e{frame_out}", "--fps={fps}", "{task_id}", "{name}", "{not a placeholder}", "{path}"
        )
        self.assert_opens(
            self.offer(self.ticket(self.item(frame_in=-10, frame_out=148, fps=23.976))),
            *("-s", "-10", "-e148", "--fps=23.976", "0d6e1f9a", "SQ01 / SH010 / Animation", "{not a placeholder}"),
            str(self.root / "sh010.blend"),
        )

    def test_are_not_split(self):
        self.use_arguments("{name}")
        self.assert_opens(
            self.offer(self.ticket(self.item() | {"name": 'a b; $(x) `y` "z" {path}'})), 'a b; $(x) `y` "z" {path}'
        )

    def test_omit_a_group_if_a_value_is_missing(self):
        self.use_arguments(["-s", "{frame_in}", "-e", "{frame_out}"], "{path}")
        self.assert_opens(self.offer(self.ticket(self.item(frame_in=101))), str(self.root / "sh010.blend"))
        self.result_file.unlink()
        link = self.offer(self.ticket(self.item(frame_in=101, frame_out=148, fps=24.0)))
        self.assert_opens(link, "-s", "101", "-e", "148", str(self.root / "sh010.blend"))

    def test_are_refused_if_a_value_is_missing(self):
        self.use_arguments("{frame_in}", "{path}")
        self.assert_refuses(self.offer(self.ticket()), "missing-value", text="frame_in")

    def test_begin_with_a_hyphen_only_if_configured(self):
        self.use_arguments("{name}", "{path}")
        self.assert_refuses(self.offer(self.ticket(self.item() | {"name": "--python-expr"})), "hyphen")

    def test_are_all_paths_for_many_items(self):
        self.use_arguments("-play", "{paths}", many=True)
        items = [self.item(f"sh{number:03}.blend") for number in range(1, 101)]
        self.assert_opens(self.offer(self.ticket(*items)), "-play", *(item["path"]["linux"] for item in items))

    def test_are_refused_if_one_path_is_refused(self):
        self.use_arguments("{paths}", many=True)
        self.assert_refuses(self.offer(self.ticket(self.item(), self.item({"linux": "/etc/x.blend"}))), "path")

    def test_are_refused_for_too_many_items(self):
        many = [self.item()] * 300
        self.assert_refuses(
            self.offer(self.ticket(*many)), "too-many", text="can open 1 at a time, but 300 are selected"
        )
        self.use_arguments("{paths}", many=True, max_items=299)
        self.assert_refuses(self.offer(self.ticket(*many)), "too-many", text="can open 299 at a time")

    def test_may_be_media_of_the_worker(self):
        self.use_arguments("--", "{media_url}", media=True)
        url = f"{self.worker.origin}/media/1?signature=a%20b"
        self.assert_opens(self.offer(self.ticket(self.item(None, media_url=url))), "--", url)

    def test_have_all_media_for_many_items(self):
        self.use_arguments("{media_urls}", media=True, many=True)
        urls = [f"{self.worker.origin}/media/{number}" for number in range(3)]
        self.assert_opens(self.offer(self.ticket(*(self.item(media_url=url) for url in urls))), *urls)

    def test_may_not_be_media_of_others(self):
        self.use_arguments("{media_url}", media=True)
        for url in (
            "https://evil.example/x.mov",
            self.worker.origin.replace("http:", "https:") + "/x.mov",
            f"{self.worker.origin}@evil.example/x.mov",
            f"{self.worker.origin}/a b",
            f"{self.worker.origin}/a\nb",
            f"{self.worker.origin}/#-x",
            "-fs",
            "file:///etc/passwd",
            "/etc/passwd",
        ):
            with self.subTest(url=url):
                self.assert_refuses(self.offer(self.ticket(self.item(media_url=url))), "foreign-media")

    def test_are_refused_without_media(self):
        self.use_arguments("{media_url}", media=True)
        self.assert_refuses(self.offer(self.ticket()), "missing-value", text="media_url")


if __name__ == "__main__":
    unittest.main()
