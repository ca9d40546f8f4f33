//! Scaling: loss against a resource. A published sweep is shown at once; the browser trains its own
//! small one beside it, run by run.

mod emergence;
mod panel;
mod pictures;
mod runs;
mod state;

use leptos::prelude::*;
use quanta_core::config::RunConfig;
use quanta_core::figure::sweep::Kind;

use crate::address::Address;
use crate::facts;
use crate::trainer::{About, Phase, SweepCommands};
use crate::view::framed::Framed;
use crate::view::notices::Notices;
use crate::view::plot::FigureCard;
use crate::view::published::{Asked, TryAgain};
use crate::view::toggle::Toggle;
use crate::words;
use pictures::{Whose, of_published_run, of_sweeps};
use state::{Choice, Kept, Scaling};

/// The page.
#[component]
pub fn ScalingPage() -> impl IntoView {
    let scaling = Scaling::new();
    provide_context(scaling);
    let commands = expect_context::<SweepCommands>();
    Effect::new(move |_| {
        if let Ok((key, manifest)) = scaling.planned.get() {
            commands.recall(scaling.resource.get_untracked(), key, manifest);
        }
    });
    Effect::new(move |_| {
        if let Some(choice) = scaling.choice().filter(|choice| choice.opened.is_none()) {
            scaling.library.want(&choice.about.file);
        }
    });
    Effect::new(move |_| {
        document().set_title(if scaling.job.is_at_rest() { "Scaling · Quanta lab" } else { "Training a sweep · Quanta lab" })
    });
    let link = expect_context::<Address>().link.get_untracked();
    if link.embed {
        return view! { <Embedded name=link.figure.unwrap_or_default() /> }.into_any();
    }
    view! {
        <div class="study">
            <panel::Panel />
            <div class="pages">
                <Notices about=About::Sweeps />
                <section class="heading" aria-labelledby="page-title">
                    <h1 id="page-title">"Loss against a resource"</h1>
                    <p>
                        "The same staircase in three directions: with more parameters, steps or data more quanta are learned, and \
                         their mean falls as a power law."
                    </p>
                </section>
                <Controls />
                <Comparison />
                <Figures />
                <runs::Runs />
                <runs::Repeat />
            </div>
        </div>
    }
    .into_any()
}

/// The figure of that name alone, and what trains the sweep where it shows that.
#[component]
fn Embedded(name: String) -> impl IntoView {
    let (scaling, address) = (expect_context::<Scaling>(), expect_context::<Address>());
    let (kind, whose) = match name.as_str() {
        "learned" => (Kind::Learned, Whose::All),
        "staircase-here" => (Kind::Staircase, Whose::Own),
        "staircase-published" => (Kind::Staircase, Whose::Published),
        _ => (Kind::Scaling, Whose::All),
    };
    let is_emergence = name == "emergence";
    let trains = !matches!(whose, Whose::Published) && !is_emergence;
    let shown = move || if is_emergence { of_published_run(scaling) } else { of_sweeps(kind, whose, scaling, address) };
    view! {
        <Framed title=kind.title()>
            <Notices about=About::Sweeps />
            <FigureCard shown=shown() />
            <Comparison />
            {trains.then(|| view! { <Controls /> })}
        </Framed>
    }
}

/// The buttons Run and Stop, the state in words, and the progress.
#[component]
fn Controls() -> impl IntoView {
    let (scaling, address) = (expect_context::<Scaling>(), expect_context::<Address>());
    let commands = expect_context::<SweepCommands>();
    let job = scaling.job;
    let busy = move || !job.is_at_rest();
    let start = move || {
        if let Ok((key, manifest)) = scaling.planned.get_untracked() {
            let (device, home) = (scaling.board.device(), address.link.get_untracked());
            commands.start(scaling.resource.get_untracked(), key, manifest, device, home);
        }
    };
    let counts = move || {
        let all = scaling.planned.with(|planned| planned.as_ref().map_or(0, |(_, manifest)| manifest.runs.len()));
        (scaling.with_shown(|kept| kept.runs.len()).unwrap_or(0), all)
    };
    let begun = move || scaling.with_shown(Kept::is_begun).unwrap_or(false);
    let over = move || counts().0 >= counts().1;
    let share = move || {
        let within = job.progress.get().filter(|_| scaling.is_shown_in_training());
        let within = within.map_or(0.0, |p| p.step as f64 / p.steps.max(1) as f64);
        100.0 * scaling.with_shown(|kept| kept.share(within)).unwrap_or(0.0)
    };
    let state_word = move || match job.phase.get() {
        Phase::Failed(_) => "failed",
        Phase::Queued(_) => "queued",
        phase if phase.is_at_rest() => "idle",
        _ => "running",
    };
    // Screen readers hear of finished runs only.
    let spoken = Memo::new(move |_| {
        let (done, all) = counts();
        let last =
            scaling.with_shown(|kept| kept.runs.last().map(|run| (kept.manifest.label(run.config()), run.last_loss()))).flatten();
        last.map_or(String::new(), |(label, loss)| {
            format!("{done} of {all} runs: {label}, loss {}.", words::bits(f64::from(loss)))
        })
    });
    view! {
        <section class="bar" aria-label="Training">
            <div class="buttons">
                <button type="button" class="main" disabled=move || busy() || over() || scaling.planned.with(Result::is_err) on:click=move |_| start()>
                    {move || if begun() && !over() { "Resume" } else { "Run" }}
                </button>
                <button type="button" disabled=move || !busy() || job.phase.get() == Phase::Stopping on:click=move |_| commands.stop()>"Stop"</button>
            </div>
            <div class="progress">
                <p class="state" id="sweep-state" data-state=state_word>{move || scaling.state_in_words()}</p>
                <div
                    class="track"
                    role="progressbar"
                    aria-label="Runs finished"
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=move || share().round()
                >
                    <div class="done" style:width=move || format!("{:.1}%", share())></div>
                </div>
            </div>
            <p class="unseen" role="status" aria-live="polite">{move || spoken.get()}</p>
        </section>
    }
}

