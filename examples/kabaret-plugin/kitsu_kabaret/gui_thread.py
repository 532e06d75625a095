"""Calls functions on Qt's thread. Commands of kabaret.ipc come from its own thread, and Qt's widgets must not be touched there."""

from __future__ import annotations

import queue
import threading

from qtpy import QtCore


class Busy(Exception):
    """Qt's thread did not come to the function in time, and will not call it any more."""


class GuiThread:
    def __init__(self):
        self._calls = queue.Queue()

    def call(self, function, seconds):
        """(True, what the function returned), or (False, None) if it has begun but goes on. Raises what the function raises."""
        call = _Call(function)
        self._calls.put(call)
        if call.ended.wait(seconds):
            return True, call.result()
        if call.cancel():
            raise Busy()
        return (True, call.result()) if call.ended.is_set() else (False, None)

    def work(self):
        """On Qt's thread, again and again.

        The calls are left to Qt's loop: a timer does not fire while its own last call goes on, so that an action with a dialog
        would stop the session's tick for as long as the dialog is open.
        """
        while True:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                return
            QtCore.QTimer.singleShot(0, call.run)


class _Call:
    def __init__(self, function):
        self._function = function
        self._claim = threading.Lock()
        self._value = None
        self._error = None
        self.ended = threading.Event()

    def cancel(self):
        """True: it had not begun, and never will."""
        return self._claim.acquire(blocking=False)

    def run(self):
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._value = self._function()
        except Exception as error:
            self._error = error
        finally:
            self.ended.set()

    def result(self):
        if self._error is not None:
            raise self._error
        return self._value
