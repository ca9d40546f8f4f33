//! What every page uses.

pub mod board;
pub mod browser;
pub mod canvas;
pub mod copyable;
pub mod engine;
pub mod fetch;
pub mod locks;
pub mod menu;
pub mod plot;
pub mod published;
pub mod swatch;
pub mod theme;
pub mod unread;
pub mod watch;
