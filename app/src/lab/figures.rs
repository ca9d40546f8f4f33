//! The four figures, each with what it says in words.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::config::PRESETS;
use quanta_core::figure::{Kind, Options, Series};
use quanta_core::fit;
use quanta_core::quanta::UseFrequencies;
use quanta_core::record::Record;

use super::chart::Chart;
use super::export;
use super::numbers::typed_range;
use super::state::Lab;
use crate::view::browser;
use crate::view::menu::Menu;
use crate::view::theme::Themes;
use crate::words;

/// A run as the figures take it.
#[derive(Clone)]
pub struct Drawn {
    /// Its name.
    pub name: String,
    /// Its settings and logs.
    pub record: Arc<Record>,
    /// Its colour's place in the palette.
    pub color: usize,
}

/// The runs as figures take them.
pub fn series(drawn: &[Drawn]) -> Vec<Series<'_>> {
    drawn.iter().map(|run| Series { name: &run.name, record: &run.record, color: run.color }).collect()
}

impl Lab {
    /// The runs in the figures: the one whose numbers are shown first, then the others that are
    /// not hidden. Where none is shown, the settings come first, with nothing learned yet.
    pub fn drawn(&self) -> Vec<Drawn> {
        let shown = self.shown.get();
        let drawn: Vec<Drawn> = self.runs.with(|runs| {
            let first = runs.iter().filter(|run| Some(run.id) == shown);
            let others = runs.iter().filter(|run| Some(run.id) != shown && !run.hidden);
            let take = |run: &crate::trainer::Run| Drawn { name: run.name.clone(), record: run.record.clone(), color: run.color };
            first.chain(others).map(take).collect()
        });
        if shown.is_some() {
            return drawn;
        }
        let config = self.form.config.with(|config| config.clone().ok());
        let name = PRESETS[self.form.preset.get()].title.to_owned();
        let next = config.map(|config| Drawn { name, record: Arc::new(Record::new(config)), color: self.next_color() });
        next.into_iter().chain(drawn).collect()
    }

    /// What the figures show, as chosen.
    pub fn options(&self, themes: &Themes) -> Options {
        Options {
            theme: themes.figure(),
            fit: self.look.fit.get(),
            pure_law: self.look.pure_law.get(),
            truncated_sum: self.look.truncated_sum.get(),
            nam: self.look.nam.get(),
            follow: self.look.follow.get(),
            fit_range: typed_range(self),
            ..Options::default()
        }
    }
}

/// All four.
#[component]
pub fn Figures() -> impl IntoView {
    view! {
        <section class="figures" aria-labelledby="figures-title">
            <h2 id="figures-title" class="unseen">"Figures"</h2>
            <FollowBar />
            {Kind::ALL.iter().enumerate().map(|(i, kind)| view! { <FigureOf kind=*kind number=i + 1 /> }).collect_view()}
        </section>
    }
}

/// One figure with its tools and its caption.
#[component]
pub fn FigureOf(kind: Kind, number: usize) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let themes = expect_context::<Themes>();
    let wide = RwSignal::new(false);
    let caption = RwSignal::new(String::new());
    let title_id = format!("figure-{}", kind.name());
    let (labelled, caption_id) = (title_id.clone(), format!("{title_id}-caption"));
    view! {
        <figure class="card" class:wide=move || wide.get() aria-labelledby=labelled>
            <div class="card-head">
                {heading(lab.embed, title_id, number, kind.title())}
                <div class="tools">
                    <Show when=move || !lab.embed>
                        <button
                            type="button"
                            class="quiet enlarge"
                            aria-label=format!("Enlarge the figure «{}»", kind.title())
                            aria-pressed=move || wide.get().to_string()
                            on:click=move |_| wide.update(|wide| *wide = !*wide)
                        >
                            "Enlarge"
                        </button>
                    </Show>
                    <Menu label="Save" of=format!("the figure «{}»", kind.title())>
                        <button type="button" on:click=move |_| export::svg(lab, themes, kind)>"SVG"</button>
                        <button type="button" on:click=move |_| export::png(lab, themes, kind)>"PNG"</button>
                    </Menu>
                </div>
            </div>
            <Chart kind=kind caption=caption caption_id=caption_id.clone() />
            {(kind == Kind::Loss).then(|| view! { <Overlays /> })}
            <figcaption id=caption_id>{move || caption.get()}</figcaption>
        </figure>
    }
}

