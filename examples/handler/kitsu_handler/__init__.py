"""The handler of Kitsu Actions for workstations. `opening.py` is one link from the click to the application."""
