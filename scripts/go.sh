#!/bin/sh
# Installs Go and its note and tlog packages from Debian, which the tests of interoperation check against.
set -eu
if command -v go >/dev/null 2>&1 && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "no Go with golang.org/x/mod and no apt-get: those tests will be left out" >&2
    exit 0
fi
echo "installing Go for the tests of interoperation" >&2
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
    golang-go golang-golang-x-mod-dev >/dev/null
