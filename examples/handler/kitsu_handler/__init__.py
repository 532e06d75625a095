"""The handler of Kitsu Actions for workstations. Start reading in `open_link.py`."""
