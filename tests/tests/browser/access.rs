//! Accessibility: an audit with axe-core, a run by keyboard alone, narrow windows.

use serde_json::{Value, json};

use crate::TINY;
use crate::driver::Kind;
use crate::person::{Person, a_person, a_person_at};

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn axe_finds_nothing_before_during_and_after_a_run() {
    a_person(async |person| {
        person.opens(&format!("{TINY}&theme=light")).await;
        person.waits_for_state("Ready to start.").await;
        person.opens_everything().await;
        audit(person, "before a run, light").await;
        person.presses("Step").await;
        person.waits_for_state("Paused at step 1").await;
        audit(person, "paused, light").await;
        person.presses("Resume").await;
        person.waits_for_state("Finished at step 400").await;
        audit(person, "finished, light").await;
        person.opens(&format!("{TINY}&theme=dark")).await;
        person.sees("the stored run", |numbers| numbers.step == Some(400)).await;
        person.opens_everything().await;
        audit(person, "finished, dark").await;
        person.opens("?n_tasks=many").await;
        person.reads_soon("This link cannot be used as it is").await;
        audit(person, "a bad link").await;
        person.opens(&format!("{TINY}&embed=1&figure=tasks")).await;
        person.waits_for_state("Ready to start.").await;
        audit(person, "embedded").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_page_fits_a_narrow_window() {
    a_person_at(Kind { size: (500, 800), ..Kind::default() }, async |person| {
        for width in [390, 360] {
            person.opens(TINY).await;
            person.waits_for_state("Ready to start.").await;
            person.enters_a_frame(width).await;
            person.waits_for_state("Ready to start.").await;
            person.opens_everything().await;
            assert_eq!(person.sees_cut_off().await, json!([0, []]), "at {width} pixels the page overflows");
            person.driver().enter_default_frame().await.expect("out of the frame");
        }
    });
}

in_every_browser!(a_run_by_keyboard_alone);

fn a_run_by_keyboard_alone(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        person.tabs_to("button", "Start").await;
        person.presses_keys("\u{e007}").await;
        // The pressed button is now disabled, but the focus must not be lost.
        person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 1)).await;
        let (role, name) = person.has_focus_on().await;
        assert!(role == "button" && ["Pause", "Start", "Stop"].contains(&name.as_str()), "the focus is on {role} '{name}'");
        person.waits_for_state("Finished at step 400").await;
        // The arrow key selects the next preset by its radio button.
        person.tabs_to("radio", "…").await;
        person.presses_keys("\u{e015}").await;
        person
            .waits(crate::person::SHORT_WAIT, "the next preset", async || {
                person.query().await.contains("batch_size").then_some(())
            })
            .await;
        // Enter opens a menu; Escape closes it and returns the focus.
        person.tabs_to("disclosure", "More for this run").await;
        person.presses_keys("\u{e007}").await;
        person.finds("button", "Save as CSV").await;
        person.presses_keys("\u{e00c}").await;
        person
            .waits(crate::person::SHORT_WAIT, "the menu gone", async || {
                person.finds_all("button", "Save as CSV").await.is_empty().then_some(())
            })
            .await;
        assert_eq!(person.has_focus_on().await.1, "More for this run");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_focus_can_be_seen() {
    a_person(async |person| {
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        let mut invisible = Vec::new();
        for _ in 0..40 {
            person.presses_keys("\u{e004}").await;
            let look = "const e = document.activeElement, box = e.closest('label') ?? e, seen = (x) => { const s = getComputedStyle(x);
                return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
                return e === document.body || seen(e) || seen(box) || [...box.children].some(seen) ? null : e.outerHTML.slice(0, 120);";
            if let Value::String(element) = person.runs_script(look, []).await {
                invisible.push(element);
            }
        }
        assert!(invisible.is_empty(), "without a visible focus: {invisible:#?}");
    });
}

/// Audits the page with axe-core and asserts that it finds no violations.
pub async fn audit(person: &Person, when: &str) {
    let path = std::env::var("QUANTA_AXE")
        .unwrap_or_else(|_| panic!("QUANTA_AXE must name axe-core's axe.min.js: run `./lab test browser`"));
    let axe = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    person.runs_script(&format!("{axe}; return 1"), []).await;
    let report = person
        .driver()
        .execute_async(
            "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] })
                 .then((report) => done(report.violations.map((v) => ({ id: v.id, impact: v.impact, help: v.help, on: v.nodes.slice(0, 5).map((n) => n.html.slice(0, 160) + ' :: ' + (n.failureSummary ?? '')) }))),
                       (error) => done(String(error)));",
            Vec::new(),
        )
        .await
        .expect("a report")
        .json()
        .clone();
    assert_eq!(report, json!([]), "axe-core, {when}: {report:#}");
}

impl Person {
    /// Presses Tab until the element of that role and name has the focus.
    async fn tabs_to(&self, role: &str, name: &str) {
        let mut path = Vec::new();
        for _ in 0..80 {
            self.presses_keys("\u{e004}").await;
            let focus = self.has_focus_on().await;
            let fits = name.strip_suffix('…').map_or(focus.1 == name, |begin| focus.1.starts_with(begin));
            if focus.0 == role && fits {
                return;
            }
            path.push(focus);
        }
        panic!("Tab never reached the {role} '{name}', but {path:?}");
    }

    /// Opens all `details` elements except menus.
    pub async fn opens_everything(&self) {
        self.runs_script("document.querySelectorAll('details:not(.menu)').forEach((details) => { details.open = true; })", [])
            .await;
    }
}
