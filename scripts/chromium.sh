#!/bin/sh
# Installs Debian's Chromium, in which the desk's pages are tested.
set -eu
if command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "no chromium and no apt-get: install Chromium for the tests of the desk's pages" >&2
    exit 1
fi
echo "installing Chromium for the tests of the desk's pages" >&2
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium >/dev/null
