//! Takes the page's wasm apart: the part that starts the page, and one part for each page that is
//! loaded when it is opened. The split points are the functions marked `wasm_split` in the source.
//!
//! Usage: `quanta-split APP.wasm FOLDER`. `APP.wasm` comes from cargo, with its names and with
//! relocations (`--emit-relocs`). `wasm-bindgen` is taken from `PATH`. The result is a new folder
//! `FOLDER/app-HASH`, whose name is printed: `app.js` and `app_bg.wasm`, which start the page;
//! `split.js`, which loads the other parts; the parts; and `pages.txt`, which lists the files of each
//! page. All files of a build share one folder with one hash, because each part holds addresses that
//! only the other parts of the same build agree with.

mod number;
mod strip;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use wasm_split_cli_support::{Options, transform};

/// The name of the script, and of its wasm, that start the page.
const NAME: &str = "app";

fn main() -> Result<()> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [input, folder] = arguments.as_slice() else { bail!("usage: quanta-split APP.wasm FOLDER") };
    let (input, folder) = (Path::new(input), Path::new(folder));

    let work = folder.join("app-unfinished");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    let pages = split(input, &work).with_context(|| format!("splitting {}", input.display()))?;
    ensure!(!pages.is_empty(), "{} has no split points: was it built with its names and --emit-relocs?", input.display());
    fs::write(work.join("pages.txt"), list(&pages))?;

    let files = files_in(&work)?;
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "wasm")) {
        let stripped = strip::unneeded(&fs::read(file)?).with_context(|| format!("stripping {}", file.display()))?;
        fs::write(file, stripped)?;
    }
    let (script, wasm) = (work.join(format!("{NAME}.js")), work.join(format!("{NAME}_bg.wasm")));
    let (mut script_bytes, mut wasm_bytes) = (fs::read(&script)?, fs::read(&wasm)?);
    number::imports(&mut script_bytes, &mut wasm_bytes);
    fs::write(script, script_bytes)?;
    fs::write(wasm, wasm_bytes)?;
    let name = format!("app-{:016x}", hash(&files)?);
    let finished = folder.join(&name);
    if finished.exists() {
        fs::remove_dir_all(&finished)?;
    }
    fs::rename(&work, &finished)?;
    println!("{name}");
    Ok(())
}

/// Splits `input` into the folder `work` and binds the main part to JavaScript. Returns the wasm files
/// of each page beside the main one.
fn split(input: &Path, work: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let wasm = fs::read(input)?;
    // The unbound main part stays beside the input; wasm-bindgen writes the bound one.
    let main = input.with_file_name(format!("{NAME}-main.wasm"));
    let script = format!("./{NAME}.js");
    let mut options = Options::new(&wasm);
    options.output_dir = work;
    options.main_out_path = &main;
    options.main_module = &script;
    options.link_name = "./split.js";
    // The crate's error is an eyre report, with its causes in the alternate form.
    let split = transform(options).map_err(|error| anyhow::anyhow!("{error:#}"))?;
    bind(&main, work)?;
    // One name a page, the files in the order in which they are fetched.
    Ok(split
        .prefetch_map
        .into_iter()
        .map(|(page, files)| (page, files.into_iter().map(|file| file + ".wasm").collect()))
        .collect())
}

/// Runs wasm-bindgen on the main part. The parts import from it by the linker's names, so those are kept.
fn bind(main: &Path, folder: &Path) -> Result<()> {
    let status = Command::new("wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--no-demangle"])
        .args(["--remove-name-section", "--remove-producers-section", "--out-name", NAME, "--out-dir"])
        .arg(folder)
        .arg(main)
        .status()
        .context("starting wasm-bindgen")?;
    ensure!(status.success(), "wasm-bindgen failed on {}: {status}", main.display());
    Ok(())
}

/// One line a page: its name, then its files.
fn list(pages: &BTreeMap<String, Vec<String>>) -> String {
    pages.iter().map(|(page, files)| format!("{page} {}\n", files.join(" "))).collect()
}

/// Every file under a folder, in a fixed order.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_in(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

/// A hash (FNV-1a, 64 bits) over the contents of the files.
fn hash(files: &[PathBuf]) -> Result<u64> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        for byte in fs::read(file)? {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(hash)
}
