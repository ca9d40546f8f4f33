//! What all pages share.

pub mod board;
pub mod browser;
pub mod canvas;
pub mod copyable;
pub mod fetch;
pub mod files;
pub mod framed;
pub mod menu;
pub mod notices;
pub mod on_demand;
pub mod page_link;
pub mod plot;
pub mod published;
pub mod run_status;
pub mod scrub;
pub mod settings_form;
pub mod swatch;
pub mod theme;
pub mod toggle;
pub mod training;
pub mod watch;
