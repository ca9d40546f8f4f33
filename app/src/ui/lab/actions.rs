//! What ties the Lab to the address bar.

use leptos::prelude::*;

use super::state::Lab;
use crate::link::Link;
use crate::ui::shared::browser;

/// Puts the settings of the form into the address bar, as a step that Back takes back.
pub fn commit(lab: Lab) {
    if let Some(link) = link(lab) {
        lab.address.go(link);
    }
}

/// The same, in place of what stood there: nothing to go back to.
pub fn amend(lab: Lab) {
    if let Some(link) = link(lab) {
        lab.address.amend(link);
    }
}

fn link(lab: Lab) -> Option<Link> {
    let config = lab.form.config.get_untracked().ok()?;
    let device = lab.device.get_untracked();
    let device = (device != Default::default()).then_some(device);
    Some(lab.address.link.with_untracked(|old| Link { config: Some(config), device, autostart: false, ..old.clone() }))
}

/// Shows what the address bar says.
pub fn show_link(lab: Lab) {
    lab.address.link.with_untracked(|link| {
        match &link.config {
            Some(config) => lab.form.show(config),
            None => lab.form.choose(0),
        }
        lab.device.set(link.device.unwrap_or_default());
    });
}

/// The link that shows a run anew, for sharing.
pub fn share_link(config: &quanta_core::config::RunConfig) -> String {
    browser::address_with(&Link { config: Some(config.clone()), ..Link::default() }.to_query())
}

/// Starts the link's run where it asks for that. The address then forgets the asking, so that a
/// reload offers the run for resuming and does not start another; an embedded page keeps it.
pub fn autostart(lab: Lab) {
    if lab.address.link.with_untracked(|link| link.autostart) && lab.address.problems.with_untracked(Vec::is_empty) {
        show_link(lab);
        lab.start(false);
        if !lab.embed {
            amend(lab);
        }
    }
}
