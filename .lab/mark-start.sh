# Run by Trunk after a build: writes into the start script's element where the page is and what the
# checksums of the workers' programs are, and lets the browser fetch the page's files at once.
set -eu
cd "$TRUNK_STAGING_DIR"
page=$(echo app-*)
checksum() {
    cat "$1.js" "$1_bg.wasm" | cksum | tr ' ' -
}
engine=$(checksum worker)
analyst=$(checksum analyst)
test -f "$page/app.js"
sed "s|<script [^>]*id=\"start\"|<link rel=\"modulepreload\" href=\"$page/app.js\">\\
  <link rel=\"modulepreload\" href=\"$page/split.js\">\\
  <link rel=\"preload\" href=\"$page/app_bg.wasm\" as=\"fetch\" type=\"application/wasm\" crossorigin>\\
  & data-js=\"$page/app.js\" data-wasm=\"$page/app_bg.wasm\" data-engine=\"$engine\" data-analyst=\"$analyst\"|" index.html >index.html.new
mv index.html.new index.html
grep -q "data-engine=\"$engine\"" index.html
