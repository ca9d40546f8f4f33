# Part of `lab`: checks of the code that run no test. Continuous integration runs them before the tests.

format_check() {
    cargo fmt --all --check
}

# Licences, banned crates and sources, by deny.toml. Advisories need the network: a workflow looks at them.
dependencies_check() {
    "$TOOLS/bin/cargo-deny" --locked --offline check bans licenses sources
}

# Each part with no more features than it needs: a test builds them all together, which hides what one
# of them lacks.
features_check() {
    local status=0
    clippy --lib -p quanta-core --no-default-features || status=1
    clippy --lib --tests -p quanta-core --no-default-features --features png || status=1
    clippy --lib --tests -p quanta-core --no-default-features --features pretrained || status=1
    clippy --lib --bin app -p quanta-app --no-default-features --features ui || status=1
    clippy --lib --bin analyst -p quanta-app --no-default-features --features analysis || status=1
    return $status
}

# Everything that runs natively, the engine and the tests included. What is compiled for wasm32 alone
# is not looked at.
lints_check() {
    clippy --all-targets $WHOLE && clippy --all-targets -p quanta-split
}

# With --examples, because cargo then unites features as for the lints, and need not check Burn again.
docs_check() {
    RUSTDOCFLAGS="-D warnings" CARGO_TARGET_DIR=$NATIVE_TARGET cargo doc --locked --release --no-deps --lib --examples $WHOLE
}

# What is checked as one, so that Burn is checked once. Words of their own: not quoted.
WHOLE="-p quanta-core -p quanta-app -p quanta-tests --features quanta-app/ui"

# In the tests' profile, whose build scripts and macros then serve both.
clippy() {
    CARGO_TARGET_DIR=$NATIVE_TARGET cargo clippy --locked --release "$@" -- -D warnings
}

# run_checks [NAME...]: sets up, and runs the checks, all of them unless some are named.
run_checks() {
    local known="format dependencies features lints docs"
    # Unquoted, so that each name is an argument.
    [ $# -gt 0 ] || set -- $known
    run_stages check "$known" "$@"
}
