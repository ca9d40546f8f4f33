//! Two runs side by side: where their settings and their results differ.

use leptos::prelude::*;
use quanta_core::fit;
use quanta_core::theory::Resource;

use crate::facts;
use crate::protocol::RunId;
use crate::trainer::{Run, Runs};
use crate::view::watch::Repaint;
use crate::words;

/// One line of the comparison.
#[derive(Clone, PartialEq)]
struct Pair {
    what: String,
    left: String,
    right: String,
}

/// The comparison, once there are two runs.
#[component]
pub fn Compare() -> impl IntoView {
    let runs = expect_context::<Runs>();
    let enough = Memo::new(move |_| runs.list.with(|runs| runs.len() > 1));
    let chosen = [RwSignal::new(None::<RunId>), RwSignal::new(None::<RunId>)];
    // The two latest runs, unless others are chosen and still there.
    let pair = Memo::new(move |_| {
        runs.list.with(|runs| {
            let there = |id: Option<RunId>| id.filter(|id| runs.iter().any(|run| run.id == *id));
            let right = there(chosen[1].get()).or_else(|| runs.last().map(|run| run.id));
            let left = there(chosen[0].get()).or_else(|| runs.iter().rev().map(|run| run.id).find(|id| Some(*id) != right));
            (left, right)
        })
    });
    let choice = move |i: usize, label: &'static str| {
        let id = format!("compare-{i}");
        let value = move || if i == 0 { pair.get().0 } else { pair.get().1 };
        let options = move || {
            runs.list.with(|runs| {
                runs.iter()
                    .rev()
                    .map(|run| {
                        let id = run.id;
                        view! { <option value=id.to_string() selected=move || value() == Some(id)>{run.name.clone()}</option> }
                    })
                    .collect_view()
            })
        };
        view! {
            <label class="unseen" for=id.clone()>{label}</label>
            <select id=id on:change=move |event| chosen[i].set(event_target_value(&event).parse().ok())>{options}</select>
        }
    };
    // A fit takes a while, so it is made between frames.
    let lines = RwSignal::new(Vec::new());
    let write = Repaint::new(move || {
        let (left, right) = pair.get_untracked();
        lines.set(runs.list.with_untracked(|runs| {
            let find = |id: Option<RunId>| runs.iter().find(|run| Some(run.id) == id);
            find(left).zip(find(right)).map(|(left, right)| compare(left, right)).unwrap_or_default()
        }));
    });
    Effect::new(move |_| {
        pair.track();
        runs.list.track();
        if enough.get() {
            write.request();
        }
    });
    view! {
        <Show when=move || enough.get()>
            <section class="compare" aria-labelledby="compare-title">
                <h2 id="compare-title">"Compare two runs"</h2>
                <div class="scroller" tabindex="0" role="region" aria-label="Comparison">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col"><span class="unseen">"What"</span></th>
                                <th scope="col">{choice(0, "First run")}</th>
                                <th scope="col">{choice(1, "Second run")}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || lines.get().into_iter().map(|line| view! {
                                <tr><th scope="row">{line.what}</th><td>{line.left}</td><td>{line.right}</td></tr>
                            }).collect_view()}
                        </tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
}

/// The settings in which the two differ, then their results.
fn compare(left: &Run, right: &Run) -> Vec<Pair> {
    let both = |what: &str, read: &dyn Fn(&Run) -> String| Pair { what: what.to_owned(), left: read(left), right: read(right) };
    let differences = left.record.config.differences(&right.record.config);
    let fields = left.record.config.fields().into_iter();
    let mut lines: Vec<Pair> = fields
        .filter(|field| differences.contains(&field.name))
        .map(|field| both(field.label, &|run| run.record.config.get(field.name).unwrap_or_default()))
        .collect();
    if lines.is_empty() {
        lines.push(both("Settings", &|_| "the same".to_owned()));
    }
    let last =
        |run: &Run, read: &dyn Fn(&quanta_core::event::Evaluation) -> String| run.record.last().map_or("–".to_owned(), read);
    lines.push(both("Last logged step", &|run| words::thousands(run.step())));
    lines.push(both("Mean loss", &|run| last(run, &|e| words::bits(facts::mean_loss(e)))));
    lines.push(both("Learned", &|run| last(run, &|e| format!("{} of {}", facts::learned(e), facts::quanta_count(run.config())))));
    lines.push(both("Fitted exponent", &|run| match fit::loss_law(&run.record, None) {
        Ok(law) => law.estimate().to_string(),
        Err(_) => "–".to_owned(),
    }));
    lines.push(both("Theory’s exponent, α/(α+1)", &|run| {
        format!("{:.3}", Resource::Steps.exponent(facts::alpha(run.config())))
    }));
    lines.push(both("Training time", &|run| last(run, &|e| words::duration(e.seconds))));
    lines.push(both("Device", &|run| run.record.device.clone()));
    // At the last step that both have measured: a fair comparison while one is in training.
    let common = left.record.evaluations.iter().rev().find_map(|a| {
        let b = right.record.evaluations.iter().find(|b| b.step == a.step)?;
        (a.step > 0).then_some((a, b))
    });
    if let Some((a, b)) = common {
        lines.push(Pair {
            what: format!("Mean loss at step {}, which both have", words::thousands(a.step)),
            left: words::bits(facts::mean_loss(a)),
            right: words::bits(facts::mean_loss(b)),
        });
    }
    lines
}
