"""Lets the handler of Kitsu Actions use a running Kabaret session."""
