//! The cluster that is open: what its samples have in common, and each in its context.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::analysis::qdg::{Contexts, Described, Inputs, counts};

use super::course::CourseOf;
use super::found::Found;
use super::list::percent;
use super::state::Reader;
use crate::words;

/// How many samples are shown at first, and how many more each time.
const SOME: usize = 50;
/// How many tokens before the predicted one are shown, unless all are asked for.
const NEAR: usize = 24;

/// The cluster.
#[component]
pub fn Cluster() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let is_whole = RwSignal::new(false);
    let place = move || {
        let listed = reader.listed.get();
        let open = reader.open.get();
        (listed.iter().position(|one| Some(one.at) == open), listed.len())
    };
    let is_first = move || place().0.is_none_or(|at| at == 0);
    let is_last = move || matches!(place(), (Some(at), all) if at + 1 >= all);
    let title = move || reader.cluster().map_or(String::new(), |one| format!("Cluster {}", one.rank));
    let standing = move || match (place(), reader.order.get().word()) {
        ((Some(at), all), word) => format!("{} of {} by {word}", at + 1, words::thousands(all as u64)),
        ((None, _), _) => "not in the list".to_owned(),
    };
    // Long contexts are cut only where inputs are tokens.
    let has_long = move || {
        reader.found().is_some_and(|found| match &found.clusters.samples.inputs {
            Inputs::Tokens { context, .. } => *context > NEAR,
            Inputs::Bits(_) => false,
        })
    };
    let spoken = Memo::new(move |_| {
        let (found, cluster) = (reader.found()?, reader.cluster()?);
        Some(format!("Cluster {}, {}. {}", cluster.rank, standing(), summary(&found, &cluster)))
    });
    view! {
        <div class="open-cluster">
            <div class="card-head">
                <h3 id="cluster-title">{title}<span class="note">" · "{standing}</span></h3>
                <div class="tools">
                    <Show when=has_long>
                        <button
                            type="button"
                            class="quiet"
                            aria-pressed=move || is_whole.get().to_string()
                            on:click=move |_| is_whole.update(|whole| *whole = !*whole)
                        >
                            "Whole contexts"
                        </button>
                    </Show>
                    <button type="button" class="quiet" disabled=is_first aria-label="Previous cluster" on:click=move |_| reader.step(false)>"←"</button>
                    <button type="button" class="quiet" disabled=is_last aria-label="Next cluster" on:click=move |_| reader.step(true)>"→"</button>
                </div>
            </div>
            <p class="unseen" role="status">{move || spoken.get()}</p>
            {move || reader.course.get().map(|course| view! {
                <CourseOf course=course what="The mean loss of its samples in nats, by step of training." />
            })}
            {move || reader.over_size.get().map(|course| view! {
                <CourseOf course=course what="The same by models of other sizes, by their number of parameters." />
            })}
            {move || {
                let (found, cluster) = (reader.found()?, reader.cluster()?);
                let fits = reader.filter.fits.get();
                Some(view! { <Members found=found cluster=cluster fits=fits is_whole=is_whole /> })
            }}
        </div>
    }
}

/// What a cluster's samples are, in a sentence or two.
fn summary(found: &Found, cluster: &Described) -> String {
    let samples = &found.clusters.samples;
    let share = |count: usize| percent(count as f64 / cluster.size.max(1) as f64);
    let family = |quantum: u32| samples.families.get(quantum as usize).map_or(String::new(), |family| format!(" ({family})"));
    let some = |all: Vec<(u32, usize)>, name: &dyn Fn(u32) -> String| {
        let first: Vec<String> = all.iter().take(4).map(|(value, count)| format!("{} {}", name(*value), share(*count))).collect();
        let rest = all.len().saturating_sub(first.len());
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        format!("{}{rest}", first.join(", "))
    };
    let contexts = found.contexts();
    let stability = cluster.stability.map_or(String::new(), |jaccard| {
        let parts = found.clusters.ask.stability;
        format!(" Found again in {parts} parts of the samples: Jaccard index {jaccard:.2}.")
    });
    let causal = cluster.causal.map_or(String::new(), |score| {
        format!(" Along its mean gradient its own loss changes {} times as much as that of others.", words::significant(score))
    });
    format!(
        "{}. {}: {}. Targets: {}.{stability}{causal}",
        words::count(cluster.size, "sample", "samples"),
        words::capital(samples.noun().many),
        some(counts(&samples.quantum, &cluster.members), &|quantum| format!("{}{}", quantum + 1, family(quantum))),
        some(counts(&samples.target, &cluster.members), &|target| format!("“{}”", contexts.token(target))),
    )
}

