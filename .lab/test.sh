# Part of `lab`: runs the tests and the checks in stages.

# stage NAME COMMAND...: runs a command, and records its output, its result and its duration.
stage() {
    local name=$1 begin=$SECONDS status=0
    shift
    say "$name"
    "$@" </dev/null 2>&1 | tee "$LOGS/$name.log" || status=1
    STAGES="$STAGES$(printf '    %-12s %-6s %4d s' "$name" "$([ $status = 0 ] && echo passed || echo FAILED)" $((SECONDS - begin)))
"
    [ $status = 0 ] || FAILED=1
}

native_test() {
    local status=0
    CARGO_TARGET_DIR=$NATIVE_TARGET cargo test --locked --release --no-fail-fast -p quanta-core -p quanta-app -p quanta-tests || status=1
    # On its own: cargo unites features over what it builds, and would build the engine a second time.
    CARGO_TARGET_DIR=$NATIVE_TARGET cargo test --locked --profile tool -p quanta-split || status=1
    return $status
}

# Runs the known-answer tests in the engine's build, in a worker of a headless browser.
wasm_test() {
    wasm_env env CHROMEDRIVER="$CHROMEDRIVER" WASM_BINDGEN_TEST_WEBDRIVER_JSON="$PWD/tests/webdriver.json" \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$TOOLS/bin/wasm-bindgen-test-runner" WASM_BINDGEN_TEST_TIMEOUT=300 \
        cargo test --locked --profile wasm --target $WASM -p quanta-app --no-default-features --features engine --test wasm
}

# Runs the browser tests, one at a time, because they train.
browser_test() {
    build_site && check_sizes && check_paths && QUANTA_DIST="$PWD/dist" QUANTA_AXE="$TOOLS/node/node_modules/axe-core/axe.min.js" CARGO_TARGET_DIR=$NATIVE_TARGET \
        cargo test --locked --release -p quanta-core -p quanta-tests --test browser -- --ignored --test-threads=1
}

# run_tests [NAME...]: sets up, and runs the kinds of tests, all of them unless some are named.
run_tests() {
    [ $# -gt 0 ] || set -- native wasm browser
    run_stages test "native wasm browser" "$@"
}

# run_stages KIND KNOWN NAME...: sets up for `test` or `check`, runs each NAME_KIND as a stage, and prints
# their results and times, and the counts of tests. Exits with 1 if one failed.
run_stages() {
    local kind=$1 known=$2 begin=$SECONDS name
    shift 2
    for name in "$@"; do
        case " $known " in *" $name "*) ;; *) die "unknown stage '$name': the stages are $known" 2 ;; esac
    done
    STAGES= FAILED=0
    LOGS=$(mktemp -d)
    trap 'rm -rf "$LOGS"' EXIT
    setup "$kind"
    STAGES="$(printf '    %-12s %-6s %4d s' set-up done $((SECONDS - begin)))
"
    for name in "$@"; do
        stage "$name" "${name}_$kind"
    done
    say "$((SECONDS - begin)) seconds in total"
    printf '%s' "$STAGES"
    [ "$kind" != test ] || count_tests
    exit $FAILED
}

# Adds up the counts that the test runners print.
count_tests() {
    awk '/^test result:/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) passed += $(i - 1); if ($i ~ /^failed/) failed += $(i - 1) } }
         END { printf "%d passed, %d failed\n", passed, failed }' "$LOGS"/*.log
}
