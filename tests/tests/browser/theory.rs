//! The theory page: sliders, switches and links.

use serde_json::json;

use crate::access::audit;
use crate::driver::Kind;
use crate::person::{Person, SHORT_WAIT, a_person, a_person_at};

/// Waits until the page shows these exponents: α_N, then α_S and α_D.
async fn shows(person: &Person, text: &str) {
    person.waits(SHORT_WAIT, text, async || (person.text_of("theory-exponents").await == text).then_some(())).await;
}

in_every_browser!(a_slider_moves_by_keyboard_and_back_undoes_it);

fn a_slider_moves_by_keyboard_and_back_undoes_it(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("?page=theory").await;
        shows(person, "0.40; 0.29").await;
        let slider = person.finds("slider", "Exponent α").await;
        slider.focus().await.expect("the slider focused");
        // Back undoes two quick keystrokes together.
        person.presses_keys("\u{e014}\u{e014}").await;
        shows(person, "0.42; 0.30").await;
        assert_eq!(person.query().await, "?page=theory&alpha=0.42");
        person.driver().back().await.expect("the page before");
        shows(person, "0.40; 0.29").await;
        person.driver().forward().await.expect("the page after");
        shows(person, "0.42; 0.30").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_number_can_be_typed_and_a_wrong_one_is_explained() {
    a_person(async |person| {
        person.opens("?page=theory&quanta=50").await;
        person.types("textbox", "Exponent α, typed", "1").await;
        shows(person, "1.00; 0.50").await;
        person.types("textbox", "Exponent α, typed", "7").await;
        person.reads_soon("Exponent α must be a number from 0 to 2.").await;
        shows(person, "1.00; 0.50").await;
        // The number of learned quanta is limited to that of all quanta.
        person.types("textbox", "Quanta learned, n, typed", "900").await;
        let text = person.reads_soon("By 50 of 50 quanta.").await;
        assert!(text.contains("With 50 quanta learned."), "{text}");
        assert_eq!(person.text_of("theory-loss").await, "0 bits");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_models_assumptions_can_be_changed_and_the_link_records_it() {
    a_person(async |person| {
        person.opens("?page=theory").await;
        for name in ["Truncated: no further quanta", "Noise in the order of learning", "Every M-th quantum is missing"] {
            let check = person.finds("checkbox", name).await;
            person.runs_script_on(&check, "arguments[0].click()", "").await;
        }
        person.opens_menu("About this figure: Their mean").await;
        let words = ["the first 1,000", "strays by 1.00", "every 5-th never learned"];
        let told = async || {
            let about = person.text_of("figure-sum-about").await;
            words.iter().all(|word| about.contains(word)).then_some(())
        };
        person.waits(SHORT_WAIT, "the figure to tell of all three", told).await;
        assert_eq!(person.query().await, "?page=theory&truncated=0&noise=1&missing=5");
        // The link restores the settings; unknown keys are reported.
        person.opens("?page=theory&noise=2&seed=3&pie=4").await;
        person.reads_soon("none of the lab’s settings: pie").await;
        person.opens_menu("About this figure: Their mean").await;
        person.reads_soon("strays by 2.00").await;
    });
}

in_every_browser!(a_figures_values_are_read_by_keyboard);

fn a_figures_values_are_read_by_keyboard(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("?page=theory&alpha=1&quanta=3").await;
        let figure = person.finds("slider", "How often quanta are used…").await;
        figure.focus().await.expect("the figure focused");
        // The Home key moves to the first value.
        person.presses_keys("\u{e011}").await;
        let read = person.runs_script("return document.activeElement.getAttribute('aria-valuetext')", []).await;
        assert_eq!(read, json!("quantum 1: used in 73.5 % of samples, learned as number 1"));
        // Letters are set lowered where they can be seen, and are said without a mark.
        let figure = person.finds("slider", "The three exponents…").await;
        figure.focus().await.expect("the figure focused");
        person.presses_keys("\u{e010}").await;
        let read = person.runs_script("return document.activeElement.getAttribute('aria-valuetext')", []).await;
        assert_eq!(read, json!("α = 1.50: αN = 1.50 in parameters, αS = αD = 0.60 in steps and data"));
        let lowered =
            "return [...document.activeElement.closest('figure').querySelectorAll('.reading sub')].map((e) => e.textContent)";
        assert_eq!(person.runs_script(lowered, []).await, json!(["N", "S", "D"]));
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_figure_has_a_table_once_it_is_asked() {
    a_person(async |person| {
        person.opens("?page=theory&alpha=1&quanta=3").await;
        let cells = "return [...document.querySelectorAll('#figure-use-about tbody tr')].map((row) => row.innerText)";
        person.finds("disclosure", "About this figure: How often quanta are used").await;
        assert_eq!(person.runs_script(cells, []).await, json!([]), "nothing is worked out before");
        person.opens_menu("About this figure: How often quanta are used").await;
        // 36/49, 9/49 and 4/49.
        let rows = ["1\t73.5\t1", "2\t18.4\t2", "3\t8.16\t3"];
        person.waits(SHORT_WAIT, "the table", async || (person.runs_script(cells, []).await == json!(rows)).then_some(())).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn axe_finds_no_violations_on_the_other_pages() {
    a_person(async |person| {
        for theme in ["light", "dark"] {
            for page in ["theory&noise=1&missing=5", "scaling", "scaling&resource=data", "language", "reproduce"] {
                person.opens(&format!("?page={page}&theme={theme}")).await;
                person.reads_soon("arXiv 2303.13506").await;
                person
                    .waits(SHORT_WAIT, "the figures' words", async || {
                        (!person.reads().await.contains("Looking for")).then_some(())
                    })
                    .await;
                audit(person, &format!("{page}, {theme}")).await;
            }
        }
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_other_pages_fit_a_narrow_window() {
    a_person_at(Kind { size: (500, 800), ..Kind::default() }, async |person| {
        for page in ["theory&noise=1&missing=5", "scaling", "language", "reproduce"] {
            person.opens(&format!("?page={page}")).await;
            person.enters_a_frame(390).await;
            person.reads_soon("arXiv 2303.13506").await;
            assert_eq!(person.sees_cut_off().await, json!([0, []]), "{page}: the page overflows");
            person.driver().enter_default_frame().await.expect("out of the frame");
        }
    });
}
