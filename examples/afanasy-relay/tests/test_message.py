"""Which messages are allowed.

Those that would crash afserver, run on it, or affect other jobs are not.
"""

import json
import unittest

from afserver import RelayCase, job


class Jobs(RelayCase):
    def test_that_crash_afserver_are_refused(self):
        whole = job()["job"]
        for message, why in [
            ({"job": "x"}, "job must be an object"),
            ({"job": [whole]}, "job must be an object"),
            ({"job": None}, "job must be an object"),
            ({"job": {key: value for key, value in whole.items() if key != "user_name"}}, "job.user_name is missing"),
            (job(user_name=""), "job.user_name is empty"),
            (job(user_name=7), "job.user_name must be a string"),
            ({"job": {key: value for key, value in whole.items() if key != "blocks"}}, "job.blocks is missing"),
            (job(blocks=[]), "job.blocks must be a list of 1"),
            (job(blocks={}), "job.blocks must be a list"),
            (job(blocks=[None]), "job.blocks.0 must be an object"),
            (job(blocks=[*whole["blocks"], {}]), "job.blocks.1.name is missing"),
            (job(block={"flags": 0}), "must have the numeric flag"),
            (job(block={"flags": True}), "must be an integer"),
            (job(block={"frame_first": 149}), "has its last frame before the first"),
            (job(block={"frames_per_task": 0}), "must be an integer from 1"),
            (job(block={"frame_last": 2_000_000_000}), "more than 100000 tasks"),
            (job(block={"tasks": []}), "tasks is not allowed"),
            (job(priority=251), "from 0 to 250"),
        ]:
            with self.subTest(why=why):
                self.assert_refused(message, why)

    def test_with_fractions_are_refused(self):
        body = json.dumps(job()).replace('"frame_first": 101', '"frame_first": 101.0').encode()
        self.assert_refused(body, "101.0 is not an integer")
        self.assert_refused(b'{"job":{"priority":NaN}}', "NaN")

    def test_with_duplicate_members_are_refused(self):
        self.assert_refused(b'{"get":{"type":"users"},"get":{"type":"jobs"}}', "listed twice")
        self.assert_refused(b'{"get":{"type":"users"},"job":{}}', "one member")
        self.assert_refused(b"[" * 100_000, "not valid JSON")
        self.assert_refused(b"\xff\xfe", "not valid JSON")
        self.assert_refused(b"", "not valid JSON")
        self.assert_refused(b'"job"', "one member")

    def test_may_only_have_configured_services_and_commands(self):
        for block, why in [
            ({"service": "maya"}, "the service “maya” is not in “services”"),
            ({"command": "rm -rf /"}, "the command of job.blocks.0 matches no pattern in “services.blender”"),
            ({"command": 'blender -b "a.blend" -s @#@ -e @#@ -a; id'}, "in “services.blender”"),
            ({"command": 'blender -b "$(id)" -s @#@ -e @#@ -a'}, "in “services.blender”"),
            ({"command": 'blender -b "a.blend" -s @#@ -e @#@ -a\n'}, "in “services.blender”"),
            ({"environment": {"LD_PRELOAD": "/tmp/x.so"}}, "the variable “LD_PRELOAD” is not in"),
            ({"files": ["a;id"]}, "has a character that is not allowed in paths"),
            ({"working_directory": "$(id)"}, "has a character that is not allowed in paths"),
            ({"command_pre": "id"}, "is not allowed"),
        ]:
            with self.subTest(why=why):
                self.assert_refused(job(block=block), why)
        self.assert_refused(job(command_post="id"), "job.command_post is not allowed")
        self.assert_refused(job(folders={"output": "`id`"}), "has a character that is not allowed in paths")

    def test_may_not_have_commands_in_custom_data(self):
        # CGRU's event service runs the commands in "methods", and sends mails to "emails" by a
        # command that has the name of the job in double quotes.
        for custom_data in [
            '{"events":{"JOB_CREATED":{"methods":["id;"]}}}',
            '{"emails":["a\\"; id; \\""]}',
            '{"kitsu_mark":"$(id)"}',
            '{"$(id)":"a"}',
            '{"kitsu_mark":7}',
            '["a"]',
            "7",
        ]:
            with self.subTest(custom_data=custom_data):
                self.assert_refused(job(custom_data=custom_data), "custom_data must be an object with plain strings")
        self.assert_refused(job(custom_data="id"), "custom_data is not JSON")
        self.assert_refused(job(custom_data='{"a":"b","a":"c"}'), "custom_data is not JSON")
        for name in ("x $(id)", "x `id`", "x; id", "it's", "a & b", "a > b"):
            for message in (job(name=name), job(block={"name": name}), job(block={"tasks_name": name})):
                with self.subTest(message=message):
                    self.assert_refused(message, "a character with a meaning for shells")
        self.assert_refused(job(name='x" id "'), "has a quote, a backslash or a control character")
        worker = '{"kitsu_mark":"5f0c/8d1e-1/9a","kitsu_user":"ada","project":"","entity":"e","task":"t"}'
        self.assertEqual(self.ask(job(name="Démo, SQ01 / SH010 / Animation", custom_data=worker))[0], 200)

    def test_may_not_leave_the_allowed_folders(self):
        for scene in ("/mnt/prod/../../tmp/evil.blend", "../evil.blend", "/mnt/prod/..", "..", "/mnt/prod/a/ ../b"):
            self.assert_refused(
                job(block={"command": f'blender -b "{scene}" -s @#@ -e @#@ -a'}), "job.blocks.0.command has “..”"
            )
        for block in ({"working_directory": "/mnt/prod/../.."}, {"files": ["/mnt/render/../x.png"]}):
            self.assert_refused(job(block=block), "has “..”, which leads out of the allowed folders")
        self.assert_refused(job(folders={"output": "/mnt/.."}), "has “..”")
        for scene in ("/mnt/prod/sh010..blend", "/mnt/prod/...a/b.blend"):
            self.assertEqual(self.ask(job(block={"command": f'blender -b "{scene}" -s @#@ -e @#@ -a'}))[0], 200, scene)

    def test_need_names_that_can_be_folders(self):
        self.assert_refused(job(name="ä" * 101), "job.name has more than 200 bytes")
        self.assertEqual(self.ask(job(name="ä" * 100))[0], 200)
        self.assert_refused(job(user_name="a" * 101), "at most 100 of them")

    def test_may_have_letters_of_all_languages_in_paths(self):
        for path in ("/mnt/été/Straße", "/mnt/مشهد/シーン_01", "/mnt/сцена"):
            self.assertEqual(self.ask(job(block={"files": [path]}, folders={"output": path}))[0], 200, path)
        # Fullwidth and modifier quotes, a click letter, a combining accent, an emoji.
        for character in ("\uff02", "\u02ba", "\u01c0", "\u0300", "🎬", "\u201c", "\u2028"):
            self.assert_refused(job(block={"files": [f"/mnt/{character}"]}), "has a character that is not allowed in paths")

    def test_may_have_host_masks(self):
        for kind in ("find", "regex"):
            self.assertEqual(self.ask(job(hosts_mask="node.*", hosts_mask_type=kind))[0], 200)
        self.assert_refused(job(hosts_mask_type="glob"), "hosts_mask_type must be find or regex")

    def test_may_have_simple_flags(self):
        # Blocks of several hosts need members that are not allowed.
        for flag in (2, 4, 8, 16, 2**30):
            self.assert_refused(job(block={"flags": 1 | flag}), "flags has a flag that is not allowed")
        self.assertEqual(self.ask(job(block={"flags": 1 | 32 | 64 | 128 | 256 | 1024}))[0], 200)

    def test_that_make_answers_of_afserver_unreadable_are_refused(self):
        for message in [
            job(block={"name": 'Blender "Cycles"'}),
            job(block={"name": "a\\b"}),
            job(block={"name": "a\nb"}),
            job(block={"tasks_name": 'a"b'}),
            job(block={"custom_data": '{"a":1}'}),
            job(block={"tickets": {'a"b': 1}}),
            job(pools={'a"b': 1}),
            job(folders={'a"b': "/mnt"}),
            job(branch='/a"b'),
        ]:
            with self.subTest(message=message):
                self.assert_refused(message, "has a quote, a backslash or a control character")
        escaped = job(custom_data='{"kitsu_mark":"a/b"}', description='a "b"', block={"name": "Blender 1-10, ä"})
        self.assertEqual(self.ask(escaped)[0], 200)

    def test_may_not_have_byte_values_above_127(self):
        for name in ("errors_retries", "errors_avoid_host", "errors_task_same_host"):
            self.assert_refused(job(block={name: 128}), "from 0 to 127")
            self.assertEqual(self.ask(job(block={name: 127}))[0], 200)

    def test_may_set_configured_variables(self):
        relay = self.open_relay(environment=("OCIO",))
        self.assertEqual(self.ask(job(block={"environment": {"OCIO": "/mnt/ocio"}}), relay=relay)[0], 200)

    def test_may_not_have_null_characters(self):
        self.assert_refused(job(name="a\0b"), "has an invalid character")
        self.assert_refused(job(user_name='a"b'), "letters, digits")


