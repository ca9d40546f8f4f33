# Run by Trunk before a build: compiles the page, takes it apart into what starts it and what each page
# loads when it is opened (.lab/split says how), and puts that into the site.
set -eu
cargo rustc --locked --profile page --target wasm32-unknown-unknown -p quanta-app --bin app \
    --no-default-features --features ui -- -C link-arg=--emit-relocs
quanta-split "${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/page/app.wasm" "$TRUNK_STAGING_DIR"
