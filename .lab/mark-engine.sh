# Trunk runs this after a build. It writes a checksum of the engine's two files into the start script's
# element.
set -eu
cd "$TRUNK_STAGING_DIR"
content=$(cat worker.js worker_bg.wasm | cksum | tr ' ' -)
sed "s/<script [^>]*id=\"start\"/& data-engine=\"$content\"/" index.html >index.html.new
mv index.html.new index.html
grep -q "data-engine=\"$content\"" index.html
