# Part of `lab`: finds, lists and installs what a command needs.

say() {
    printf '==> %s\n' "$*"
}

die() {
    printf 'lab: %s\n' "$1" >&2
    exit "${2:-1}"
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# at_least HAVE WANT: whether version HAVE is at least WANT; versions have up to three numbers.
at_least() {
    awk -v have="$1" -v want="$2" 'BEGIN {
        split(have, h, "."); split(want, w, ".")
        for (i = 1; i <= 3; i++) if (h[i] + 0 != w[i] + 0) exit !(h[i] + 0 > w[i] + 0)
    }'
}

# Prints a program's version: the first word of its --version that begins with a digit.
version_of() {
    "$@" --version 2>/dev/null | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]/) { print $i; exit } }'
}

# Prints the path of the first of the given programs that is installed.
first_of() {
    local name
    for name in "$@"; do
        if has "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# ---- Rust ----

# Finds a cargo that is new enough, and puts its folder first on PATH, so that its rustc is used too.
find_rust() {
    local cargo
    for cargo in "$(command -v cargo || true)" "$HOME/.cargo/bin/cargo" /usr/bin/cargo; do
        if [ -x "$cargo" ] && at_least "$(version_of "$cargo")" "$RUST_VERSION"; then
            PATH=$(dirname "$cargo"):$PATH
            return
        fi
    done
    return 1
}

wasm_library_installed() {
    has rustc && [ -d "$(rustc --print sysroot)/lib/rustlib/$WASM/lib" ]
}

# Whether Debian's Rust, the standard library's source and a linker are installed, which are enough to
# build the library for wasm32.
source_ready() {
    [ -x /usr/bin/cargo ] && at_least "$(version_of /usr/bin/cargo)" "$RUST_VERSION" &&
        [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/std" ] && [ -x $DEBIAN_LINKER ]
}

# Decides where wasm32's standard library comes from: `rust` (downloaded by rustup) or `source`. Tries
# the download first, and remembers if it failed.
choose_wasm_library() {
    WASM_LIBRARY=source
    if wasm_library_installed; then
        WASM_LIBRARY=rust
    elif [ ! -e "$LAB_HOME/wasm-from-source" ] && has rustup; then
        say "Adding Rust's $WASM target, which the page is compiled for"
        if with_timeout 180 rustup target add $WASM && wasm_library_installed; then
            WASM_LIBRARY=rust
        else
            say "Rust's servers could not be reached: the standard library will be built from Debian's source instead"
            mkdir -p "$LAB_HOME" && touch "$LAB_HOME/wasm-from-source"
        fi
    fi
}

# Runs a command with a time limit in seconds, if the system has `timeout`.
with_timeout() {
    local limit=$1 timeout
    shift
    if timeout=$(first_of timeout gtimeout); then "$timeout" "$limit" "$@"; else "$@"; fi
}

# Runs a command in the environment for wasm32 builds. Removes flags from the environment, because they
# would replace those in .cargo/config.toml, and NO_COLOR, whose usual values Trunk cannot parse.
wasm_env() {
    local path=$TOOLS/bin:$PATH
    local -a source=()
    if [ "$WASM_LIBRARY" = source ]; then
        # RUSTC_BOOTSTRAP allows building the standard library, an unstable feature of cargo. Native
        # code is built with stable Rust.
        path=$TOOLS/bin:/usr/bin:$PATH
        source=(RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$DEBIAN_LINKER)
    fi
    # cargo adds these flags to those of .cargo/config.toml.
    env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u NO_COLOR PATH="$path" CARGO_TARGET_DIR="$WASM_TARGET" \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(remap_flags)" ${source[@]+"${source[@]}"} "$@"
}

# Prints the flags that keep this machine's folders out of the panic messages of crates. Those of this
# workspace are compiled by relative paths, so the flags, and with them what cargo has built, are the
# same in every clone. cargo splits such flags at spaces: a folder with one in its name stays as it is.
remap_flags() {
    local folder
    for folder in "${CARGO_HOME:-$HOME/.cargo}=cargo" "${RUSTUP_HOME:-$HOME/.rustup}=rustup"; do
        case $folder in *[[:space:]]*) ;; *) printf -- '--remap-path-prefix=%s ' "$folder" ;; esac
    done
}

