"""Lets the handler of Kitsu Actions use a Kabaret session that is already running."""