class Queries(RelayCase):
    def test_may_ask_for_users_renders_and_selected_jobs(self):
        for get in [
            {"type": "users"},
            {"type": "renders"},
            {"type": "jobs", "ids": [7]},
            {"type": "jobs", "serials": [42, 43]},
            {"type": "jobs", "users": ["ada"]},
            {"type": "jobs", "ids": [7], "mode": "full"},
            {"type": "jobs", "ids": [7], "mode": "progress"},
            {"type": "jobs", "ids": [7], "mode": "error_hosts"},
            {"type": "jobs", "ids": [7], "mode": "output", "block_ids": [0], "task_ids": [2]},
            {"type": "jobs", "ids": [7], "mode": "log", "block_ids": [0], "task_ids": [2]},
        ]:
            self.assertEqual(self.ask({"get": get})[0], 200, get)

    def test_may_do_nothing_else(self):
        for get, why in [
            ({"type": "files", "path": "/etc"}, "get.type must be"),
            ({"type": "config"}, "get.type must be"),
            ({"type": "users", "mode": "log"}, "get.mode is not allowed"),
            ({"type": "jobs"}, "must select jobs"),
            ({"type": "jobs", "ids": []}, "a list of 1"),
            ({"type": "jobs", "ids": [7], "serials": [1]}, "must select jobs"),
            ({"type": "jobs", "ids": ["7"]}, "must be an integer"),
            ({"type": "jobs", "mask": ".*"}, "get.mask is not allowed"),
            ({"type": "jobs", "ids": [7], "mode": "files"}, "get.mode must be"),
            ({"type": "jobs", "ids": [7], "mode": "output"}, "block_ids and get.task_ids are required for"),
            ({"type": "jobs", "ids": [7], "block_ids": [0], "task_ids": [0]}, "block_ids and get.task_ids are required for"),
            (
                {"type": "jobs", "ids": [7], "mode": "output", "block_ids": [0, 0], "task_ids": [0, 1]},
                "a list of 1 to 1",
            ),
            ({"type": "jobs", "ids": [7, 8], "mode": "output", "block_ids": [0], "task_ids": [0]}, "is for a single job"),
            ({"type": "jobs", "users": ["ada"], "mode": "error_hosts"}, "is for a single job"),
            (
                {"type": "jobs", "ids": [7], "mode": "output", "block_ids": [0], "task_ids": [0], "mon_id": 7},
                "mon_id is not allowed",
            ),
            ([], "get.type must be"),
        ]:
            with self.subTest(get=get):
                self.assert_refused({"get": get}, why)
        for kind in ("save", "user", "monitor", "reload_config", "announce"):
            self.assert_refused({kind: {}}, "is not allowed")


