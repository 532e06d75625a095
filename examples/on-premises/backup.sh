#!/bin/sh
# Copies the state of a running service: backup.sh /var/lib/private/kitsu-actions backup.tar
# The worker is held for as long as that takes, and calls wait. The copy is what a power cut at that
# moment would have left, from which the service starts.
set -eu
state=$1 archive=$2
worker=$(cat "$state/worker.pid")
# The service itself stops the worker for milliseconds now and then. One at a time.
tries=0
until mkdir "$state/pause" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "Is another backup running? If not: rmdir $state/pause" >&2; exit 1; }
  sleep 0.1
done
trap 'kill -CONT "$worker"; rmdir "$state/pause"' EXIT
kill -STOP "$worker"
tar -C "$state" --exclude ./lock --exclude ./lock-journal --exclude ./worker.pid --exclude ./pause --exclude '*.sock' -cf "$archive.new" .
mv "$archive.new" "$archive"
