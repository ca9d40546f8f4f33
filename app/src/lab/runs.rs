//! Every run that is kept: shown, overlaid, named, saved, resumed, deleted.

use leptos::prelude::*;

use super::actions::Actions;
use super::files;
use crate::facts;
use crate::protocol::RunId;
use crate::trainer::{self, Notices, Run, RunCommands, RunJob};
use crate::view::files::PickFiles;
use crate::view::menu::Menu;
use crate::view::run_status::Status;
use crate::view::swatch::Swatch;
use crate::words;

/// The table of runs, and the way to open a file.
#[component]
pub fn Runs() -> impl IntoView {
    let runs = expect_context::<trainer::Runs>();
    let ids = move || runs.list.with(|runs| runs.iter().rev().map(|run| run.id).collect::<Vec<_>>());
    let any = Memo::new(move |_| runs.list.with(|runs| !runs.is_empty()));
    view! {
        <section class="runs" aria-labelledby="runs-title">
            <div class="section-head">
                <h2 id="runs-title">"Runs"</h2>
                <PickFiles text="Open a run file …" />
            </div>
            <Show
                when=move || any.get()
                fallback=|| view! { <p class="note">"Runs are kept here, in this browser alone. A run file can also be dropped anywhere on the page."</p> }
            >
                <div class="scroller" tabindex="0" role="region" aria-label="Table of runs">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Show"</th>
                                <th scope="col">"Overlay"</th>
                                <th scope="col">"Name"</th>
                                <th scope="col">"State"</th>
                                <th scope="col" class="number">"Loss, bits"</th>
                                <th scope="col" class="number">"Learned"</th>
                                <th scope="col"><span class="unseen">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=ids key=|id| *id let:id>
                                <Row id=id />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Row(id: RunId) -> impl IntoView {
    let (runs, job, status) = (expect_context::<trainer::Runs>(), expect_context::<RunJob>(), expect_context::<Status>());
    let (actions, commands) = (expect_context::<Actions>(), expect_context::<RunCommands>());
    let notices = expect_context::<Notices>();
    let name = Memo::new(move |_| runs.with(id, |run| run.name.clone()).unwrap_or_default());
    let color = runs.with_untracked(id, |run| run.color).unwrap_or(0);
    let training = Memo::new(move |_| job.is_of(&id));
    let standing = move || if training.get() { status.in_words() } else { runs.with(id, Run::standing).unwrap_or_default() };
    let last = move || runs.with(id, |run| run.record.last().map(|e| (facts::mean_loss(e), facts::learned(e)))).flatten();
    let tasks = runs.with_untracked(id, |run| facts::quanta_count(run.config())).unwrap_or(0);
    let resumable = Memo::new(move |_| runs.with(id, Run::resumable_at).flatten());
    view! {
        <tr class:shown=move || runs.shown.get() == Some(id)>
            <td>
                <input
                    type="radio"
                    name="shown"
                    aria-label=move || format!("Show the numbers of {}", name.get())
                    prop:checked=move || runs.shown.get() == Some(id)
                    on:change=move |_| runs.shown.set(Some(id))
                />
            </td>
            <td>
                <label class="check">
                    <input
                        type="checkbox"
                        aria-label=move || format!("Overlay {} in the figures", name.get())
                        prop:checked=move || runs.with(id, |run| !run.hidden).unwrap_or(false)
                        on:change=move |event| commands.hide(id, !event_target_checked(&event))
                    />
                    <Swatch color=color />
                </label>
            </td>
            <td>
                <input
                    class="name"
                    type="text"
                    aria-label=move || format!("Name of {}", name.get())
                    prop:value=move || name.get()
                    on:change=move |event| commands.rename(id, &event_target_value(&event))
                />
            </td>
            <td class="standing">{standing}</td>
            <td class="number" data-label="bits">{move || last().map_or("–".to_owned(), |(loss, _)| words::significant(loss))}</td>
            <td class="number" data-label="learned">{move || last().map_or("–".to_owned(), |(_, learned)| format!("{learned} of {tasks}"))}</td>
            <td class="actions">
                <Show when=move || resumable.get().is_some() && !training.get()>
                    <button
                        type="button"
                        class="quiet"
                        aria-label=move || format!("Go on with {}", name.get())
                        disabled=move || !job.is_at_rest()
                        on:click=move |_| actions.resume(id)
                    >
                        "Go on"
                    </button>
                </Show>
                <Menu label="More" of="for this run">
                    <button type="button" on:click=move |_| files::save_run(runs, commands, notices, id)>"Save the run file"</button>
                    <button type="button" on:click=move |_| files::save_csv(runs, id)>"Save as CSV"</button>
                    <button type="button" on:click=move |_| actions.take_settings_of(id)>"Use its settings"</button>
                    <button type="button" class="danger" disabled=move || training.get() on:click=move |_| commands.delete(id)>"Delete"</button>
                </Menu>
            </td>
        </tr>
    }
}
