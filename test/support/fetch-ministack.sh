#!/usr/bin/env bash
# Installs MiniStack, a real engine of SQS, for the tests of queue mode: pinned, and checked against its hashes.
#
# It goes into a cache outside of the checkout, where `real-tools.ts` finds it. Needs Python with venv, and pip reaches
# its index as on any other day: mirrors and proxies are settings of pip.
set -euo pipefail

pins="$(dirname "$0")/ministack.txt"
folder="${XDG_CACHE_HOME:-$HOME/.cache}/staffprobot/ministack"

# The copy of the pins comes last: with it, the installation is whole.
if cmp -s "$pins" "$folder/pins.txt"; then exit 0; fi

rm -rf "$folder"
mkdir -p "$folder"
python3 -m venv "$folder"
if ! log=$("$folder/bin/pip" install --quiet --no-input --require-hashes --only-binary :all: -r "$pins" 2>&1); then
  reason=$(grep -m 1 '^ERROR' <<<"$log" || tail -n 1 <<<"$log")
  echo "MiniStack, the real queue of the tests, cannot be installed ($reason): does pip reach its index?" >&2
  exit 1
fi
cp "$pins" "$folder/pins.txt"
