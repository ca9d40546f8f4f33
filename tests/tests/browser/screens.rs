//! Screens and surroundings of all kinds: forced colours, 400 % zoom, no server, a sandboxed frame.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::TINY;
use crate::driver::Kind;
use crate::person::{a_person, a_person_at};

/// What the page says where it cannot start.
const NEEDS: &str = "It needs a web server and a current browser.";

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn opened_by_double_click_the_page_says_what_it_needs() {
    let dist = std::env::var_os("QUANTA_DIST");
    let dist = dist.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist"), PathBuf::from);
    let page = dist.canonicalize().expect("the built page").join("index.html");
    a_person(async |person| {
        // Nothing can be loaded from there.
        person.breaks_things.set(true);
        person.goes_to(&format!("file://{}", page.display())).await;
        person.reads_soon(NEEDS).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn in_a_sandboxed_frame_the_page_says_what_it_needs() {
    a_person(async |person| {
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        assert!(!person.reads().await.contains(NEEDS), "where it starts it needs nothing");
        let frame = "const frame = document.createElement('iframe');
            frame.setAttribute('sandbox', 'allow-scripts'); frame.src = location.href; document.body.replaceChildren(frame)";
        person.runs_script(frame, []).await;
        person.driver().enter_frame(0).await.expect("the page in a frame");
        person.reads_soon(NEEDS).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn at_four_hundred_percent_nothing_scrolls_sideways() {
    a_person_at(Kind { size: (500, 800), ..Kind::default() }, async |person| {
        for query in [
            TINY,
            "?page=theory",
            "?page=scaling",
            "?page=language",
            "?page=reproduce",
            "?embed=1&figure=loss",
            "?wdith=3&fbclid=1",
        ] {
            person.opens(query).await;
            // 1280 CSS pixels at 400 %.
            person.enters_a_frame(320).await;
            person.reads_soon("Quanta").await;
            person
                .runs_script("document.querySelectorAll('details:not(.menu)').forEach((details) => { details.open = true; })", [])
                .await;
            assert_eq!(person.sees_cut_off().await, json!([0, []]), "{query} overflows");
            person.driver().enter_default_frame().await.expect("out of the frame");
        }
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn forced_colours_leave_figures_and_states_in_sight() {
    a_person(async |person| {
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        let media = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
        person.driver().cdp().send_raw("Emulation.setEmulatedMedia", media).await.expect("forced colours");
        let look = "const style = (selector) => getComputedStyle(document.querySelector(selector));
            return { forced: matchMedia('(forced-colors: active)').matches,
                     chart: style('.chart').forcedColorAdjust, ground: style('.chart').backgroundColor,
                     chosen: style('.segments input:checked + span').backgroundColor,
                     other: style('.segments input:not(:checked) + span').backgroundColor,
                     track: style('.track').borderTopWidth }";
        let seen = person.runs_script(look, []).await;
        assert_eq!((&seen["forced"], &seen["chart"], &seen["track"]), (&json!(true), &json!("none"), &json!("1px")), "{seen}");
        assert_ne!(seen["ground"], json!("rgba(0, 0, 0, 0)"), "a figure keeps the ground that its ink was chosen for");
        assert_ne!(seen["chosen"], seen["other"], "what is chosen differs from what is not");
    });
}
