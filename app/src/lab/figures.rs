//! The four figures of the Lab, the lines beside the curves, and which subtask is followed.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::config::PRESETS;
use quanta_core::figure::{Kind, Options, Series};
use quanta_core::fit;
use quanta_core::number;
use quanta_core::record::Record;
use quanta_core::task::Noun;

use super::numbers::typed_range;
use super::state::{Lab, Look};
use crate::facts;
use crate::link::Link;
use crate::view::browser;
use crate::view::plot::{FigureCard, Pick, Shown};
use crate::view::toggle::Toggle;
use crate::view::watch::Repaint;
use crate::words;

impl Lab {
    /// The runs in the figures: the one whose numbers are shown first, then the others that are
    /// not hidden, then the recorded run of the same settings. Where none is shown, the settings come
    /// first, as recorded or with nothing learned yet; tracked.
    pub fn drawn(&self) -> Vec<Series> {
        let shown = self.shown.get();
        let mut drawn: Vec<Series> = self.runs.with(|runs| {
            let first = runs.iter().filter(|run| Some(run.id) == shown);
            let others = runs.iter().filter(|run| Some(run.id) != shown && !run.hidden);
            let take = |run: &crate::trainer::Run| Series {
                name: run.name.clone(),
                record: run.record.clone(),
                color: run.color,
                recorded: false,
            };
            first.chain(others).map(take).collect()
        });
        let recorded = |record, color| Series { name: "recorded".to_owned(), record, color, recorded: true };
        if shown.is_some() {
            let first = drawn.first().map(|run| (run.record.config.clone(), run.color));
            drawn.extend(first.and_then(|(config, color)| Some(recorded(self.recorded.of(&config)?, color))));
            return drawn;
        }
        let Some(config) = self.form.config.with(|config| config.clone().ok()) else { return drawn };
        let (color, name) = (self.next_color(), PRESETS[self.form.preset.get()].title.to_owned());
        let next = match self.recorded_alone() {
            Some(record) => recorded(record, color),
            None => Series { name, record: Arc::new(Record::new(config)), color, recorded: false },
        };
        std::iter::once(next).chain(drawn).collect()
    }
}

impl Look {
    /// What the figures show, as chosen; tracked.
    fn options(&self) -> Options {
        Options {
            fit: self.fit.get(),
            pure_law: self.pure_law.get(),
            truncated_sum: self.truncated_sum.get(),
            nam: self.nam.get(),
            follow: self.follow.get(),
            fit_range: typed_range(self),
        }
    }
}

/// All four.
#[component]
pub fn Figures() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let drawn = Signal::derive(move || lab.drawn());
    view! {
        <section class="figures" aria-labelledby="figures-title">
            <h2 id="figures-title" class="unseen">"Figures"</h2>
            <FollowBar drawn=drawn follow=lab.look.follow />
            {Kind::ALL.iter().enumerate().map(|(i, kind)| view! { <FigureOf kind=*kind number=i + 1 /> }).collect_view()}
        </section>
    }
}

/// One figure with its tools and its caption.
#[component]
pub fn FigureOf(kind: Kind, number: usize) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let config = lab.form.config;
    let shown = of_runs(kind, Signal::derive(move || lab.drawn()), lab.look)
        .linked(move |link| Link { config: config.with_untracked(|config| config.clone().ok()), ..link });
    view! {
        <FigureCard shown=shown number=number recorded=Signal::derive(move || lab.recorded_alone().is_some())>
            {(kind == Kind::Loss).then(|| view! { <Overlays look=lab.look /> })}
        </FigureCard>
    }
}

