#!/bin/sh
# Copies the state of a running service: backup.sh /var/lib/private/kitsu-actions backup.tar
# The worker is held for as long as that takes, and calls wait. The copy is what a power cut at that
# moment would have left, from which the service starts.
set -eu
state=$1 archive=$2
worker=$(cat "$state/worker.pid")
trap 'kill -CONT "$worker"' EXIT
kill -STOP "$worker"
tar -C "$state" --exclude ./lock --exclude ./lock-journal --exclude ./worker.pid --exclude '*.sock' -cf "$archive.new" .
mv "$archive.new" "$archive"
