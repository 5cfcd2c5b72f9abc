#!/bin/sh
# Installs a Java runtime from Debian (17 or later), on which Spark runs in the trials.
set -eu
if command -v java >/dev/null 2>&1 && java -version 2>&1 | grep -Eq 'version "(1[7-9]|[2-9][0-9])'; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "no Java and no apt-get: the trials of Spark will be left out" >&2
    exit 0
fi
echo "installing a Java runtime for the trials of Spark" >&2
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
    default-jre-headless >/dev/null