/// Its samples, some at a time.
#[component]
fn Members(found: Arc<Found>, cluster: Described, fits: Option<Arc<Vec<bool>>>, is_whole: RwSignal<bool>) -> impl IntoView {
    let shown = RwSignal::new(SOME);
    let is_left = |sample: &usize| fits.as_ref().is_none_or(|fits| fits.get(*sample).copied().unwrap_or(false));
    let left: Vec<usize> = cluster.members.iter().copied().filter(is_left).collect();
    let (all, size, rank) = (left.len(), cluster.size, cluster.rank);
    let summary = summary(&found, &cluster);
    let quantum = cluster.quantum;
    let below = found.clusters.ask.below;
    let to_read = expect_context::<Reader>().to_read;
    let is_known = found.clusters.model.is_none();
    let is_of_run = is_known && matches!(found.clusters.samples.inputs, Inputs::Tokens { .. });
    let to_read = is_of_run.then_some(to_read);
    let is_bits = matches!(found.clusters.samples.inputs, Inputs::Bits(_));
    let samples = move || {
        let is_whole = is_whole.get();
        let contexts = found.contexts();
        let near = if is_whole { usize::MAX } else { NEAR };
        let line = |sample: &usize| Line::new(&found, &contexts, *sample, near).into_view(quantum, below, to_read);
        left.iter().take(shown.get()).map(line).collect_view()
    };
    let counted = move || {
        let shown = shown.get().min(all);
        let of = if all < size { format!("{all} that fit, of {size}") } else { words::thousands(all as u64) };
        if shown < all || all < size { format!("{shown} of {of}.") } else { String::new() }
    };
    view! {
        <p class="summary">{summary}</p>
        <ol class="samples" class:bits=is_bits aria-label=format!("Samples of cluster {rank}")>{samples}</ol>
        <p class="note more">
            {counted}
            <Show when=move || { shown.get() < all }>
                <button type="button" on:click=move |_| shown.update(|shown| *shown += SOME)>
                    {move || format!("Show {} more", SOME.min(all - shown.get().min(all)))}
                </button>
            </Show>
        </p>
        <p class="note">
            {format!("The predicted token is marked; its shade is its loss, from none at 0 to the strongest at {below} nats. ")}
            {if is_known { "What it does not depend on is grey." } else { "What it depends on is not known." }}
        </p>
    }
}

/// One sample.
struct Line {
    /// The text before the target, in pieces, each with whether the label depends on it.
    before: Vec<(String, bool)>,
    target: String,
    /// “quantum”, or “text” where quanta are not known.
    noun: &'static str,
    quantum: u32,
    family: Option<String>,
    loss: f32,
    sample: usize,
}

impl Line {
    /// Of the tokens before the target, so many are shown.
    fn new(found: &Found, contexts: &Contexts, sample: usize, near: usize) -> Self {
        let samples = &found.clusters.samples;
        let (before, joint, own) = (contexts.before(sample), contexts.joint(), contexts.own(sample));
        // Bits are in no order, and of what the target depends on nothing is cut.
        let most = own.first().copied().unwrap_or(before.len());
        let from = if matches!(samples.inputs, Inputs::Bits(_)) { 0 } else { before.len().saturating_sub(near).min(most) };
        let mut pieces: Vec<(String, bool)> = Vec::new();
        if from > 0 {
            pieces.push((format!("…{joint}"), false));
        }
        for (at, part) in before.into_iter().enumerate().skip(from) {
            let is_own = own.contains(&at);
            match pieces.last_mut().filter(|(_, last)| *last == is_own) {
                Some((text, _)) => *text += &part,
                None => pieces.push((part, is_own)),
            }
            if let Some((text, _)) = pieces.last_mut() {
                *text += joint;
            }
        }
        let quantum = samples.quantum[sample];
        Self {
            before: pieces,
            target: contexts.token(samples.target[sample]),
            noun: samples.noun().one,
            quantum: quantum + 1,
            family: samples.families.get(quantum as usize).cloned(),
            loss: samples.loss[sample],
            sample,
        }
    }

    /// The sample in a cluster most of whose samples are of that quantum. Where it can be shown in the text,
    /// `to_read` asks for that.
    fn into_view(self, of_most: u32, below: f64, to_read: Option<RwSignal<Option<usize>>>) -> impl IntoView {
        let is_other = self.quantum != of_most;
        let shade = (f64::from(self.loss) / below.max(1e-9)).clamp(0.0, 1.0);
        let pieces = self.before.into_iter().map(|(text, is_own)| match is_own {
            true => view! { <span class="own">{text}</span> }.into_any(),
            false => view! { <span class="far">{text}</span> }.into_any(),
        });
        let family = self.family.map_or(String::new(), |family| format!(", {family}"));
        view! {
            <li>
                <p class="context">
                    {pieces.collect_view()}
                    <span class="unseen">" predicts "</span>
                    <mark style:--loss=format!("{:.0}%", 100.0 * shade)>{self.target}</mark>
                </p>
                <p class="of number">
                    <span class:other=is_other>{format!("{} {}{family}", self.noun, self.quantum)}</span>
                    <span>{loss(self.loss)}</span>
                    {to_read.map(|to_read| view! {
                        <button type="button" class="quiet" title="Shows it in the text, with the samples that are most alike"
                            on:click=move |_| to_read.set(Some(self.sample))>"More like this"</button>
                    })}
                </p>
            </li>
        }
    }
}

/// A loss in nats.
fn loss(nats: f32) -> String {
    match f64::from(nats) {
        0.0 => "0 nats".to_owned(),
        nats if nats < 1e-4 => "< 0.0001 nats".to_owned(),
        nats => format!("{} nats", words::significant(nats)),
    }
}
