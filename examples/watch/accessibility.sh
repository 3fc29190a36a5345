#!/bin/sh
# Holds the status page against axe-core's rules in a headless Chromium: on a desk and on a phone, light and dark. Prints each
# violation; ends with 0 where there is none. Needs curl, chromium and `npm install axe-core`.
#
#     examples/watch/accessibility.sh http://127.0.0.1:9464/
set -eu
address=${1:?the address of the status page}
axe=${AXE:-node_modules/axe-core/axe.min.js}
chromium=${CHROMIUM:-chromium}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The page's own policy forbids scripts of others. It is a header, so a copy in a file is free of it.
{
    curl -sf "$address"
    printf '<script>'
    cat "$axe"
    printf '</script><script>axe.run().then(told => { document.documentElement.innerHTML = "<pre id=told></pre>";'
    printf 'document.getElementById("told").textContent = "rules passed: " + told.passes.length + "\\nviolations: " + told.violations.length +'
    printf 'told.violations.map(v => "\\n" + v.id + ": " + v.help + v.nodes.map(n => "\\n    " + n.target)).join(""); })</script>'
} > "$work/page.html"
failed=0
for look in "1280,900" "390,844" "1280,900 --force-dark-mode" "390,844 --force-dark-mode"; do
    # shellcheck disable=SC2086  # size and mode are two arguments
    told=$("$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --virtual-time-budget=20000 \
        --window-size=$look --dump-dom "file://$work/page.html" 2>/dev/null | sed -n '/rules passed/,/<\/pre>/p' | sed 's/<[^>]*>//g')
    printf '%s\n%s\n' "== $look" "$told"
    printf '%s\n' "$told" | grep -qx 'violations: 0' || failed=1
done
exit $failed