/// Which sweeps are compared, and where their settings differ.
#[component]
fn Comparison() -> impl IntoView {
    let scaling = expect_context::<Scaling>();
    let published = move || match (scaling.choice(), scaling.material()) {
        (None, _) => scaling.library.index.with(|index| match index {
            Asked::Coming => "Looking for published sweeps …".to_owned(),
            Asked::Failed(why) => format!("The published sweeps cannot be shown: {why}."),
            Asked::There(_) | Asked::Missing => "No sweep of this resource is published here yet.".to_owned(),
        }),
        (Some(Choice { about, opened }), Some(Asked::There(material))) => {
            let whence = if opened.is_some() { "Opened" } else { "Published" };
            let runs = words::count(material.configs().len(), "run", "runs");
            let time = if about.seconds > 0.0 { format!(" in {}", words::duration(about.seconds)) } else { String::new() };
            let place = [&about.device, &about.machine]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            let place = if place.is_empty() { place } else { format!(" on {place}") };
            format!("{whence}: {}; {runs}{time}{place}.", about.title)
        }
        (Some(choice), Some(Asked::Failed(why))) => format!("“{}” cannot be shown: {why}.", choice.about.title),
        (Some(choice), Some(Asked::Missing)) => {
            format!("“{}” is listed, but its file {} is not there.", choice.about.title, choice.about.file)
        }
        (Some(choice), _) => format!("Loading “{}” …", choice.about.title),
    };
    let other = move || {
        let material = scaling.material()?;
        let theirs = material.there()?.configs().first().copied()?.clone();
        let ours = scaling.planned.with(|planned| planned.as_ref().ok().map(|(_, manifest)| manifest.runs[0].config.clone()))?;
        let varied = scaling.planned.with(|planned| {
            planned.as_ref().ok().map(|(_, manifest)| manifest.over.iter().map(|over| over.field).collect::<Vec<_>>())
        })?;
        difference(&theirs, &ours, &varied)
    };
    view! {
        <div class="comparison">
            <p class="note" id="published-note">{published}</p>
            <TryAgain library=scaling.library />
            <Show when=move || other().is_some()>
                <p class="note">{move || other().unwrap_or_default()}</p>
            </Show>
        </div>
    }
}

/// How the published sweep's settings differ from those of the sweep made here, if they do.
fn difference(theirs: &RunConfig, ours: &RunConfig, varied: &[&str]) -> Option<String> {
    let fields = ours.differences(theirs).into_iter().filter(|field| facts::COMPARED.contains(field) && !varied.contains(field));
    let names = |field: &str| RunConfig::field(field).map_or("", |known| known.label);
    let parts: Vec<String> = fields
        .map(|field| {
            let value = |config: &RunConfig| config.get(field).unwrap_or_default();
            format!("{} {} there, {} here", names(field).to_ascii_lowercase(), value(theirs), value(ours))
        })
        .collect();
    let own = "Compare slopes and shapes, not heights.";
    (!parts.is_empty())
        .then(|| format!("The published sweep is of other settings than this browser’s: {}. {own}", parts.join("; ")))
}

/// The curves, the subtasks learned, and the heat maps.
#[component]
fn Figures() -> impl IntoView {
    let scaling = expect_context::<Scaling>();
    let address = expect_context::<Address>();
    let figure = move |kind: Kind, whose: Whose| view! { <FigureCard shown=of_sweeps(kind, whose, scaling, address) /> };
    let [fit, truncated, pure] = scaling.look;
    // A single run shows when each of its subtasks emerged.
    let has_run = Memo::new(move |_| emergence::published_run(scaling).is_some());
    let has_published = Memo::new(move |_| scaling.choice().is_some());
    let has_own =
        Memo::new(move |_| scaling.with_shown(|kept: &Kept| !kept.runs.is_empty() || kept.live.is_some()).unwrap_or(false));
    view! {
        <section class="figures" aria-labelledby="figures-title">
            <h2 id="figures-title" class="unseen">"Figures"</h2>
            <div class="overlays wide" role="group" aria-label="Lines beside the points">
                <Toggle name="Fit" on=fit /> <Toggle name="Truncated sum" on=truncated /> <Toggle name="Pure law" on=pure />
            </div>
            {figure(Kind::Scaling, Whose::All)}
            {figure(Kind::Learned, Whose::All)}
            <Show when=move || has_own.get() || !has_published.get()>{figure(Kind::Staircase, Whose::Own)}</Show>
            <Show when=move || has_published.get()>{figure(Kind::Staircase, Whose::Published)}</Show>
            <Show when=move || has_run.get()>
                <FigureCard shown=of_published_run(scaling) />
            </Show>
        </section>
    }
}