# ---- System packages ----

# Finds a Chromium and its driver, and sets CHROME and CHROMEDRIVER unless they are set already.
find_browser() {
    CHROME=${CHROME:-$(first_of chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" || true)}
    CHROMEDRIVER=${CHROMEDRIVER:-$(first_of chromedriver chromium.chromedriver || true)}
    export CHROME CHROMEDRIVER
    [ -n "$CHROME" ] && [ -n "$CHROMEDRIVER" ]
}

# Finds a Firefox, and sets FIREFOX unless it is set already. Its driver is one of the lab's tools.
find_firefox() {
    FIREFOX=${FIREFOX:-$(first_of firefox-esr firefox "/Applications/Firefox.app/Contents/MacOS/firefox" || true)}
    export FIREFOX GECKODRIVER="$TOOLS/bin/geckodriver"
    [ -n "$FIREFOX" ]
}

vulkan_driver() {
    local driver
    for driver in /usr/share/vulkan/icd.d/*.json /etc/vulkan/icd.d/*.json; do
        if [ -e "$driver" ]; then
            echo "$driver"
            return
        fi
    done
    return 1
}

scheduler() {
    PATH=$PATH:/usr/sbin command -v slurmctld
}

# The README's loader of runs is tested where Python has NumPy: the one that is named, the first on the
# path, or the system's.
has_numpy() {
    local python
    for python in ${QUANTA_PYTHON:-python3 /usr/bin/python3}; do
        ! "$python" -c "import numpy" 2>/dev/null || return 0
    done
    return 1
}

# missing_packages build|test|check: prints Debian's names of the packages that are missing.
missing_packages() {
    has cc || echo gcc libc6-dev
    [ "$1" != check ] || { find_rust >/dev/null || echo "$DEBIAN_RUST"; return 0; }
    has brotli || has node || echo brotli
    if ! find_rust >/dev/null || { [ "$WASM_LIBRARY" = source ] && ! source_ready; }; then
        echo "$DEBIAN_RUST"
    fi
    [ "$1" = test ] || return 0
    find_browser || if [ "$(os_id)" = ubuntu ]; then echo chromium-browser chromium-chromedriver; else echo chromium chromium-driver; fi
    has npm || echo npm
    missing_browsers
    [ "$(uname)" != Linux ] || vulkan_driver >/dev/null || echo mesa-vulkan-drivers
    # Slurm comes with daemons, so it is installed only where every test is asked for. Its test reports
    # if it is missing.
    [ -z "${CI:-}${QUANTA_REQUIRE_ALL:-}" ] || scheduler >/dev/null || echo slurm-wlm
    [ -z "${CI:-}${QUANTA_REQUIRE_ALL:-}" ] || has_numpy || echo python3-numpy
}

# Prints the packages of the other browsers that the page is tested in. Only Linux has WebKitGTK; where a
# browser is missing, its tests report it.
missing_browsers() {
    [ "$(uname)" = Linux ] || return 0
    find_firefox || if [ "$(os_id)" = ubuntu ]; then echo firefox; else echo firefox-esr; fi
    has WebKitWebDriver || echo webkit2gtk-driver
    has Xvfb || echo xvfb
}

os_id() {
    if [ -r /etc/os-release ]; then (. /etc/os-release && echo "${ID:-}"); else uname; fi
}

# Installs packages with apt, as root or through sudo. If that is not possible, prints the command and
# stops.
install_packages() {
    local sudo= install="apt-get install -y --no-install-recommends $*"
    [ $# -gt 0 ] || return 0
    if ! has apt-get; then
        die "missing: $* (Debian's names). Install the equivalent packages with this system's package manager$(brew_hint), then run ./lab again." 3
    fi
    if [ "$(id -u)" != 0 ]; then
        # sudo can ask for a password only at a terminal.
        if has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            sudo=sudo
        else
            die "these packages are missing and installing them needs root: $*
Run this as root, then ./lab again:

    apt-get update && $install
" 3
        fi
    fi
    say "Installing $* with apt-get"
    $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive $install || die "apt-get could not install: $*"
}

brew_hint() {
    [ "$(uname)" != Darwin ] || printf ' (brew install brotli node; brew install --cask google-chrome chromedriver; Rust from rustup.rs)'
}

# ---- Tools ----

# install_tool CRATE VERSION WHY FLAG...: installs a tool from source into the lab's folder. Turns off
# link-time optimisation, which takes minutes for Trunk and does not make it faster here.
install_tool() {
    local crate=$1 version=$2 why=$3 program=${1%-cli}
    shift 3
    [ "$(version_of "$TOOLS/bin/$program")" != "$version" ] || return 0
    say "Installing $crate $version, $why"
    CARGO_TARGET_DIR=$LAB_HOME/target/tools CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo install "$crate" --version "$version" --root "$TOOLS" "$@" || die "$crate $version could not be installed"
    rm -rf "$LAB_HOME/target/tools"
}

# Whether rustfmt and clippy are there; with rustup their names are, even where they are not.
linters_ready() {
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1
}

# Finds rustfmt and clippy beside the cargo in use, and installs cargo-deny: unoptimised, because it runs
# for seconds.
install_linters() {
    linters_ready || ! has rustup || rustup component add rustfmt clippy
    linters_ready ||
        die "rustfmt and clippy are needed: rustup component add rustfmt clippy, or apt-get install rustfmt-web rust-web-clippy" 3
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 install_tool cargo-deny "$DENY_VERSION" "which checks licences (about 2 minutes)" --locked
}

install_axe() {
    [ "$(axe_version)" != "$AXE_VERSION" ] || return 0
    say "Installing axe-core $AXE_VERSION, which audits the page's accessibility"
    npm install --prefix "$TOOLS/node" --no-save --ignore-scripts --no-audit --no-fund "axe-core@$AXE_VERSION"
}

axe_version() {
    sed -n 's/^ *"version": "\(.*\)",*$/\1/p' "$TOOLS/node/node_modules/axe-core/package.json" 2>/dev/null | head -n 1
}

# Fetches all crates. Without a network, continues offline if all are already downloaded.
fetch_crates() {
    if ! cargo fetch --locked --quiet; then
        cargo fetch --locked --quiet --offline || die "some crates are missing and could not be fetched"
        say "Crates could not be fetched, but all are already downloaded: continuing offline"
        export CARGO_NET_OFFLINE=true
    fi
}

# setup build|test|check: installs what a command needs. Does nothing if everything is installed.
setup() {
    local packages
    # Must come first: which packages are missing depends on the standard library's source.
    find_rust || true
    WASM_LIBRARY=
    [ "$1" = check ] || choose_wasm_library
    packages=$(missing_packages "$1" | tr '\n' ' ')
    # Unquoted, so that each name is an argument.
    install_packages $packages
    find_rust || die "Rust $RUST_VERSION or newer is needed, from https://rustup.rs or this system's packages" 3
    fetch_crates
    if [ "$1" = check ]; then
        install_linters
        return
    fi
    # No --locked, because the lock file of this version does not resolve.
    install_tool wasm-bindgen-cli "$BINDGEN_VERSION" "which joins wasm to JavaScript (about 2 minutes)"
    # Without default features Trunk neither checks for updates nor downloads tools.
    install_tool trunk "$TRUNK_VERSION" "which assembles the site (about 4 minutes)" --locked --no-default-features
    if [ "$1" = test ]; then
        install_axe
        # Unoptimised: it only passes messages on.
        ! find_firefox || CARGO_PROFILE_RELEASE_OPT_LEVEL=0 install_tool geckodriver "$GECKODRIVER_VERSION" \
            "which drives Firefox (about 3 minutes)" --locked
        find_browser || die "Chromium or chromedriver was not found, and the browser tests need both" 3
    fi
}

# ---- Doctor ----

# row NAME VERSION HOW-TO-INSTALL: prints one line of the report; an empty VERSION means missing.
row() {
    if [ -n "$2" ]; then printf '  ok       %-22s %s\n' "$1" "$2"; else printf '  missing  %-22s %s\n' "$1" "$3"; fi
}

# tool_row NAME HAVE WANT: prints the line of a tool that must have exactly version WANT.
tool_row() {
    local have=$2
    [ "$have" = "$3" ] || have=
    row "$1" "$have" "cargo install, version $3${2:+ in place of $2}"
}

doctor() {
    local library= driver
    echo "Kept in $LAB_HOME"
    echo "To build and serve the page:"
    find_rust || true
    row "Rust" "$(find_rust && version_of cargo)" "$RUST_VERSION or newer, from rustup.rs or Debian's $DEBIAN_RUST"
    if wasm_library_installed; then
        library="from rustup"
    elif source_ready; then
        library="built from Debian's source with Rust $(version_of /usr/bin/cargo)"
    fi
    row "$WASM" "$library" "rustup target add $WASM, or else apt-get install $DEBIAN_RUST"
    row "C compiler" "$(has cc && cc -dumpversion)" "apt-get install gcc libc6-dev"
    row "brotli" "$(has brotli && version_of brotli || { has node && echo "node's"; })" "apt-get install brotli"
    tool_row "wasm-bindgen-cli" "$(version_of "$TOOLS/bin/wasm-bindgen")" "$BINDGEN_VERSION"
    tool_row "trunk" "$(version_of "$TOOLS/bin/trunk")" "$TRUNK_VERSION"
    echo "To test:"
    find_browser || true
    row "Chromium" "${CHROME:+$(version_of "$CHROME")}" "apt-get install chromium"
    row "chromedriver" "${CHROMEDRIVER:+$(version_of "$CHROMEDRIVER")}" "apt-get install chromium-driver"
    row "Firefox" "$(find_firefox && version_of "$FIREFOX")" "apt-get install firefox-esr; without it, its tests are skipped"
    tool_row "geckodriver" "$(version_of "$TOOLS/bin/geckodriver")" "$GECKODRIVER_VERSION"
    if [ "$(uname)" = Linux ]; then
        row "WebKitWebDriver" "$(has WebKitWebDriver && echo "installed")" "apt-get install webkit2gtk-driver; without it, its tests are skipped"
        row "Xvfb" "$(has Xvfb && echo "installed")" "apt-get install xvfb, the screen that WebKitGTK is shown on"
    fi
    row "npm" "$(has npm && version_of npm)" "apt-get install npm"
    row "axe-core" "$([ "$(axe_version)" != "$AXE_VERSION" ] || echo "$AXE_VERSION")" "npm install axe-core@$AXE_VERSION"
    if [ "$(uname)" = Linux ]; then
        row "Vulkan driver" "$(vulkan_driver)" "apt-get install mesa-vulkan-drivers, a software driver; without a driver no native test uses a GPU"
    fi
    row "Slurm" "$(scheduler >/dev/null && echo "installed")" "optional: its test is skipped; apt-get install slurm-wlm"
    row "NumPy" "$(has_numpy && echo "installed")" "optional: the test of the README's Python is skipped; apt-get install python3-numpy"
    echo "To check:"
    row "rustfmt, clippy" "$(linters_ready && version_of cargo clippy)" "rustup component add rustfmt clippy"
    tool_row "cargo-deny" "$(version_of "$TOOLS/bin/cargo-deny")" "$DENY_VERSION"
    if [ -f dist/index.html ]; then echo "The page is built, in dist/."; else echo "The page is not built yet."; fi
}
