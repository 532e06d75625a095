#!/usr/bin/env python3
# Starts the right application when somebody clicks in Kitsu. The desktop calls it with one argument, the link.
#   handler.py check           what the configuration allows
#   handler.py register        makes the desktop send links here
#   handler.py studio://...    opens one link
import sys

if sys.version_info < (3, 9):
    sys.exit("Kitsu Actions' handler needs Python 3.9 or later.")
sys.dont_write_bytecode = True  # the folder may be on a share, and is the studio's, not the artist's

from kitsu_handler.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