/// The figure's heading, one level below the one that it stands under.
fn heading(embed: bool, id: String, number: usize, title: &'static str) -> AnyView {
    let words = view! { <span class="number">{format!("Figure {number}")}</span>" "{title} };
    if embed { view! { <h2 id=id>{words}</h2> }.into_any() } else { view! { <h3 id=id>{words}</h3> }.into_any() }
}

/// What the loss figure shows beside the curves.
#[component]
fn Overlays() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let toggle = |name: &'static str, on: RwSignal<bool>| {
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || on.get() on:change=move |event| on.set(event_target_checked(&event)) />
                <span>{name}</span>
            </label>
        }
    };
    let range = lab.look.fit_range;
    let bad = Memo::new(move |_| {
        let (from, to) = range.get();
        !(from.trim().is_empty() && to.trim().is_empty()) && typed_range(&lab).is_none()
    });
    view! {
        <div class="overlays" role="group" aria-label="Lines beside the curve">
            {toggle("Fit", lab.look.fit)}
            {toggle("Truncated sum", lab.look.truncated_sum)}
            {toggle("Pure law", lab.look.pure_law)}
            {toggle("Nam et al.", lab.look.nam)}
            <span class="range">
                <label for="fit-from">"Fit over steps"</label>
                <input id="fit-from" type="text" inputmode="numeric" placeholder="auto" aria-invalid=move || bad.get().then_some("true")
                    prop:value=move || range.get().0 on:input=move |event| range.update(|range| range.0 = event_target_value(&event)) />
                <label for="fit-to">"to"</label>
                <input id="fit-to" type="text" inputmode="numeric" placeholder="auto" aria-invalid=move || bad.get().then_some("true")
                    prop:value=move || range.get().1 on:input=move |event| range.update(|range| range.1 = event_target_value(&event)) />
            </span>
            <Show when=move || bad.get()>
                <p class="error" role="alert">"A range needs two steps, the first below the second."</p>
            </Show>
        </div>
    }
}

/// Which subtask is followed, and what is known of it.
#[component]
pub fn FollowBar() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let tasks = Memo::new(move |_| lab.drawn().first().map_or(0, |run| run.record.config.n_tasks));
    let follow = lab.look.follow;
    // A subtask that another run does not have cannot be followed there.
    Effect::new(move |_| {
        if follow.get().is_some_and(|task| task >= tasks.get()) {
            follow.set(None);
        }
    });
    let about = move || {
        let task = follow.get()?;
        let run = lab.drawn().into_iter().next()?;
        let config = &run.record.config;
        let used = 100.0 * UseFrequencies::new(config.n_tasks, config.alpha).p().get(task)?;
        let loss = run.record.last().and_then(|last| last.task_loss_bits.get(task).copied());
        let loss = loss.map_or("not measured yet".to_owned(), |loss| words::bits(f64::from(loss)));
        let emerged = fit::emergence_step(&run.record.steps(), &run.record.task_losses(task));
        let emerged =
            emerged.map_or("has not emerged yet".to_owned(), |step| format!("emerged by step {}", words::thousands(step)));
        Some(format!("Subtask {}: needed by {} % of the samples; loss {loss}; {emerged}.", task + 1, words::significant(used)))
    };
    view! {
        <div class="follow">
            <label for="follow">"Follow subtask"</label>
            <input
                id="follow"
                type="number"
                min="1"
                max=move || tasks.get()
                step="1"
                placeholder="none"
                aria-describedby="followed"
                prop:value=move || follow.get().map(|task| (task + 1).to_string()).unwrap_or_default()
                on:input=move |event| {
                    let typed = event_target_value(&event).trim().parse::<usize>().ok();
                    follow.set(typed.and_then(|n| n.checked_sub(1)).filter(|task| *task < tasks.get_untracked()));
                }
            />
            <Show when=move || follow.get().is_some()>
                <button type="button" class="quiet" on:click=move |_| { follow.set(None); browser::focus("follow"); }>"Follow none"</button>
            </Show>
            <p id="followed">{move || about().unwrap_or_else(|| "Or press on one in a figure: it is then stressed in all of them.".to_owned())}</p>
        </div>
    }
}
