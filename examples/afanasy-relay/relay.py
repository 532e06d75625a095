#!/usr/bin/env python3
# Stands between Kitsu Actions and afserver, which has neither accounts nor limits: takes HTTP with a token, lets through what the studio allows.
#   relay.py                   serves, with relay.json beside this file
#   relay.py --config FILE     the same, with another configuration
#   relay.py check             what the configuration allows, and whether afserver answers
import sys

if sys.version_info < (3, 9):
    sys.exit("The Afanasy relay of Kitsu Actions needs Python 3.9 or later.")

from afanasy_relay.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
