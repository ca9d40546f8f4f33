//! Starts a browser for one test, with a new profile and its own driver on a free port, and serves the
//! built page under a sub-path, as a web host might.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use quanta_tests::server::{self, Site};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};

/// The path under which the page is served.
const BASE: &str = "/some/where/";

/// What kind of browser the test needs.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Whether to enable WebGPU, with a software adapter if there is no GPU.
    pub webgpu: bool,
    /// The window's width and height in pixels.
    pub size: (u32, u32),
}

impl Default for Kind {
    fn default() -> Self {
        Self { webgpu: true, size: (1280, 1000) }
    }
}

/// A running browser, which is closed on drop.
pub struct Browser {
    /// The connection to the browser.
    pub driver: WebDriver,
    /// The address of the page.
    pub address: String,
    _process: Driver,
    home: TempDir,
}

/// A running driver. Dropping it ends the driver and its browser.
struct Driver(Child);

impl Browser {
    /// Starts a browser.
    pub async fn start(kind: Kind) -> Self {
        let home = tempfile::tempdir().expect("a folder for the browser");
        let address = serve();
        let (process, port) = start_driver();
        let capabilities = capabilities(kind, home.path()).expect("options for the browser");
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.expect("a browser");
        driver.set_script_timeout(Duration::from_secs(60)).await.expect("a longer limit for scripts");
        Self { driver, address, _process: process, home }
    }

    /// The folder of downloads.
    pub fn downloads(&self) -> PathBuf {
        self.home.path().join("downloads")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // On SIGTERM the driver closes its browser; if it were killed, the browser would keep running.
        let signalled = Command::new("kill").arg(self.0.id().to_string()).status();
        for _ in 0..50 {
            if signalled.is_err() || !matches!(self.0.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the folder of the built page: `QUANTA_DIST` or `dist/`.
fn dist() -> PathBuf {
    let dist = env::var_os("QUANTA_DIST").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist"), PathBuf::from);
    assert!(dist.join("index.html").is_file(), "there is no page in {}: run `./lab build` first", dist.display());
    dist
}

/// Serves the built page on a free port and returns its address.
fn serve() -> String {
    let listener = server::listen("127.0.0.1", 0).expect("a port for the page");
    let address = format!("http://{}{BASE}", listener.local_addr().expect("an address"));
    let site = Site { root: dist(), base: BASE.into() };
    std::thread::spawn(move || server::serve(&listener, site));
    address
}

/// Starts the driver, and returns the port that it chose and printed. It ends at once where another
/// program takes that port on IPv6 before it does; then it is started again.
fn start_driver() -> (Driver, u16) {
    (0..3).find_map(|_| try_to_start_driver()).expect("a driver that prints its port, at one of three starts")
}

fn try_to_start_driver() -> Option<(Driver, u16)> {
    let program = env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
    let child = Command::new(&program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} cannot be started ({error}): `./lab doctor` lists what is missing"));
    let mut process = Driver(child);
    let mut lines = BufReader::new(process.0.stdout.take().expect("the driver's output")).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("ChromeDriver was started successfully on port ")?.trim_end_matches('.').parse().ok());
    // Drains the pipe, so that the driver never blocks on it.
    std::thread::spawn(move || lines.for_each(drop));
    Some((process, port?))
}

fn capabilities(kind: Kind, home: &Path) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    if let Some(program) = env::var("CHROME").ok().filter(|program| !program.is_empty()) {
        capabilities.set_binary(&program)?;
    }
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Exposes the role and name of elements, as screen readers get them.
        "--enable-blink-features=ComputedAccessibilityInfo",
        &format!("--user-data-dir={}", home.join("profile").display()),
        &format!("--window-size={},{}", kind.size.0, kind.size.1),
    ] {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(if kind.webgpu { "--enable-unsafe-webgpu" } else { "--disable-features=WebGPUService,WebGPU" })?;
    let downloads = home.join("downloads").display().to_string();
    capabilities.add_experimental_option(
        "prefs",
        json!({ "download.default_directory": downloads, "download.prompt_for_download": false }),
    )?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}
