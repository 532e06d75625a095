"""Shows objects and presses buttons. Runs on Qt's thread."""

from __future__ import annotations

from qtpy import QtCore, QtWidgets


class CommandError(Exception):
    """`why` is for programs, the message for the artist."""

    def __init__(self, why, text):
        super().__init__(text)
        self.why = why


def show(session, oid):
    _check(session, oid)
    _view_at(session, oid)
    _raise(session)


def press(session, oid, button):
    _check(session, oid)
    flow = session.cmds.Flow
    if not flow.is_action(oid):
        raise CommandError("no-action", f"“{oid}” is not an action.")
    page = _view_at(session, oid).flow_page
    _raise(session)
    if page.current_oid() != oid:  # Kabaret opens another view while the Ctrl key is pressed
        raise CommandError("busy", "Kabaret did not show the action.")
    if not flow.action_needs_dialog(oid):
        # Like a click on such an action, which has no buttons.
        page.run_action(oid, None)
        return {"button": None}
    buttons = list(flow.get_action_buttons(oid))
    chosen = buttons[0] if button is None and buttons else button
    if chosen not in buttons:
        raise CommandError(
            "no-button", f"“{oid}” has no button “{button}”, only {', '.join(map(str, buttons)) or 'none'}."
        )
    # The form first applies its fields, like a click on its button.
    (page if page.has_custom_page() else page.form).run_action(oid, chosen)
    return {"button": chosen}


def _check(session, oid):
    # `exists` raises for an unknown project. An empty name would mean the parent object.
    names = oid.split("/")
    is_valid = names[0] == "" and all(names[1:]) and ".." not in names
    if not is_valid or not session.get_actor("Flow").has_project(names[1]) or not session.cmds.Flow.exists(oid):
        raise CommandError("no-object", f"“{oid}” does not exist in this Kabaret.")
    # The code that opened the dialog continues when it is closed, and may then use the page.
    if QtWidgets.QApplication.activeModalWidget() is not None:
        raise CommandError("dialog", "A dialog is open in Kabaret. Close it and try again.")


def _view_at(session, oid):
    """Shows the object in the flow view that was used last, any other, or a new one.

    Returns the view.
    """
    view = session.current_view()
    # The current view may be of another type, or closed.
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
