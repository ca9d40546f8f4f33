//! A run goes on while its reader visits other pages; what is asked for meanwhile waits its turn.

use std::time::Duration;

use crate::TINY;
use crate::driver::Kind;
use crate::person::{Person, a_person, a_person_at};

/// Follows a link of the navigation.
async fn goes_to(person: &Person, page: &str) {
    let link = person.finds("link", page).await;
    person.runs_script_on(&link, "arguments[0].click()", "").await;
}

in_every_browser!(a_run_goes_on_while_other_pages_are_visited);

fn a_run_goes_on_while_other_pages_are_visited(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("").await;
        person.presses("Start").await;
        let before = person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        goes_to(person, "Theory").await;
        person.reads_soon("From quanta to a power law").await;
        // The header says what is in training and how far it is.
        let state = person.text_of("training-state").await;
        assert!(state.ends_with('%'), "{state}");
        goes_to(person, "Reproduce").await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let name = person.text_of("training").await;
        goes_to(person, &name).await;
        person.waits_for_state("Running").await;
        person.sees("the same run, further on", |numbers| numbers.step > before.step).await;
        assert_eq!(person.finds_all("link", &name).await.len(), 0, "the header shows it on its own page");
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
    });
}

/// How long after a page was opened it, and the one before, may still complain: longer than any timer
/// of theirs.
const LATER: Duration = Duration::from_secs(15);

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn no_page_complains_after_it_was_left() {
    a_person(async |person| {
        person.opens(&TINY.replace("steps=400", "steps=4000000")).await;
        person.presses("Start").await;
        person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        for page in ["Theory", "Scaling", "Language", "Reproduce", "Scaling", "Lab"] {
            goes_to(person, page).await;
            tokio::time::sleep(LATER).await;
            person.sees_no_problems().await;
        }
        person.waits_for_state("Running").await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_run_waits_its_turn_behind_a_sweep_and_can_be_taken_back() {
    a_person(async |person| {
        person.opens("?page=scaling&tasks=5&runs=2&steps=20000").await;
        person.presses("Run").await;
        person.reads_soon("Run 1 of 2, step ").await;
        goes_to(person, "Lab").await;
        person.presses("Start").await;
        person.waits_for_state("Queued, number 1").await;
        person.presses("Stop").await;
        person.reads_soon("Runs are kept here").await;
        // Asked for again, it begins when the sweep is stopped.
        person.presses("Start").await;
        person.waits_for_state("Queued, number 1").await;
        goes_to(person, "Sweep over parameters").await;
        person.presses("Stop").await;
        // A run or two may be over by then.
        person.reads_soon(" of 2 runs are there.").await;
        goes_to(person, "Lab").await;
        person.sees("the run's first evaluations", |numbers| numbers.step.is_some()).await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_run_in_training_is_refused_to_a_second_tab() {
    a_person(async |person| {
        // Long enough to be left in its middle.
        person.opens(&TINY.replace("steps=400", "steps=400000")).await;
        person.presses("Start").await;
        person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        person.presses("Pause").await;
        person.waits_for_state("Paused at step").await;
        let address = person.address().await;
        let tab = person.driver().new_tab().await.expect("another tab");
        person.driver().switch_to_window(tab).await.expect("the other tab");
        person.goes_to(&address).await;
        person.waits_for_state("Ready to start.").await;
        person.presses("Resume").await;
        person.reads_soon("This run is in training in another tab of this browser.").await;
        assert!(person.can_use("button", "Start").await);
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn another_preset_shows_its_own_start_and_the_run_again() {
    a_person(async |person| {
        person.opens("").await;
        person.presses("Start").await;
        person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
        person.picks("Lesson").await;
        person.finds("heading", "Lesson").await;
        person.sees("no numbers yet", |numbers| numbers.step.is_none()).await;
        person.driver().back().await.expect("the first preset");
        person.sees("the run that was stopped", |numbers| numbers.step.is_some()).await;
    });
}
