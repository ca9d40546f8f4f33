//! The site that the browsers open: the built page, in some of them with a script that watches it.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use quanta_tests::server::{self, Site};

use super::Name;

/// The path under which the page is served.
const BASE: &str = "/some/where/";

/// The script of a watched page.
const WATCH: &str = include_str!("watch.js");

/// The script that does what must be noticed.
const FAULTS: &str = include_str!("faults.js");

/// The worker's script that counts the answers of helpers.
const COUNTED_WORKER: &str = include_str!("counted-worker.js");

/// Returns the folder of the built page: `QUANTA_DIST` or `dist/`.
fn dist() -> PathBuf {
    let dist = env::var_os("QUANTA_DIST").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist"), PathBuf::from);
    assert!(dist.join("index.html").is_file(), "there is no page in {}: run `./lab build` first", dist.display());
    dist.canonicalize().expect("the page's folder")
}

/// The folder of the site of a browser with that home.
pub fn folder(home: &Path) -> PathBuf {
    home.join("site")
}

/// Serves the built page on a free port and returns its address. Chromium's driver tells what is
/// written to the console; for the other browsers page and worker begin with a script that watches it.
pub fn serve(name: Name, home: &Path) -> String {
    let root = folder(home);
    copy(&dist(), &root, name != Name::Chromium);
    let listener = server::listen("127.0.0.1", 0).expect("a port for the page");
    let address = format!("http://{}{BASE}", listener.local_addr().expect("an address"));
    let site = Site { root, base: BASE.into() };
    std::thread::spawn(move || server::serve(&listener, site));
    address
}

/// Makes a folder with links to the site's files, and the tests' scripts beside them.
fn copy(dist: &Path, folder: &Path, watched: bool) {
    let begins = |file: &str, old: &str, new: &str| {
        let text = fs::read_to_string(dist.join(file)).expect("a file of the page");
        assert!(text.contains(old), "there is no {old:?} in {file}");
        fs::write(folder.join(file), text.replacen(old, new, 1)).expect("a file of the watched page");
    };
    fs::create_dir(folder).expect("a folder for the site");
    for (file, text) in [("faults.js", FAULTS), ("counted-worker.js", COUNTED_WORKER)] {
        fs::write(folder.join(file), text).expect("a script");
    }
    if watched {
        fs::write(folder.join("watch.js"), WATCH).expect("a script");
        begins("index.html", "<head>", "<head>\n  <script src=\"watch.js\"></script>");
        begins("start-worker.js", "", "import \"./watch.js\";\n");
    }
    for entry in fs::read_dir(dist).expect("the page's files").map_while(Result::ok) {
        let link = folder.join(entry.file_name());
        if !link.exists() {
            symlink(entry.path(), link).expect("a link to a file of the page");
        }
    }
}
