//! Asks git for the commit that is built, which `quanta --version` and records name.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=QUANTA_COMMIT");
    let given = std::env::var("QUANTA_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = given.or_else(commit).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo:rustc-env=QUANTA_COMMIT={commit}");
    // Whether the sources are those of the commit can change with any of them; the crate is compiled
    // anew then anyway.
    for path in ["build.rs", "Cargo.toml", "src"] {
        println!("cargo:rerun-if-changed={path}");
    }
}

/// The commit's short name, with `-dirty` where what this crate is built from is not as committed;
/// nothing where there is no git, or no repository of this project.
fn commit() -> Option<String> {
    let crate_folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    let project = crate_folder.parent()?.canonicalize().ok()?;
    // An archive of the sources may lie within another repository, whose commit says nothing.
    if Path::new(&git(&["rev-parse", "--show-toplevel"])?).canonicalize().ok()? != project {
        return None;
    }
    // What changes with the commit that is checked out: HEAD, its log, and the branch that it names. A
    // path that does not exist would make every build run this again.
    let branch = git(&["symbolic-ref", "-q", "HEAD"]);
    for name in ["HEAD", "logs/HEAD"].into_iter().chain(branch.as_deref()) {
        let path = git(&["rev-parse", "--git-path", name]).map(|path| crate_folder.join(path));
        if let Some(path) = path.filter(|path| path.exists()) {
            println!("cargo:rerun-if-changed={}", path.display());
        }
    }
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changes = git(&["status", "--porcelain", "--untracked-files=no", "--", ".", "../Cargo.lock"]).unwrap_or_default();
    Some(if changes.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// What git prints, where it succeeds.
fn git(arguments: &[&str]) -> Option<String> {
    // No optional locks: the build must not disturb what someone else does in the repository.
    let output = Command::new("git").arg("--no-optional-locks").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}