/// A figure of runs. A press on a subtask follows it, another press lets it go; the keys ↑ and ↓
/// go from one subtask to the next where subtasks are shown over time.
fn of_runs(kind: Kind, drawn: Signal<Vec<Series>>, look: Look) -> Shown {
    let file = move || {
        let run = drawn.with(|drawn| drawn.first().map(|run| run.name.clone()));
        format!("{}-{}", words::file_name(&run.unwrap_or_default()), kind.name())
    };
    let shown = Shown::new(kind.name(), move || kind.figure(drawn.get(), look.options())).saved_as(file);
    let shown = match kind {
        Kind::Loss => shown,
        _ => shown.on_pick("", move |picked| {
            if let Pick::Subtask(task) = picked {
                let same = look.follow.get_untracked() == Some(task);
                look.follow.set((!same).then_some(task));
            }
        }),
    };
    if !matches!(kind, Kind::Tasks | Kind::Heat) {
        return shown;
    }
    shown.on_step(move |is_up| {
        let last = drawn.with_untracked(|drawn| drawn.first().map_or(0, |run| subtasks(&run.record))).saturating_sub(1);
        look.follow.update(|task| {
            *task = match *task {
                None => Some(0),
                // The most used subtask is the first, and stands at the bottom.
                Some(task) if is_up => Some((task + 1).min(last)),
                Some(task) => Some(task.saturating_sub(1)),
            };
        });
    })
}

/// How many subtasks a run has.
fn subtasks(record: &Record) -> usize {
    record.quanta.len()
}

/// What the loss figure shows beside the curves.
#[component]
fn Overlays(look: Look) -> impl IntoView {
    let range = look.fit_range;
    let bad = Memo::new(move |_| {
        let (from, to) = range.get();
        !(from.trim().is_empty() && to.trim().is_empty()) && typed_range(&look).is_none()
    });
    view! {
        <div class="overlays" role="group" aria-label="Lines beside the curve">
            <Toggle name="Fit" on=look.fit />
            <Toggle name="Truncated sum" on=look.truncated_sum />
            <Toggle name="Pure law" on=look.pure_law />
            <Toggle name="Nam et al." on=look.nam />
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
pub fn FollowBar(
    /// The runs in the figures; the first is the one whose subtasks are followed.
    drawn: Signal<Vec<Series>>,
    /// The followed subtask, from 0.
    follow: RwSignal<Option<usize>>,
) -> impl IntoView {
    let tasks = Memo::new(move |_| drawn.with(|drawn| drawn.first().map_or(0, |run| subtasks(&run.record))));
    let noun = Memo::new(move |_| drawn.with(|drawn| drawn.first().map_or(Noun::SUBTASK, |run| facts::noun(&run.record.config))));
    // A subtask that another run does not have cannot be followed there.
    Effect::new(move |_| {
        if follow.get().is_some_and(|task| task >= tasks.get()) {
            follow.set(None);
        }
    });
    let about = move || {
        let task = follow.get()?;
        let run = drawn.get().into_iter().next()?;
        let used = run
            .record
            .quanta
            .p()
            .get(task)
            .map_or("an unknown share".to_owned(), |p| format!("{} %", words::significant(100.0 * p)));
        let loss = run.record.last().and_then(|last| last.quantum_loss_bits.get(task).copied());
        let loss = loss.map_or("not measured yet".to_owned(), |loss| words::bits(f64::from(loss)));
        let emerged = fit::emergence_steps(&run.record).get(task).copied().flatten();
        let emerged =
            emerged.map_or("has not emerged yet".to_owned(), |step| format!("emerged by step {}", words::thousands(step)));
        let name = facts::noun(&run.record.config).capital();
        Some(format!("{name} {}: needed by {used} of the samples; loss {loss}; {emerged}.", task + 1))
    };
    // Looks through the whole run, so it is worked out at the pace of a painting, not of evaluations.
    let followed = RwSignal::new(None::<String>);
    let write = Repaint::new(move || followed.set(untrack(about)));
    Effect::new(move |_| {
        follow.track();
        drawn.track();
        write.request();
    });
    view! {
        <div class="follow">
            <label for="follow">{move || format!("Follow {}", noun.get().one)}</label>
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
                    let typed = number::read_whole(&event_target_value(&event)).ok().and_then(|n| usize::try_from(n).ok());
                    follow.set(typed.and_then(|n| n.checked_sub(1)).filter(|task| *task < tasks.get_untracked()));
                }
            />
            <Show when=move || follow.get().is_some()>
                <button type="button" class="quiet" on:click=move |_| { follow.set(None); browser::focus("follow"); }>"Follow none"</button>
            </Show>
            <p id="followed">{move || followed.get().unwrap_or_else(|| "Or press on one in a figure: it is then stressed in all of them.".to_owned())}</p>
        </div>
    }
}
