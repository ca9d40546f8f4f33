//! A figure embedded in another page.

use serde_json::json;

use crate::TINY;
use crate::driver::Kind;
use crate::person::{a_person, a_person_at};

in_every_browser!(an_embedded_page_shows_one_figure_and_its_controls);

fn an_embedded_page_shows_one_figure_and_its_controls(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        // Another page, which shows the embedded page in a frame.
        person
            .runs_script(
                "document.body.replaceChildren(Object.assign(document.createElement('iframe'), { src: arguments[0], width: 720, height: 640 }))",
                [json!(format!("{TINY}&embed=1&figure=tasks&autostart=1"))],
            )
            .await;
        person.driver().enter_frame(0).await.expect("the frame");
        person.waits_for_state("Finished at step 400").await;
        let elements = person.runs_script("return [document.querySelectorAll('figure').length, document.querySelectorAll('form, table, header.site, footer').length]", []).await;
        assert_eq!(elements, json!([1, 0]), "numbers of figures, and of elements that do not belong here");
        for name in ["Start", "Pause", "Resume", "Step", "Stop"] {
            assert_eq!(person.finds_all("button", name).await.len(), 1, "{name}");
        }
        let height =
            person.runs_script("return document.documentElement.scrollHeight - document.documentElement.clientHeight", []).await;
        assert_eq!(height, json!(0), "the page is taller than its frame");
        let whole =
            person.finds("link", "Open in the quanta lab").await.prop("href").await.expect("an address").unwrap_or_default();
        assert!(whole.contains("n_tasks=4") && !whole.contains("embed"), "{whole}");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn an_embedded_page_stores_no_runs() {
    a_person(async |person| {
        person.opens(&format!("{TINY}&embed=1&autostart=1")).await;
        person.waits_for_state("Finished at step 400").await;
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        person.reads_soon("Runs are kept here").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn every_figure_of_every_page_can_be_embedded() {
    a_person(async |person| {
        let figures = [
            ("theory", &["use", "stairs", "sum", "theory-exponents"][..]),
            ("scaling", &["scaling", "learned", "staircase-here", "staircase-published", "emergence"]),
        ];
        for (page, names) in figures {
            for name in names {
                person.opens(&format!("?page={page}&embed=1&figure={name}")).await;
                person.finds("link", "Open in the quanta lab").await;
                let shown =
                    "return [...document.querySelectorAll('figure')].map((figure) => figure.getAttribute('aria-labelledby'))";
                assert_eq!(person.runs_script(shown, []).await, json!([format!("figure-{name}")]), "{page}");
                let around = "return document.querySelectorAll('header.site, footer, nav').length";
                assert_eq!(person.runs_script(around, []).await, json!(0), "{page}");
                person
                    .waits(crate::person::SHORT_WAIT, "a caption", async || {
                        let caption = person.text_of(&format!("figure-{name}-caption")).await;
                        (!caption.is_empty()).then_some(())
                    })
                    .await;
            }
        }
        person.opens("?page=theory&embed=1&figure=pie").await;
        person.finds("link", "Open in the quanta lab").await;
        person.reads_soon("figure is “pie”, but must be one of use, stairs").await;
    });
}
