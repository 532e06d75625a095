#!/usr/bin/env python3
# Starts the right application when an artist runs an action in Kitsu. The desktop passes the link.
#   handler.py check           shows what the configuration allows
#   handler.py register        registers the handler for links
#   handler.py studio://...    opens a link
import sys

if sys.version_info < (3, 9):
    sys.exit("Kitsu Actions' handler needs Python 3.9 or later.")
sys.dont_write_bytecode = True  # the folder may be on a share that artists can't write to

from kitsu_handler.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
