//! Links: a link reproduces a run, Back and Forward change the settings, bad links are explained.

use crate::TINY;
use crate::driver::Kind;
use crate::person::{SHORT_WAIT, a_person, a_person_at};

in_every_browser!(a_shared_link_repeats_the_curve_exactly);

fn a_shared_link_repeats_the_curve_exactly(kind: Kind) {
    let (mut link, mut curve) = (String::new(), Vec::new());
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        person.opens_menu("Training…").await;
        person.types("textbox", "Seed", "41").await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        curve = person.saves_the_curve().await;
        link = person.value_of("Link: opens exactly these settings and this seed").await;
        assert!(link.contains("seed=41") && !link.contains("autostart"), "{link}");
        let command = person.value_of("In a terminal, by flags").await;
        assert!(command.starts_with("quanta train ") && command.contains("--seed 41"), "{command}");
    });
    // Opens the link in a new browser, with the page served from another port.
    let query = link.split_once('?').expect("a query").1;
    a_person_at(kind, async |person| {
        person.opens(&format!("?{query}&autostart=1")).await;
        person.waits_for_state("Finished at step 400").await;
        assert_eq!(person.saves_the_curve().await, curve);
        assert!(!person.query().await.contains("autostart"), "a reload would start the run again");
    });
}

in_every_browser!(back_and_forward_change_the_settings);

fn back_and_forward_change_the_settings(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("").await;
        let title = async || person.finds_all("heading", "Lesson").await.len();
        person.picks("Lesson").await;
        person.waits(SHORT_WAIT, "the second preset", async || (title().await == 1).then_some(())).await;
        let lesson = person.query().await;
        let config = quanta_core::config::preset("lesson").expect("the preset").config();
        assert_eq!(lesson, format!("?{}", config.to_query()));
        person.driver().back().await.expect("the page before");
        person.waits(SHORT_WAIT, "the first preset", async || (title().await == 0).then_some(())).await;
        assert_eq!(person.query().await, "");
        person.driver().forward().await.expect("the page after");
        person.waits(SHORT_WAIT, "the second preset", async || (title().await == 1).then_some(())).await;
        assert_eq!(person.query().await, lesson);
    });
}

in_every_browser!(a_bad_link_is_explained);

fn a_bad_link_is_explained(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("?n_tasks=many&wdith=3&v=1").await;
        let text = person.reads_soon("This link cannot be used as it is").await;
        assert!(text.contains("n_tasks") && text.contains("many") && text.contains("wdith"), "{text}");
        // The page is still usable.
        person.waits_for_state("Ready to start.").await;
        assert!(person.can_use("button", "Start").await);

        person.opens("?v=99&width=3").await;
        let text = person.reads_soon("This link cannot be used as it is").await;
        assert!(text.contains("99"), "{text}");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_wrong_setting_is_reported_while_it_is_typed() {
    a_person(async |person| {
        person.opens("?v=1&n_bits=10").await;
        person.waits_for_state("Ready to start.").await;
        person.opens_menu("Task…").await;
        person.types("textbox", "Bits of a subtask", "12").await;
        person.reads_soon("Some settings need a look").await;
        person.reads_soon("Must be at most n_bits, which is 10.").await;
        assert!(!person.can_use("button", "Start").await, "Start must be disabled while a setting is wrong");
        person.types("textbox", "Bits of a subtask", "3").await;
        person.waits(SHORT_WAIT, "Start", async || person.can_use("button", "Start").await.then_some(())).await;
    });
}
