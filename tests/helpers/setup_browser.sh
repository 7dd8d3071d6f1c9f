#!/usr/bin/env bash
# Makes sure that the browser tests have a Chromium, if that can be done here.
# Usage: tests/helpers/setup_browser.sh [python]    (a python that has Playwright)
# Always ends with success: without a browser those tests are skipped, and this says why.
set -uo pipefail

python=${1:-python3}
say() { echo "browser tests: $*"; }

# Not every system has `timeout` (macOS has none).
bounded() {
  local seconds=$1
  shift
  if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# The Python is named from the folder that `make` runs in, which is the root of the sources.
root=$(dirname "$0")/../..
ask() { PYTHONPATH=$root "$python" "$@"; }

# axe-core looks for faults of accessibility; the tests ask the same function where it is.
axe=$(ask -c "from tests.helpers.axe import axe_script; print(axe_script())") || axe=
if [ -n "$axe" ] && [ ! -f "$axe" ]; then
  if ! command -v npm >/dev/null; then
    say "accessibility will not be checked: npm, which fetches axe-core, is missing"
  elif ! bounded 120 npm install --no-save --no-fund --no-audit --silent \
    --prefix "${axe%/node_modules/*}" axe-core@4 >/dev/null 2>&1; then
    say "accessibility will not be checked: npm could not fetch axe-core"
  fi
fi

if [ -n "${CHROMIUM:-}" ]; then
  if [ -x "$CHROMIUM" ]; then
    say "using $CHROMIUM (from CHROMIUM)"
  else
    say "will be skipped: CHROMIUM names $CHROMIUM, which is not a program"
  fi
  exit 0
fi

# The tests ask the same function, so that both always agree.
find_chromium() { ask -m tests.helpers.browser; }

if found=$(find_chromium); then
  say "using $found"
  exit 0
fi

as_root=
can_install=no
if [ "$(id -u)" = 0 ]; then
  can_install=yes
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  can_install=yes
  as_root="sudo -n"
fi

if command -v apt-get >/dev/null && [ "$can_install" = yes ]; then
  say "installing Chromium with apt-get"
  log=$(mktemp)
  if bounded 120 $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=60 update >"$log" 2>&1 &&
    bounded 300 $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -q -o DPkg::Lock::Timeout=60 install -y --no-install-recommends chromium \
      >>"$log" 2>&1 && found=$(find_chromium); then
    rm -f "$log"
    say "using $found"
    exit 0
  fi
  say "apt-get could not install it; its last lines:"
  tail -n 3 "$log"
  rm -f "$log"
fi

say "trying Playwright's own Chromium"
if bounded 300 "$python" -m playwright install chromium >/dev/null 2>&1 &&
  found=$(find_chromium); then
  say "using $found"
  exit 0
fi

say "will be skipped: no Chromium found, and none could be installed." \
  "Install Chromium or Chrome, or name it: CHROMIUM=/path/to/chromium make test"
exit 0
