//! The scaling page: a sweep is trained in the browser, stopped, resumed and saved.

use std::fs;
use std::path::{Path, PathBuf};

use quanta_core::sweep::Collected;
use serde_json::json;

use crate::driver::Kind;
use crate::person::{LONG_WAIT, Person, SHORT_WAIT, a_person, a_person_at};

/// The query of a sweep of two runs that take seconds.
const TINY: &str = "?page=scaling&tasks=5&runs=2&steps=500";

/// Waits until the text of the sweep's state begins with `begin`, and returns it.
async fn waits_for(person: &Person, begin: &str) -> String {
    let state = async || Some(person.text_of("sweep-state").await).filter(|state| state.starts_with(begin));
    person.waits(LONG_WAIT, &format!("the sweep's state '{begin}'"), state).await
}

in_every_browser!(a_sweep_is_trained_and_saved);

fn a_sweep_is_trained_and_saved(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        waits_for(person, "Ready: 2 runs.").await;
        person.presses("Run").await;
        waits_for(person, "Finished: 2 runs.").await;
        person.opens_menu("About this figure: Loss against parameters").await;
        let text = person.reads_soon("5 subtasks at α = 0.4").await;
        assert!(text.contains("500 steps in "), "{text}");
        assert!(!person.can_use("button", "Run").await, "Run must be disabled after the sweep is finished");

        person.presses("Save all points as CSV").await;
        let table = std::fs::read_to_string(person.receives(".csv").await).expect("the table");
        let own = table.lines().filter(|line| line.starts_with("\"in this browser\",parameters,")).count();
        assert_eq!(own, 2, "{table}");
        person.presses("Save the sweep").await;
        let bytes = std::fs::read(person.receives(".safetensors").await).expect("the sweep");
        let sweep = Collected::from_bytes(&bytes).expect("a collected sweep");
        assert_eq!(sweep.runs.iter().map(|run| run.config().number("width")).collect::<Vec<_>>(), [Some(4.0), Some(128.0)]);
        let command = person.value_of("The sweep of this browser, in a terminal").await;
        assert!(command.starts_with("quanta sweep --dir parameters --over width=log2:4..128:2 --n-tasks 5 "), "{command}");

        // A reload shows the sweep again, and its runs open in the Lab.
        person.reloads().await;
        waits_for(person, "Finished: 2 runs.").await;
        person.follows("Open in the Lab: width 4").await;
        person.waits_for_state("Ready to start.").await;
        let query = person.query().await;
        assert!(query.contains("width=4&") && query.contains("n_tasks=5&"), "{query}");
        person.driver().back().await.expect("the sweep again");
        waits_for(person, "Finished: 2 runs.").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_sweep_can_be_resumed_after_a_reload() {
    a_person(async |person| {
        person.opens("?page=scaling&tasks=5&runs=3&steps=3000").await;
        person.presses("Run").await;
        waits_for(person, "Run 2 of 3").await;
        person.reloads().await;
        let state = waits_for(person, "Stopped: ").await;
        assert!(state.contains("1 of 3 runs") || state.contains("2 of 3 runs"), "{state}");
        person.presses("Resume").await;
        waits_for(person, "Finished: 3 runs.").await;
        person.presses("Delete the sweep").await;
        waits_for(person, "Ready: 3 runs.").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_stopped_sweep_can_be_resumed() {
    a_person(async |person| {
        person.opens("?page=scaling&tasks=5&runs=2&steps=20000").await;
        person.presses("Run").await;
        waits_for(person, "Run 1 of 2, step ").await;
        person.presses("Stop").await;
        // No run is finished, but the first resumes from its checkpoint.
        waits_for(person, "Stopped: 0 of 2 runs are there.").await;
        person.reads_soon("begun").await;
        person.presses("Resume").await;
        waits_for(person, "Run 1 of 2, step ").await;
        person.presses("Stop").await;
        waits_for(person, "Stopped: 0 of 2").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn every_resource_has_a_sweep() {
    a_person(async |person| {
        person.opens(TINY).await;
        person.picks("Training data, D").await;
        person.reads_soon("The lowest test loss over training counts").await;
        assert_eq!(person.query().await, "?page=scaling&resource=data&tasks=5&runs=2&steps=500");
        person.picks("Training steps, S").await;
        person.finds("link", "Open in the Lab: seed 1").await;
        person.presses("Run").await;
        waits_for(person, "Finished: 2 runs.").await;
        // Every evaluation is a point of it.
        person.opens_menu("About this figure: Loss against training steps").await;
        let told = async || person.text_of("figure-scaling-about").await.contains("against training step S").then_some(());
        person.waits(SHORT_WAIT, "the figure's words", told).await;
        person.finds("heading", "Loss against training steps").await;
    });
}

/// A file of the program's first version.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/version-1").join(name)
}

/// Drops a file on the page, as from another window.
async fn drops(person: &Person, name: &str) {
    let script = "const [name, bytes] = arguments, data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name));
        document.getElementById('main').firstElementChild.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
    let bytes = fs::read(fixture(name)).expect("the fixture");
    person.runs_script(script, [json!(name), json!(bytes)]).await;
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_file_opens_on_the_page_that_it_belongs_to() {
    a_person(async |person| {
        person.opens(crate::TINY).await;
        person.waits_for_state("Ready to start.").await;
        person.picks_file(&fixture("sweep.safetensors")).await;
        let text = person.reads_soon("Opened: sweep.safetensors; 2 runs").await;
        assert!(text.contains("Opened “sweep.safetensors”: a collected sweep of 2 runs over parameters."), "{text}");
        assert_eq!(person.query().await, "?page=scaling&resource=parameters");
        person.finds("disclosure", "The 2 runs behind the curve compared with").await;
        // A run that is dropped there opens in the Lab.
        drops(person, "run.safetensors").await;
        let text = person.reads_soon("Opened “run.safetensors”: step 30: loss ").await;
        assert!(!person.query().await.contains("page=scaling"), "{text}");
        assert_eq!(person.numbers().await.step, Some(30));
        assert!(person.query().await.contains("n_tasks=3&"), "the run's own settings");
        // The sweep is still there; so it is after the files were dropped on a page that shows neither.
        let link = person.finds("link", "Scaling").await;
        person.runs_script_on(&link, "arguments[0].click()", "").await;
        person.reads_soon("Opened: sweep.safetensors; 2 runs").await;
        person.opens("?page=theory").await;
        person.finds("heading", "From quanta to a power law").await;
        drops(person, "sweep.safetensors").await;
        person.reads_soon("Opened: sweep.safetensors; 2 runs").await;
    });
}
