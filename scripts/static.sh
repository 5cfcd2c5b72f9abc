#!/bin/sh
# Fetches the U.S. Web Design System's files into the desk's static folder, pinned by version and hash.
set -eu
version=3.14.0
sha512=kwZ50TqGszxj3+MQhm+c84hI0y8rIKoc7ZLKbuHg+8rTkFisp9lXOMRD2wclyyuYZahpADxMvaPong7bwL7cew==
here=$(cd "$(dirname "$0")/.." && pwd)
target=$here/src/evenhand/desk/static/uswds
# What is there was made by this very script, or is made anew.
made=$(cksum <"$here/scripts/static.sh")
if [ "$(cat "$target/.made" 2>/dev/null)" = "$made" ]; then exit 0; fi
if ! command -v npm >/dev/null 2>&1; then
    echo "npm is missing: installing it" >&2
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends npm >/dev/null
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "@uswds/uswds@$version" >/dev/null)
archive=$work/uswds-uswds-$version.tgz
found=$(python3 -c 'import base64, hashlib, sys
print(base64.b64encode(hashlib.sha512(open(sys.argv[1], "rb").read()).digest()).decode())' "$archive")
[ "$found" = "$sha512" ] || { echo "$archive is not the file that was expected" >&2; exit 1; }
tar xzf "$archive" -C "$work"
rm -rf "$target" "$target.new"
mkdir -p "$target.new/css" "$target.new/js"
cp "$work/package/dist/css/uswds.min.css" "$target.new/css/"
cp "$work/package/dist/js/uswds.min.js" "$work/package/dist/js/uswds-init.min.js" "$target.new/js/"
cp -r "$work/package/dist/fonts" "$work/package/dist/img" "$target.new/"
cp "$work/package/LICENSE.md" "$target.new/"
# Only what browsers of today read, and none of 2,000 icons that neither the style sheet nor a page shows.
find "$target.new/fonts" -type f ! -name '*.woff2' -delete
for unused in material-icons material-icons-deprecated uswds-icons favicons; do
    rm -rf "$target.new/img/$unused"
done
sed -i 's|/\*# sourceMappingURL=.*\*/||' "$target.new/css/uswds.min.css"
sed -i 's|//# sourceMappingURL=.*||' "$target.new/js/"*.js
echo "$made" >"$target.new/.made"
mv "$target.new" "$target"
