//! The Lab: one run, live, with those before it.

mod actions;
mod compare;
mod controls;
mod embed;
mod figures;
mod files;
mod foot;
mod form;
mod numbers;
mod panel;
mod recorded;
mod runs;
mod share;
mod state;
mod webgpu;

use leptos::prelude::*;

use crate::address::Address;
use crate::trainer::{About, Engine, RunCommands};
use crate::view::notices::Notices;
use crate::view::run_status::Status;
use actions::Actions;
use form::Form;
use state::Lab;

/// The Lab page, or one figure of it where it is embedded.
#[component]
pub fn LabPage() -> impl IntoView {
    let address = expect_context::<Address>();
    let commands = expect_context::<RunCommands>();
    let embed = address.link.with_untracked(|link| link.embed);
    let form = Form::new();
    provide_context(form);
    provide_context(Lab::new(form, expect_context()));
    let actions = Actions::expect();
    provide_context(actions);
    let status = Status::new(Signal::derive(move || form.is_wrong()));
    provide_context(status);

    actions.on_open();
    Effect::new(move |before: Option<u32>| {
        let arrivals = address.arrivals.get();
        if before.is_some_and(|before| before != arrivals) {
            actions.on_arrival();
        }
        arrivals
    });
    Effect::new(move |_| document().set_title(&status.title()));
    expect_context::<Engine>().load();
    commands.recall(address.link.with_untracked(|link| link.config.clone()));
    actions.autostart();

    if embed {
        return view! { <embed::Embedded /> }.into_any();
    }
    let of_link = "The settings shown are the usual ones.";
    view! {
        <div class="lab">
            <Notices about=About::Runs of_link=of_link />
            <numbers::Heading />
            <controls::Controls />
            <numbers::Numbers />
            <panel::SettingsPanel />
            <figures::Figures />
            <foot::Foot />
        </div>
    }
    .into_any()
}
