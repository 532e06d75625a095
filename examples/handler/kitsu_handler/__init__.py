"""The handler of Kitsu Actions for workstations. `command.py` is one link from the click to the application."""
