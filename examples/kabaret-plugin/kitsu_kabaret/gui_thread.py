"""Calls functions on Qt's thread, because kabaret.ipc runs commands on its own one."""

from __future__ import annotations

import queue
import threading

from qtpy import QtCore


class BusyError(Exception):
    """Qt's thread did not call the function in time. The call was canceled."""


class GuiThread:
    def __init__(self):
        self._calls = queue.Queue()

    def call(self, function, seconds):
        """Returns (True, the result), or (False, None) if the function is still running.

        Raises what the function raises.
        """
        call = _Call(function)
        self._calls.put(call)
        if call.ended.wait(seconds):
            return True, call.result()
        if call.cancel():
            raise BusyError()
        return (True, call.result()) if call.ended.is_set() else (False, None)

    def work(self):
        """Called on Qt's thread by the session's timer.

        It passes the calls to Qt's event loop. A timer does not fire while its last call is
        running, so an action with a dialog would otherwise stop the session's timer.
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
        """Returns True if the function had not started; it never will."""
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
