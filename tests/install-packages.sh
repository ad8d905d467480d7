#!/bin/sh
# The Debian packages that the browser tests need, R and PSPP, which read exported tables, and with
# STANDPUNKT_STRESS the PostgreSQL that thirty coders work on. Where this is not root on Debian, those tests
# are skipped, counted and named.
set -eu
wanted=""
if ! command -v chromium >/dev/null 2>&1 || ! command -v chromedriver >/dev/null 2>&1; then
    wanted="chromium chromium-driver fonts-dejavu-core"
fi
if ! command -v Rscript >/dev/null 2>&1; then
    wanted="$wanted r-base-core"
fi
if ! command -v pspp >/dev/null 2>&1; then
    wanted="$wanted pspp"
fi
if [ -n "${STANDPUNKT_STRESS:-}" ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    wanted="$wanted postgresql"
fi
if [ -z "$wanted" ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "missing and cannot be installed here: $wanted; the tests that need it will be skipped" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # several packages
apt-get install -y -qq --no-install-recommends $wanted >/dev/null
