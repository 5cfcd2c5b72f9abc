#!/bin/sh
# Installs Debian's nginx, behind which the desk is tested.
set -eu
if [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null 2>&1; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "no nginx and no apt-get: install nginx for the tests of the desk behind a proxy" >&2
    exit 1
fi
echo "installing nginx for the tests of the desk behind a proxy" >&2
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends nginx-light >/dev/null
