"""The relay of Kitsu Actions for Afanasy. `server.py` is one request from the token to afserver's answer."""
