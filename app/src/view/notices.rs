//! The notices of a page, each with what can be done about it.

use leptos::prelude::*;

use crate::address::Address;
use crate::trainer::{self, About, Notice, Remedy, RunCommands, RunJob};

/// The notices that concern the page, newest last; and what of the link could not be understood.
#[component]
pub fn Notices(
    /// What the page is about.
    about: About,
    /// What the page shows in place of what a link says that cannot be understood: a sentence, or nothing.
    #[prop(optional)]
    of_link: &'static str,
) -> impl IntoView {
    let (address, notices) = (expect_context::<Address>(), expect_context::<trainer::Notices>());
    let problems = move || address.problems.with(|problems| (!problems.is_empty()).then(|| problems.join("; ")));
    let foreign = move || address.foreign.with(|keys| (!keys.is_empty()).then(|| keys.join(", ")));
    let listed = move |bad: bool| {
        let mut notices = notices.list.get();
        notices.retain(|notice| notice.bad == bad && (notice.about == about || notice.about == About::Everything));
        notices
    };
    view! {
        <div class="notices" role="region" aria-label="Notices">
            <div role="alert">
                {move || problems().map(|why| view! {
                    <div class="notice bad">
                        <p><strong>"This link cannot be used as it is: "</strong>{why}". "{of_link}</p>
                        <button type="button" class="quiet" on:click=move |_| address.problems.set(Vec::new())>"Dismiss"</button>
                    </div>
                })}
                <For each=move || listed(true) key=|notice| notice.id let:notice>
                    <OneNotice notice=notice />
                </For>
            </div>
            <div role="status">
                {move || foreign().map(|keys| view! {
                    <div class="notice">
                        <p>"The link was used without what is none of the lab’s settings: "{keys}"."</p>
                        <button type="button" class="quiet" on:click=move |_| address.foreign.set(Vec::new())>"Dismiss"</button>
                    </div>
                })}
                <For each=move || listed(false) key=|notice| notice.id let:notice>
                    <OneNotice notice=notice />
                </For>
            </div>
        </div>
    }
}

#[component]
fn OneNotice(notice: Notice) -> impl IntoView {
    let (notices, job) = (expect_context::<trainer::Notices>(), expect_context::<RunJob>());
    let (commands, address) = (expect_context::<RunCommands>(), expect_context::<Address>());
    let Notice { id, bad, text, remedy, .. } = notice;
    let dismiss = move || notices.dismiss(id);
    let remedy = remedy.map(|remedy| match remedy {
        Remedy::Resume(run) => view! {
            <button
                type="button"
                class="main"
                disabled=move || !job.is_at_rest()
                on:click=move |_| {
                    let device = address.link.with_untracked(|link| link.device.unwrap_or_default());
                    dismiss();
                    commands.resume(run, device);
                }
            >
                "Resume this run"
            </button>
        }
        .into_any(),
        Remedy::Undelete => view! {
            <button type="button" class="main" on:click=move |_| { dismiss(); commands.undelete() }>"Bring it back"</button>
        }
        .into_any(),
        Remedy::KeepAgain => view! {
            <button type="button" class="main" on:click=move |_| commands.keep_again()>"Try again"</button>
        }
        .into_any(),
        Remedy::Restart(interrupted) => view! {
            <button type="button" class="main" on:click=move |_| { dismiss(); commands.restart(interrupted.as_deref().cloned()) }>
                "Restart the engine"
            </button>
        }
        .into_any(),
    });
    view! {
        <div class="notice" class:bad=bad>
            <p>{text}</p>
            {remedy}
            <button type="button" class="quiet" on:click=move |_| dismiss()>"Dismiss"</button>
        </div>
    }
}

/// The notices of a page that trains nothing.
#[component]
pub fn LinkNotices() -> impl IntoView {
    view! { <Notices about=About::Everything /> }
}
