//! Keeps the noise of other libraries off stderr.

/// The variable that names the socket of a Wayland display.
const DISPLAY: &str = "WAYLAND_DISPLAY";

/// Where there is no desktop, names a display that does not exist. Without this a driver that looks for
/// one, to start a GPU, writes `error: XDG_RUNTIME_DIR is invalid or not set in the environment.`
pub fn libraries() {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    if cfg!(target_os = "linux") && !is_set("XDG_RUNTIME_DIR") && !is_set(DISPLAY) {
        // SAFETY: this is the first thing that `main` does: no other thread reads the environment.
        unsafe { std::env::set_var(DISPLAY, NO_DISPLAY) };
    }
}

/// An absolute name needs no `XDG_RUNTIME_DIR`.
const NO_DISPLAY: &str = "/dev/null";

/// A command whose environment is the one that this program was started with.
pub fn command(program: &str) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    if std::env::var_os(DISPLAY).is_some_and(|name| name == NO_DISPLAY) {
        command.env_remove(DISPLAY);
    }
    command
}
