//! What people bring along: links that others have added to, numbers as they write them, files of
//! other kinds.

use crate::TINY;
use crate::person::{SHORT_WAIT, a_person};

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_foreign_key_is_named_and_the_rest_of_the_link_works() {
    a_person(async |person| {
        let mailed = TINY.replace('&', "&amp;");
        person.opens(&format!("{mailed}&amp;autostart=1&fbclid=IwAR0&utm_source=mail")).await;
        let text = person.reads_soon("none of the lab’s settings: fbclid, utm_source").await;
        assert!(!text.contains("This link cannot be used"), "{text}");
        person.waits_for_state("Finished at step 400").await;
        person.opens("?page=theory&alpha=0.6&gclid=1").await;
        person.reads_soon("none of the lab’s settings: gclid").await;
        // What is nearly a key of the page was meant for it.
        person.opens("?page=theory&alhpa=0.6").await;
        person.reads_soon("“alpha” was probably meant").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_decimal_comma_is_refused_by_name() {
    a_person(async |person| {
        person.opens("?page=theory").await;
        person.types("textbox", "Exponent α, typed", "0,1").await;
        person.reads_soon("Exponent α must be a number with a decimal point: write 0.1.").await;
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        person.opens_menu("Training…").await;
        person.types("textbox", "Learning rate", "0,01").await;
        person.reads_soon("Must be a number with a decimal point: write 0.01.").await;
        assert!(!person.can_use("button", "Start").await);
        person.types("textbox", "Learning rate", "0.01").await;
        // Thousands as the page prints them.
        person.types("textbox", "Steps", "1,000").await;
        person.waits(SHORT_WAIT, "Start", async || person.can_use("button", "Start").await.then_some(())).await;
        assert!(person.query().await.contains("steps=1000&") || person.query().await.ends_with("steps=1000"));
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_link_that_would_exhaust_the_tab_is_refused_before_it_starts() {
    a_person(async |person| {
        person.opens("?v=2&n_tasks=20000&n_bits=1000&width=8000&autostart=1").await;
        let text = person.reads_soon("the limit of 2 GiB of a tab").await;
        assert!(text.contains("This link cannot be used as it is"), "{text}");
        person.waits_for_state("Ready to start.").await;
        assert!(person.can_use("button", "Start").await, "the usual settings stand in");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn settings_that_make_the_science_moot_get_a_note() {
    a_person(async |person| {
        person.opens("?v=2&n_tasks=4&n_bits=8&samples=5000&width=2").await;
        let text = person.reads_soon("Only 1,024 different inputs exist").await;
        assert!(text.contains("a network of width 2 cannot hold one subtask"), "{text}");
        assert!(person.can_use("button", "Start").await || person.state().await.contains("Loading"));
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn files_of_another_kind_are_named() {
    a_person(async |person| {
        let folder = tempfile::tempdir().expect("a folder");
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        for (name, content, words) in [
            ("pointer.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "a Git LFS pointer"),
            ("page.safetensors", "<!DOCTYPE html><title>Not found</title>", "a web page"),
            ("settings.safetensors", "{\"version\": 2}", "a JSON file"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("a file");
            person.picks_file(&path).await;
            person.reads_soon(&format!("“{name}” cannot be opened: this is {words}")).await;
        }
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_run_that_diverged_is_not_offered_for_resuming() {
    a_person(async |person| {
        person.opens(&format!("{}&lr=10&steps=100000", TINY.replace("&lr=0.01", "").replace("&steps=400", ""))).await;
        person.waits_for_state("Ready to start.").await;
        person.presses("Start").await;
        let failed = person.waits(crate::person::LONG_WAIT, "an end", async || {
            let state = person.state().await;
            (state.starts_with("Failed") || state.starts_with("Finished")).then_some(state)
        });
        if failed.await.starts_with("Failed") {
            assert!(!person.can_use("button", "Resume").await, "it would only fail again");
            assert!(person.can_use("button", "Start").await);
        }
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn what_is_drawn_does_not_grow_with_the_evaluations() {
    const STEPS: u64 = 30_000;
    let every_step = format!(
        "?v=2&n_tasks=4&n_bits=8&k=2&width=4&batch_size=8&steps={STEPS}&eval_per_task=4&log_schedule=linear&log_every=1&lr=0.01"
    );
    a_person(async |person| {
        person.opens(&every_step).await;
        person.waits_for_state("Ready to start.").await;
        // Counts the points of each path, and keeps the longest.
        person
            .runs_script(
                "const { beginPath, lineTo } = CanvasRenderingContext2D.prototype;
                 let points = 0;
                 window.longest = 0;
                 CanvasRenderingContext2D.prototype.beginPath = function () { points = 0; return beginPath.call(this); };
                 CanvasRenderingContext2D.prototype.lineTo = function (x, y) {
                     window.longest = Math.max(window.longest, ++points);
                     return lineTo.call(this, x, y);
                 };
                 return 1",
                [],
            )
            .await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 30,000").await;
        let longest = person.runs_script("return window.longest", []).await.as_u64().expect("a count");
        person.reports(&format!("the longest line has {longest} points for {STEPS} evaluations"));
        // A figure is some hundreds of pixels wide, and a pixel needs four points at most.
        assert!((50..STEPS / 5).contains(&longest), "a line has {longest} points");
    });
}
