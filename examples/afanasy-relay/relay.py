#!/usr/bin/env python3
# Relays messages from Kitsu Actions to afserver, which has neither accounts nor limits. It accepts
# HTTP with a token, and forwards what the studio allows.
#   relay.py                   serves, with the relay.json next to this file
#   relay.py --config FILE     serves with another configuration
#   relay.py check             shows what the configuration allows, and whether afserver answers
import sys

if sys.version_info < (3, 9):
    sys.exit("The Afanasy relay of Kitsu Actions needs Python 3.9 or later.")

from afanasy_relay.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
