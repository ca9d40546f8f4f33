//! What there is to tell, each with what can be done about it.

use leptos::prelude::*;

use super::state::{Lab, Notice, Phase, Remedy};

/// Every notice, newest last; and what of the link could not be understood.
#[component]
pub fn Notices() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let bad_link = move || {
        let problems = lab.address.problems.get();
        (!problems.is_empty()).then(|| problems.join("; "))
    };
    view! {
        <div class="notices" role="region" aria-label="Notices">
            <div role="alert">
                {move || bad_link().map(|why| view! {
                    <div class="notice bad">
                        <p><strong>"This link cannot be used as it is: "</strong>{why}". The settings shown are the usual ones."</p>
                        <button type="button" class="quiet" on:click=move |_| lab.address.problems.set(Vec::new())>"Dismiss"</button>
                    </div>
                })}
                <For each=move || lab.notices.get().into_iter().filter(|notice| notice.bad) key=|notice| notice.id let:notice>
                    <One notice=notice />
                </For>
            </div>
            <div role="status">
                <For each=move || lab.notices.get().into_iter().filter(|notice| !notice.bad) key=|notice| notice.id let:notice>
                    <One notice=notice />
                </For>
            </div>
        </div>
    }
}

#[component]
fn One(notice: Notice) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let Notice { id, bad, text, remedy } = notice;
    let dismiss = move || lab.notices.update(|notices| notices.retain(|notice| notice.id != id));
    let remedy = remedy.map(|remedy| match remedy {
        Remedy::Resume(run) => view! {
            <button
                type="button"
                class="main"
                disabled=move || !lab.phase.with(Phase::is_at_rest)
                on:click=move |_| { dismiss(); lab.resume(Some(run)) }
            >
                "Resume this run"
            </button>
        }
        .into_any(),
        Remedy::Undelete => view! {
            <button type="button" class="main" on:click=move |_| { dismiss(); lab.undelete() }>"Bring it back"</button>
        }
        .into_any(),
        Remedy::Restart => view! {
            <button type="button" class="main" on:click=move |_| { dismiss(); lab.restart() }>"Restart the engine"</button>
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
