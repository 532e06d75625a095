"""The relay of Kitsu Actions for Afanasy. Start reading in `server.py`."""
