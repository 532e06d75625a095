"""The plugin, which Kabaret finds through the entry point `kabaret.plugin`."""

from __future__ import annotations

from kabaret.app import plugin

from .actor import KitsuActions


@plugin(trylast=True)
def install_actors(session):
    # A session without windows can't show anything. kabaret.ipc then answers 404, and the handler
    # starts a new session.
    if session.is_gui() and "KitsuActions" not in session.get_actor_names():
        KitsuActions(session)
