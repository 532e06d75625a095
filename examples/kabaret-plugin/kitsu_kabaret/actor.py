"""The actor `KitsuActions`. kabaret.ipc serves its commands as POST /cmds/KitsuActions/goto and /run.

Every answer is an object that JSON can hold:

    {"ok": true, "done": true}                    done, or with false: it began and goes on; `run` adds "button"
    {"ok": false, "why": "...", "text": "..."}    not done; the text is for the artist

`why` is "no-object", "no-action", "no-button", "dialog", "busy", or "failed". A command that raised would be a 500 of kabaret.ipc,
which the handler could not tell from a fault of the session.
"""

from __future__ import annotations

from kabaret.app._actor import Actor, Cmd, Cmds

from .gui_thread import Busy, GuiThread
from .window import Impossible, show, press

# kabaret.ipc reads nothing else from this session while it waits for a command. The handler waits for 8 seconds.
_SECONDS = 4


class KitsuActionsCmds(Cmds):
    pass


class KitsuActions(Actor):
    def __init__(self, session):
        super().__init__(session)
        self.gui_thread = GuiThread()
        # The session calls it every few milliseconds from a timer of Qt's thread, once its windows are there.
        session.add_ticked(self.gui_thread.work)

    def _create_cmds(self):
        return KitsuActionsCmds(self)

    def answer(self, function, *arguments):
        try:
            done, value = self.gui_thread.call(lambda: function(self.session(), *arguments), _SECONDS)
        except Impossible as impossible:
            return {"ok": False, "why": impossible.why, "text": str(impossible)}
        except Busy:
            return {"ok": False, "why": "busy", "text": f"Kabaret did not react within {_SECONDS} seconds."}
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
    Runs the action 'oid' as its button would. Without a
    button, the first one counts.
    """

    def _decode(self, oid, button=None):
        self.oid = oid
        self.button = button

    def _execute(self):
        return self.actor().answer(press, self.oid, self.button)
