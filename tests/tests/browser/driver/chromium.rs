//! Chromium, by chromedriver.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};

use super::process::{Process, find};
use super::{Kind, Started, downloads};

/// Starts the driver on a port that it chooses and prints. It ends at once where another program takes
/// that port on IPv6 before it does; then it is started again.
pub fn start(kind: Kind, home: &Path) -> Started {
    let program = find("CHROMEDRIVER", &["chromedriver"]).unwrap_or_else(|| "chromedriver".into());
    let announced = |line: &str| {
        line.strip_prefix("ChromeDriver was started successfully on port ")?.trim_end_matches('.').parse::<u16>().ok()
    };
    let (process, port) = (0..3)
        .find_map(|_| Process::start(Command::new(&program).arg("--port=0"), announced))
        .expect("a driver that prints its port, at one of three starts");
    let options = options(kind, home).expect("options for the browser").into();
    Started { port, options, _processes: vec![process] }
}

fn options(kind: Kind, home: &Path) -> WebDriverResult<ChromeCapabilities> {
    let mut options = DesiredCapabilities::chrome();
    if let Some(program) = find("CHROME", &[]) {
        options.set_binary(&program.to_string_lossy())?;
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
        &format!("--user-data-dir={}", home.join("profile").display()),
        &format!("--window-size={},{}", kind.size.0, kind.size.1),
    ] {
        options.add_arg(argument)?;
    }
    options.add_arg(if kind.webgpu { "--enable-unsafe-webgpu" } else { "--disable-features=WebGPUService,WebGPU" })?;
    let downloads = downloads(home).display().to_string();
    options.add_experimental_option(
        "prefs",
        json!({ "download.default_directory": downloads, "download.prompt_for_download": false }),
    )?;
    options.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(options)
}
