//! Training in the page: start, pause, step, resume, reload, stop.

use std::time::{Duration, Instant};

use crate::TINY;
use crate::driver::Kind;
use crate::person::{LONG_WAIT, Person, SHORT_WAIT, a_person, a_person_at};

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_loss_falls_and_a_first_subtask_emerges() {
    a_person(async |person| {
        person.opens("").await;
        person.waits_for_state("Ready to start.").await;
        let begin = Instant::now();
        person.presses("Start").await;
        let first = person.sees("a first evaluation", |numbers| numbers.step.is_some()).await;
        assert!(
            first.step > Some(100) || (0.9..1.4).contains(&first.loss),
            "a hardly trained network must be near chance: {first:?}"
        );
        let emerged = person.sees("a first emergence", |numbers| numbers.learned >= 1).await;
        let seconds = begin.elapsed().as_secs_f64();
        assert!(emerged.loss < first.loss, "{first:?}, then {emerged:?}");
        person.reports(&format!("first emergence {seconds:.1} s after Start, at step {}", emerged.step.unwrap_or(0)));
        let later = person.sees("five emergences", |numbers| numbers.learned >= 5).await;
        person.reports(&format!("fifth {:.1} s after Start", begin.elapsed().as_secs_f64()));
        assert!(later.loss < emerged.loss);
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_run_resumed_after_a_reload_gives_the_same_curve() {
    a_person(async |person| {
        // Long enough to be paused in the middle.
        person.opens(&TINY.replace("steps=400", "steps=40000")).await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 40,000").await;
        let whole = person.saves_the_curve().await;
        assert!(whole.len() > 10, "{whole:?}");
        person.deletes_the_run().await;

        person.presses("Start").await;
        person.sees("the middle of the run", |numbers| numbers.step.is_some_and(|step| step >= 50)).await;
        person.presses("Pause").await;
        let state = person.waits_for_state("Paused at step").await;
        let step = state.trim_start_matches("Paused at step ").trim_end_matches('.').to_owned();
        assert_ne!(step, "40,000", "the run finished before it could be paused");

        person.reloads().await;
        person.reads_soon(&format!("was left at step {step} of 40,000")).await;
        person.presses("Resume this run").await;
        person.waits_for_state("Finished at step 40,000").await;
        assert_eq!(person.saves_the_curve().await, whole, "the curve of the run resumed at step {step} differs");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_paused_run_stands_still_and_takes_single_steps() {
    a_person(async |person| {
        person.opens("").await;
        person.presses("Start").await;
        person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        person.presses("Pause").await;
        let state = person.waits_for_state("Paused at step").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(person.state().await, state, "a paused run took steps");

        let step = step_in(&state);
        person.presses("Step").await;
        person.waits_for_state(&format!("Paused at step {}", grouped(step + 1))).await;
        person.presses("Step").await;
        person.waits_for_state(&format!("Paused at step {}", grouped(step + 2))).await;

        person.presses("Resume").await;
        person.waits_for_state("Running").await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
        assert!(person.can_use("button", "Start").await && !person.can_use("button", "Pause").await);
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn step_starts_a_run_with_one_step() {
    a_person(async |person| {
        person.opens(TINY).await;
        person.presses("Step").await;
        person.waits_for_state("Paused at step 1").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_page_draws_while_it_trains() {
    a_person(async |person| {
        person.opens("").await;
        person.presses("Start").await;
        person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        // Measures the milliseconds between frames during three seconds of scrolling.
        let gaps = person
            .driver()
            .execute_async(
                "const done = arguments[0], gaps = []; let last = performance.now(); const end = last + 3000;
                 const frame = (now) => { gaps.push(now - last); last = now; scrollTo(0, (now / 2) % 800);
                     if (now < end) requestAnimationFrame(frame); else done(gaps); };
                 requestAnimationFrame(frame);",
                Vec::new(),
            )
            .await
            .expect("frames");
        let mut gaps: Vec<f64> = gaps.convert().expect("numbers");
        gaps.sort_by(f64::total_cmp);
        let (median, longest) = (gaps[gaps.len() / 2], gaps[gaps.len() - 1]);
        person.reports(&format!(
            "while training: {} frames in 3 s, median gap {median:.0} ms, longest {longest:.0} ms",
            gaps.len()
        ));
        // A page that waits for its training draws nothing; how smooth it is depends on the machine.
        assert!(gaps.len() > 10, "the page drew {} times in 3 s", gaps.len());
    });
}

in_every_browser!(the_summary_for_screen_readers_follows_the_run);

fn the_summary_for_screen_readers_follows_the_run(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        let numbers = person.numbers().await;
        let summary = person
            .waits(SHORT_WAIT, "a summary of the last step", async || {
                person.summary().await.filter(|summary| summary.step == 400)
            })
            .await;
        assert_eq!((summary.learned, summary.subtasks), (numbers.learned, 4));
        assert!((summary.loss - numbers.loss).abs() < 0.011, "{summary:?}, but the page shows {numbers:?}");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_hidden_tab_continues_training() {
    a_person(async |person| {
        person.opens("").await;
        person.presses("Start").await;
        let before = person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        let tab = person.driver().window().await.expect("this tab");
        person.driver().new_tab().await.expect("another tab");
        tokio::time::sleep(Duration::from_secs(4)).await;
        person.driver().switch_to_window(tab).await.expect("the first tab");
        let after = person.numbers().await;
        assert!(after.step > before.step, "{before:?}, then {after:?}");
        person.presses("Stop").await;
    });
}

/// Formats a number as the page does: `1,501`.
fn grouped(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1_000), number % 1_000) }
}

/// Parses the step in the text of a state.
fn step_in(state: &str) -> u64 {
    let digits: String = state.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no step in '{state}'"))
}

impl Person {
    /// Waits for a state that begins with `words`, and returns the whole text.
    pub async fn waits_for_state(&self, words: &str) -> String {
        self.waits(LONG_WAIT, &format!("the state '{words}'"), async || {
            let state = self.state().await;
            assert!(!state.starts_with("Failed") || words.starts_with("Failed"), "{state}");
            // “step 1” must not match “step 12”.
            let fits = state.strip_prefix(words).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit() || c == ','));
            fits.then_some(state)
        })
        .await
    }
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn another_task_is_chosen_in_the_form_and_trained() {
    a_person(async |person| {
        // A majority needs an odd number of bits.
        person.opens(&TINY.replace("&k=2", "&k=3")).await;
        person.opens_menu("Task…").await;
        let choice = person.finds("combobox", "Task").await;
        let choose = "arguments[0].value = 'majority'; arguments[0].dispatchEvent(new Event('change', { bubbles: true }))";
        person.runs_script_on(&choice, choose, "").await;
        person.reads_soon("each the majority of 3 of 12 bits").await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        assert!(person.value_of("Link: opens exactly these settings and this seed").await.contains("task=majority"));
        person.opens_menu("More for this run").await;
        person.presses("Save the run file").await;
        let bytes = std::fs::read(person.receives(".safetensors").await).expect("the run");
        let record = quanta_core::record::Record::from_bytes(&bytes).expect("a record");
        assert_eq!((record.config.task.word(), record.quanta.len()), ("majority", 4));
    });
}
