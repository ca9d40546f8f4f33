//! WebKitGTK's MiniBrowser, by WebKitWebDriver. It has no headless mode, so it is shown on a virtual
//! screen, without a window manager.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use thirtyfour::prelude::*;

use super::process::{Process, find};
use super::{Kind, Started, downloads};

fn driver() -> Option<PathBuf> {
    find("WEBKITDRIVER", &["WebKitWebDriver"])
}

fn screen() -> Option<PathBuf> {
    find("XVFB", &["Xvfb"])
}

/// The program that is missing, if one is.
pub fn missing() -> Option<&'static str> {
    [(driver(), "WebKitWebDriver"), (screen(), "Xvfb")].into_iter().find_map(|(found, name)| found.is_none().then_some(name))
}

/// Starts a screen, and the driver on it. The driver finds the browser that was installed with it.
pub fn start(kind: Kind, home: &Path) -> Started {
    let mut command = Command::new(screen().expect("Xvfb"));
    let size = format!("{}x{}x24", kind.size.0, kind.size.1);
    // Prints the number of the display that it has chosen.
    command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &size]);
    let (screen, display) = Process::start(&mut command, |line| line.trim().parse::<u32>().ok()).expect("a screen");

    // Where GTK programs save files.
    let folders = home.join("config");
    std::fs::create_dir(&folders).expect("a folder for settings");
    let downloads = format!("XDG_DOWNLOAD_DIR=\"{}\"\n", downloads(home).display());
    std::fs::write(folders.join("user-dirs.dirs"), downloads).expect("the folder for downloads named");

    let command = || {
        let mut command = Command::new(driver().expect("WebKitWebDriver"));
        command.env("DISPLAY", format!(":{display}")).env_remove("WAYLAND_DISPLAY").env("HOME", home);
        command.env("XDG_CONFIG_HOME", &folders).env("XDG_CACHE_HOME", home.join("cache"));
        command.env("XDG_DATA_HOME", home.join("data"));
        // The sandbox can be started neither by root nor where user namespaces are restricted.
        command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        command
    };
    let (process, port) = (0..3).find_map(|_| start_driver(command())).expect("a driver that listens, at one of three starts");

    let mut options = Capabilities::new();
    options.set("browserName", "MiniBrowser").expect("an option");
    options.set("webkitgtk:browserOptions", json!({ "args": ["--automation"] })).expect("an option");
    Started { port, options, _processes: vec![process, screen] }
}

/// Starts the driver on a port that is free: it can't choose one itself. It ends at once where another
/// program takes the port before it does.
fn start_driver(mut command: Command) -> Option<(Process, u16)> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let mut process = Process::start_silent(command.arg(format!("--port={port}")).stdout(std::process::Stdio::null()));
    while process.runs() {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some((process, port));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}