class Actions(RelayCase):
    ACTION = {"user_name": "ada", "host_name": "kitsu-actions", "type": "jobs", "ids": [7]}

    OURS = {"id": 7, "user_name": "ada", "host_name": "kitsu-actions", "custom_data": '{"kitsu_mark":"a/b"}'}

    def setUp(self):
        super().setUp()
        self.afserver.jobs = [self.OURS]
        self.afserver.answer = b'{"info":{"kind":"log","text":"Action processed."}}'

    def test_may_do_configured_operations_by_id(self):
        for operation in ("start", "pause", "stop", "restart_errors", "reset_error_hosts"):
            self.assertEqual(self.ask({"action": {**self.ACTION, "operation": {"type": operation}}})[0], 200)
        self.assertEqual(self.ask({"action": {**self.ACTION, "params": {"annotation": "Canceled from Kitsu"}}})[0], 200)

    def test_may_only_affect_jobs_from_kitsu_actions(self):
        stop = {"action": {**self.ACTION, "operation": {"type": "stop"}}}
        for change in [
            {"user_name": "eve"},
            {"custom_data": '{"mark":"a/b"}'},
            {"custom_data": "none"},
            {"custom_data": None},
            {"custom_data": "7"},
            {"id": 8},
        ]:
            with self.subTest(change=change):
                self.afserver.jobs = [{**self.OURS, **change}]
                status, body = self.ask(stop)
                self.assertEqual(status, 403)
                self.assertIn("job 7 did not come from Kitsu Actions", body["info"]["text"])
        del self.afserver.jobs[0]["custom_data"]
        self.assertEqual(self.ask(stop)[0], 403)
        self.afserver.jobs = [self.OURS]
        self.assertEqual(self.ask({"action": {**stop["action"], "ids": [7, 9]}})[0], 403)
        self.assertFalse([got for got in self.afserver.got if b'"action"' in got], "afserver got an action")

    def test_return_an_error_for_unknown_jobs(self):
        self.afserver.jobs = []
        status, body = self.ask({"action": {**self.ACTION, "operation": {"type": "stop"}}})
        self.assertEqual((status, body["info"]["text"]), (200, "Invalid ID"))

    def test_may_do_nothing_else(self):
        stop = {"operation": {"type": "stop"}}
        without_ids = {key: value for key, value in self.ACTION.items() if key != "ids"}
        for action, why in [
            ({**without_ids, **stop, "mask": ".*"}, "action.ids is missing"),
            ({**self.ACTION, **stop, "mask": ".*"}, "action.mask is not allowed"),
            ({**self.ACTION, **stop, "ids": []}, "a list of 1"),
            # Job 1 is the server's own.
            ({**self.ACTION, **stop, "ids": [1]}, "must be an integer from 2"),
            ({**self.ACTION, **stop, "ids": [7, 1]}, "must be an integer from 2"),
            ({**self.ACTION, **stop, "type": "renders"}, "action.type must be jobs"),
            ({**self.ACTION, **stop, "user_name": ""}, "action.user_name is empty"),
            ({**self.ACTION, "operation": {"type": "delete"}}, "the operation “delete” is not in"),
            ({**self.ACTION, "operation": {"type": "exit"}}, "the operation “exit” is not in"),
            ({**self.ACTION, "params": {"annotation": "a", "priority": 250}}, "action.params.priority is not allowed"),
            ({**self.ACTION, "params": {"command_post": "id"}}, "action.params.annotation is missing"),
            (self.ACTION, "operation or params"),
            ({**self.ACTION, **stop, "params": {}}, "operation or params"),
        ]:
            with self.subTest(action=action):
                self.assert_refused({"action": action}, why)

    def test_may_reset_error_hosts_with_restart_errors(self):
        for operations, status in ((("restart_errors", "reset_error_hosts"), 200), (("start",), 403)):
            relay = self.open_relay(operations=operations)
            action = {**self.ACTION, "operation": {"type": "reset_error_hosts"}}
            self.assertEqual(self.ask({"action": action}, relay=relay)[0], status)

    def test_may_do_what_the_studio_adds(self):
        relay = self.open_relay(operations=("delete",))
        self.assertEqual(self.ask({"action": {**self.ACTION, "operation": {"type": "delete"}}}, relay=relay)[0], 200)


if __name__ == "__main__":
    unittest.main()
