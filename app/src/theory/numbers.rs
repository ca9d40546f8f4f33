//! The model in numbers.

use leptos::prelude::*;
use quanta_core::figure::{brief, whole};
use quanta_core::theory::Resource;

use super::Study;

/// The loss, the share of samples learned, and the measured slope beside the exponent.
#[component]
pub fn Numbers() -> impl IntoView {
    let study = expect_context::<Study>();
    let n = study.learned;
    let loss = move || study.with(|quanta| quanta.loss.get(n.get()).copied().unwrap_or(f64::NAN));
    let law = move || match n.get() {
        0 => "The pure power law begins at one quantum.".to_owned(),
        n => format!("The pure power law has {} bits.", brief(study.with(|quanta| quanta.pure(n as f64)))),
    };
    // The range of the figure: neither the start nor the end of the sum bends it there.
    let slope = move || {
        study.with(|quanta| {
            let last = quanta.loss.len() - 1;
            let (from, to) = (5.min(last), (last / 10).max(10).min(last));
            (quanta.exponent(from, to), from, to)
        })
    };
    let slope_words = move || slope().0.map_or("–".to_owned(), |slope| format!("−{slope:.2}"));
    let slope_note = move || {
        let (_, from, to) = slope();
        let from_theory = Resource::Parameters.exponent(study.with(|quanta| quanta.model.alpha));
        format!("Between {} and {} quanta; the pure law has −{}.", whole(from as f64), whole(to as f64), brief(from_theory))
    };
    let share = move || study.with(|quanta| 100.0 * used(quanta, n.get()));
    let spoken = move || {
        format!("{} quanta learned: mean loss {} bits, slope of the sum {}.", whole(n.get() as f64), brief(loss()), slope_words())
    };
    let exponents = move || {
        let alpha = study.with(|quanta| quanta.model.alpha);
        (brief(Resource::Parameters.exponent(alpha)), brief(Resource::Steps.exponent(alpha)))
    };
    view! {
        <section class="numbers" aria-labelledby="numbers-title">
            <h2 id="numbers-title" class="unseen">"In numbers"</h2>
            <dl>
                <div>
                    <dt>"Mean loss"</dt>
                    <dd class="big" id="theory-loss">{move || brief(loss())}<small>" bits"</small></dd>
                    <dd class="note">{move || format!("With {} quanta learned. {}", whole(n.get() as f64), law())}</dd>
                </div>
                <div>
                    <dt>"Samples whose quantum is learned"</dt>
                    <dd class="big">{move || brief(share())}<small>" %"</small></dd>
                    <dd class="note">{move || format!("By {} of {} quanta.", whole(n.get() as f64), whole(study.with(|quanta| quanta.p.len()) as f64))}</dd>
                </div>
                <div>
                    <dt>"Slope of the sum"</dt>
                    <dd class="big" id="theory-slope">{slope_words}</dd>
                    <dd class="note">{slope_note}</dd>
                </div>
                <div>
                    <dt>"Exponents in N; in S and D"</dt>
                    <dd class="big" id="theory-exponents">{move || exponents().0}<small>"; "</small>{move || exponents().1}</dd>
                    <dd class="note">"α, and α/(α+1)."</dd>
                </div>
            </dl>
            <p class="unseen" role="status" aria-live="polite">{spoken}</p>
        </section>
    }
}

/// The share of samples whose quantum is among the n that were learned first.
fn used(quanta: &quanta_core::figure::model::Quanta, n: usize) -> f64 {
    let learned = |(p, place): (&f64, &Option<usize>)| place.is_some_and(|place| place <= n).then_some(*p);
    // Summed from the smallest up, so that a long tail keeps its digits.
    quanta.p.iter().zip(&quanta.learned_at).rev().filter_map(learned).sum()
}
