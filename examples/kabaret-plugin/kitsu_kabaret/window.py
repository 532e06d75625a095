"""What is done on Qt's thread: an object is shown, the button of an action pressed."""

from __future__ import annotations

from qtpy import QtCore, QtWidgets


class Impossible(Exception):
    """`why` is for programs, the message for the artist."""

    def __init__(self, why, text):
        super().__init__(text)
        self.why = why


def show(session, oid):
    _hold(session, oid)
    _view_at(session, oid)
    _raise(session)


def press(session, oid, button):
    _hold(session, oid)
    flow = session.cmds.Flow
    if not flow.is_action(oid):
        raise Impossible("no-action", f"“{oid}” is not an action.")
    page = _view_at(session, oid).flow_page
    _raise(session)
    if page.current_oid() != oid:  # while somebody holds the control key, Kabaret opens another view
        raise Impossible("busy", "Kabaret did not go to the action.")
    if not flow.action_needs_dialog(oid):
        # As Kabaret does when somebody clicks such an action: it has no buttons to choose from.
        page.run_action(oid, None)
        return {"button": None}
    buttons = list(flow.get_action_buttons(oid))
    chosen = buttons[0] if button is None and buttons else button
    if chosen not in buttons:
        raise Impossible("no-button", f"“{oid}” has no button “{button}”; there are {', '.join(map(str, buttons)) or 'none'}.")
    # The form applies what was typed into it first, and then does what its button does.
    (page if page.has_custom_page() else page.form).run_action(oid, chosen)
    return {"button": chosen}


def _hold(session, oid):
    # `exists` raises for an unknown project, and an empty name is another way to write the object above it.
    names = oid.split("/")
    there = names[0] == "" and all(names[1:]) and ".." not in names
    if not there or not session.get_actor("Flow").has_project(names[1]) or not session.cmds.Flow.exists(oid):
        raise Impossible("no-object", f"There is no “{oid}” in this Kabaret.")
    # The code that opened it goes on when it is closed, and may then use a page that is gone.
    if QtWidgets.QApplication.activeModalWidget() is not None:
        raise Impossible("dialog", "A dialog is open in Kabaret. Close it, and try again.")


def _view_at(session, oid):
    """The flow view the artist used last, any other, or a new one."""
    view = session.current_view()
    # It may also be a view of another kind, or one that was closed since.
    if view is None or session.find_view("Flow", view.view_id()) is not view:
        view = session.find_view("Flow")
    if view is None:
        return session.add_view("Flow", oid=oid)
    if view.current_oid() != oid:
        view.goto_request(oid)
    dock = view.dock_widget()
    dock.show()
    dock.raise_()
    return view


def _raise(session):
    window = session.main_window_manager.main_window
    window.setWindowState(window.windowState() & ~QtCore.Qt.WindowMinimized | QtCore.Qt.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()
