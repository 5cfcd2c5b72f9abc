#!/bin/sh
# Installs R and its survival package from Debian, which the statistics are checked against.
set -eu
if command -v Rscript >/dev/null 2>&1 && Rscript -e 'library(survival); library(jsonlite)' >/dev/null 2>&1; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "no R and no apt-get: the statistics will not be compared with R" >&2
    exit 0
fi
echo "installing R for the comparison of the statistics" >&2
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
    r-base-core r-cran-survival r-cran-jsonlite >/dev/null
