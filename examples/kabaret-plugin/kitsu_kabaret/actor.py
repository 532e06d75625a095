"""The actor `KitsuActions`.

kabaret.ipc serves its commands as POST /cmds/KitsuActions/goto and /run.

Every answer is a JSON object:

    {"ok": true, "done": true}                    done; false: still running; `run` adds "button"
    {"ok": false, "why": "...", "text": "..."}    not done; the text is for the artist

`why` is "no-object", "no-action", "no-button", "dialog", "busy", or "failed". Commands don't raise:
kabaret.ipc would answer with a 500, as for an error of the session.
"""

from __future__ import annotations

from kabaret.app._actor import Actor, Cmd, Cmds

from .gui_thread import BusyError, GuiThread
from .window import CommandError, press, show

# kabaret.ipc can't use this session for anything else while it waits for a command. The handler
# waits for 8 seconds.
_ANSWER_SECONDS = 4


class KitsuActionsCmds(Cmds):
    pass


class KitsuActions(Actor):
    def __init__(self, session):
        super().__init__(session)
        self.gui_thread = GuiThread()
        # Once its windows exist, the session calls this every few milliseconds from a timer on Qt's
        # thread.
        session.add_ticked(self.gui_thread.work)

    def _create_cmds(self):
        return KitsuActionsCmds(self)

    def answer(self, function, *arguments):
        try:
            done, value = self.gui_thread.call(lambda: function(self.session(), *arguments), _ANSWER_SECONDS)
        except CommandError as error:
            return {"ok": False, "why": error.why, "text": str(error)}
        except BusyError:
            return {"ok": False, "why": "busy", "text": f"Kabaret did not respond within {_ANSWER_SECONDS} seconds."}
        except Exception as error:  # whatever the flow raises
            self.session().log_error(f"KitsuActions: {type(error).__name__}: {error}")
            return {"ok": False, "why": "failed", "text": f"{type(error).__name__}: {error}"}
        return {"ok": True, "done": done, **(value or {})}


@KitsuActionsCmds.cmd
class Goto(Cmd):
    """
    Shows the object 'oid' in the current flow view, or in
    a new one, and raises the window.
    """

    def _decode(self, oid):
        self.oid = oid

    def _execute(self):
        return self.actor().answer(show, self.oid)


@KitsuActionsCmds.cmd
class Run(Cmd):
    """
    Runs the action 'oid' like a click on its button. The
    default is its first button.
    """

    def _decode(self, oid, button=None):
        self.oid = oid
        self.button = button

    def _execute(self):
        return self.actor().answer(press, self.oid, self.button)
