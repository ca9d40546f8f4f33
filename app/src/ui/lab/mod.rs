//! The Lab: one run, live, with those before it.

mod actions;
mod compare;
mod control;
mod controls;
mod embed;
mod export;
mod figures;
mod form;
mod keep;
mod notices;
mod numbers;
mod panel;
mod run;
mod runs;
mod share;
mod state;
mod store;
mod webgpu;

use leptos::prelude::*;

use super::shared::engine;
use super::site::Address;
use state::{Lab, Phase};

/// The Lab page, or one figure of it where it is embedded.
#[component]
pub fn LabPage() -> impl IntoView {
    let address = expect_context::<Address>();
    let lab = Lab::new(address);
    provide_context(lab);
    Effect::new(move |_| {
        address.arrivals.get();
        actions::show_link(lab);
    });
    // A run at rest is anybody's to take up; a tab in the background tells how far it is.
    Effect::new(move |_| {
        if lab.phase.with(Phase::is_at_rest) {
            lab.lock.set_value(None);
        }
        document().set_title(&lab.title());
    });
    lab.load_engine();
    lab.recall();
    actions::autostart(lab);
    on_cleanup(move || lab.close());

    if lab.embed {
        return view! { <embed::Embedded /> }.into_any();
    }
    view! {
        <div class="lab" on:dragover=export::allow_drop on:drop=move |event| export::drop_file(lab, event)>
            <notices::Notices />
            <numbers::Heading />
            <controls::Controls />
            <numbers::Numbers />
            <panel::Panel />
            <figures::Figures />
            <runs::Runs />
            <compare::Compare />
            <share::Share />
        </div>
    }
    .into_any()
}
