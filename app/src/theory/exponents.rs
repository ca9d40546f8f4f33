//! How the three exponents follow, in words and formulas.

use leptos::prelude::*;
use quanta_core::figure::{brief, whole};
use quanta_core::theory::Resource;

use super::Study;

/// The argument, and a table of what it gives for the sliders as they stand.
#[component]
pub fn Exponents() -> impl IntoView {
    let study = expect_context::<Study>();
    let row = move |resource: Resource| {
        let (name, formula, constant) = match resource {
            Resource::Parameters => ("Parameters, N", view! { "n = N / C" }.into_any(), "C"),
            Resource::Steps => ("Training steps, S", view! { "n = (S / T)"<sup>"1/(α+1)"</sup> }.into_any(), "T"),
            Resource::Data => ("Training samples, D", view! { "n = (D / τ)"<sup>"1/(α+1)"</sup> }.into_any(), "τ"),
        };
        let exponent = match resource {
            Resource::Parameters => view! { "α"<sub>"N"</sub>" = α" }.into_any(),
            Resource::Steps => view! { "α"<sub>"S"</sub>" = α/(α+1)" }.into_any(),
            Resource::Data => view! { "α"<sub>"D"</sub>" = α/(α+1)" }.into_any(),
        };
        let alpha = move || study.with(|quanta| quanta.model.alpha);
        let needed = move || {
            let n = study.learned.get() as f64;
            format!("{} {constant}", brief(n.powf(resource.growth(alpha()))))
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="formula">{formula}</td>
                <td class="formula">{exponent}</td>
                <td class="number">{move || brief(resource.exponent(alpha()))}</td>
                <td class="number">{needed}</td>
            </tr>
        }
    };
    view! {
        <section class="prose" aria-labelledby="exponents-title">
            <h2 id="exponents-title">"How the three exponents follow"</h2>
            <ol class="argument">
                <li>
                    "A sample needs one quantum. Quantum k is needed with the use frequency "
                    <span class="formula">"p"<sub>"k"</sub>" = k"<sup>"−(α+1)"</sup>" / ζ(α+1)"</span>
                    ", and its samples lose b bits before it is learned and a bits after."
                </li>
                <li>
                    "Quanta are learned in order of use. With n of them learned the mean loss is "
                    <span class="formula">
                        "L"<sub>"n"</sub>" = Σ"<sub>"k≤n"</sub>" a p"<sub>"k"</sub>" + Σ"<sub>"k>n"</sub>" b p"<sub>"k"</sub>
                        " ≈ a + (b−a) / (α ζ(α+1)) · n"<sup>"−α"</sup>
                    </span>
                    ": many sharp steps, one smooth power law. With finitely many quanta the sum ends, and at small α that bends \
                     the curve all along."
                </li>
                <li>
                    "A resource decides how many are learned. "
                    <strong>"Parameters:"</strong>
                    " each quantum takes C of them. "
                    <strong>"Steps:"</strong>
                    " a quantum must be met often enough, and quantum k is met in proportion to p"<sub>"k"</sub>
                    ", so it takes T · k"<sup>"α+1"</sup>" steps. "
                    <strong>"Data:"</strong>
                    " there must be enough samples of it, τ · k"<sup>"α+1"</sup>" in all. Put n into the loss, and its exponent follows."
                </li>
            </ol>
            <div class="scroller" tabindex="0" role="region" aria-label="The three exponents, a table">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Resource"</th>
                            <th scope="col">"Quanta learned"</th>
                            <th scope="col">"Exponent"</th>
                            <th scope="col" class="number">{move || format!("At α = {}", brief(study.with(|quanta| quanta.model.alpha)))}</th>
                            <th scope="col" class="number">{move || format!("For {} quanta", whole(study.learned.get() as f64))}</th>
                        </tr>
                    </thead>
                    <tbody>{Resource::ALL.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <p class="note">"C, T and τ are constants of the task and the model: the parameters, steps and samples that the first quantum takes."</p>
        </section>
    }
}
