//! What every page uses.

pub mod browser;
pub mod canvas;
pub mod menu;
pub mod swatch;
pub mod theme;
pub mod watch;
