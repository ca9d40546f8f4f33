//! Starts a browser for one test, with a new profile and its own driver on a free port, and serves the
//! built page under a sub-path, as a web host might.

mod chromium;
mod firefox;
mod process;
mod site;
mod webkit;

use std::path::{Path, PathBuf};
use std::time::Duration;

use quanta_tests::skip::skipped;
use tempfile::TempDir;
use thirtyfour::prelude::*;

use self::process::Process;

/// A browser that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Chromium or Chrome, by chromedriver: every test runs in it, so one that misses it fails.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
    /// WebKitGTK's small browser, by its WebKitWebDriver, on a virtual screen. It exists only on Linux.
    WebKit,
}

/// What kind of browser the test needs.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Which browser.
    pub name: Name,
    /// Whether to enable WebGPU in Chromium, with a software adapter if there is no GPU. The other
    /// browsers are as they come.
    pub webgpu: bool,
    /// The window's width and height in pixels.
    pub size: (u32, u32),
}

impl Default for Kind {
    fn default() -> Self {
        Self { name: Name::Chromium, webgpu: true, size: (1280, 1000) }
    }
}

/// Makes three tests of a function that takes a [`Kind`]: `FUNCTION::chromium`, `FUNCTION::firefox` and
/// `FUNCTION::webkit`.
macro_rules! in_every_browser {
    ($test:ident) => {
        mod $test {
            use crate::driver::{Kind, Name, where_there_is};

            #[test]
            #[ignore = "needs the built page: ./lab test browser"]
            fn chromium() {
                super::$test(Kind::default());
            }

            #[test]
            #[ignore = "needs the built page: ./lab test browser"]
            fn firefox() {
                where_there_is(Name::Firefox, super::$test);
            }

            #[test]
            #[ignore = "needs the built page: ./lab test browser"]
            fn webkit() {
                where_there_is(Name::WebKit, super::$test);
            }
        }
    };
}

/// Runs a test in a browser, or reports it as skipped where a program is missing.
pub fn where_there_is(name: Name, test: fn(Kind)) {
    let missing = match name {
        Name::Chromium => None,
        Name::Firefox => firefox::missing(),
        Name::WebKit => webkit::missing(),
    };
    match missing {
        None => test(Kind { name, ..Kind::default() }),
        Some(program) => {
            let reason = format!("{program} is not installed (`./lab doctor` lists what is missing)");
            skipped(std::thread::current().name().unwrap_or("test"), reason);
        }
    }
}

/// A running browser, which is closed on drop.
pub struct Browser {
    /// The connection to the browser.
    pub driver: WebDriver,
    /// The address of the page.
    pub address: String,
    /// Which browser it is.
    pub name: Name,
    _started: Started,
    home: TempDir,
}

/// A driver that is ready for a browser. Dropping it ends the driver and its browser.
struct Started {
    /// The driver's port.
    port: u16,
    /// The options for the browser.
    options: Capabilities,
    /// The driver, then what it needs: in the order in which they are ended.
    _processes: Vec<Process>,
}

impl Browser {
    /// Starts a browser.
    pub async fn start(kind: Kind) -> Self {
        let home = tempfile::tempdir().expect("a folder for the browser");
        std::fs::create_dir(downloads(home.path())).expect("a folder for downloads");
        let address = site::serve(kind.name, home.path());
        let started = match kind.name {
            Name::Chromium => chromium::start(kind, home.path()),
            Name::Firefox => firefox::start(home.path()),
            Name::WebKit => webkit::start(kind, home.path()),
        };
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", started.port), started.options.clone());
        let driver = driver.await.unwrap_or_else(|error| panic!("{:?} does not start: {error}", kind.name));
        driver.set_script_timeout(Duration::from_secs(60)).await.expect("a longer limit for scripts");
        if kind.name != Name::Chromium {
            driver.set_window_rect(0, 0, kind.size.0, kind.size.1).await.expect("a window of that size");
        }
        Self { driver, address, name: kind.name, _started: started, home }
    }

    /// The folder of the site: links to the files of the built page.
    pub fn site(&self) -> PathBuf {
        site::folder(self.home.path())
    }

    /// The folder of downloads.
    pub fn downloads(&self) -> PathBuf {
        downloads(self.home.path())
    }
}

/// Where a browser with that home saves files.
fn downloads(home: &Path) -> PathBuf {
    home.join("downloads")
}
