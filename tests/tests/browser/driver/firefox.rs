//! Firefox, by geckodriver.

use std::path::{Path, PathBuf};
use std::process::Command;

use thirtyfour::FirefoxCapabilities;
use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::prelude::*;

use super::process::{Process, find};
use super::{Started, downloads};

fn driver() -> Option<PathBuf> {
    find("GECKODRIVER", &["geckodriver"])
}

fn browser() -> Option<PathBuf> {
    find("FIREFOX", &["firefox-esr", "firefox"])
}

/// The program that is missing, if one is.
pub fn missing() -> Option<&'static str> {
    [(browser(), "Firefox"), (driver(), "geckodriver")].into_iter().find_map(|(found, name)| found.is_none().then_some(name))
}

/// Starts the driver on a port that it chooses and prints.
pub fn start(home: &Path) -> Started {
    let mut command = Command::new(driver().expect("geckodriver"));
    // Both ports are chosen by the driver: of the second, the default is one port for all.
    command.args(["--port=0", "--websocket-port=0", "--profile-root"]).arg(home);
    // Firefox does not start as root in the home of another user.
    command.env("HOME", home);
    let announced = |line: &str| line.split_once("Listening on 127.0.0.1:")?.1.trim().parse::<u16>().ok();
    let (process, port) = Process::start(&mut command, announced).expect("a driver that prints its port");
    let options = options(home).expect("options for the browser").into();
    Started { port, options, _processes: vec![process] }
}

fn options(home: &Path) -> WebDriverResult<FirefoxCapabilities> {
    let mut options = DesiredCapabilities::firefox();
    options.set_firefox_binary(&browser().expect("Firefox").to_string_lossy())?;
    options.set_headless()?;
    let mut preferences = FirefoxPreferences::new();
    // 2: the folder that `browser.download.dir` names.
    preferences.set("browser.download.folderList", 2)?;
    preferences.set("browser.download.dir", downloads(home).display().to_string())?;
    options.set_preferences(preferences)?;
    Ok(options)
}
