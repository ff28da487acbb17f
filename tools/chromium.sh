#!/bin/sh
# Installs what the browser tests need where it is missing and may be installed; else says why they will be skipped.
set -u
find_chromium() { command -v chromium || command -v chromium-browser; }
find_chinese() { fc-list :lang=zh 2>/dev/null | grep -q .; }

if find_chromium >/dev/null && find_chinese; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Browser tests need chromium and fonts-noto-cjk; without root and apt they cannot be installed here." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing chromium and fonts-noto-cjk"
{ apt-get update && apt-get install --yes --no-install-recommends chromium fonts-noto-cjk fontconfig; } >/tmp/apt.log 2>&1 || {
    echo "apt could not install chromium; the browser tests will be skipped:" >&2
    tail -3 /tmp/apt.log >&2
}
exit 0
