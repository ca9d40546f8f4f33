//! Pages that are loaded when they are opened.

use serde_json::json;

use crate::person::{Person, SHORT_WAIT, a_person};

/// Goes to another page by the site's header.
async fn goes_to(person: &Person, page: &str) {
    person.finds("link", page).await.click().await.expect("the link can be followed");
}

/// Waits until that element is on the page.
async fn is_there(person: &Person, id: &str) {
    person.waits(SHORT_WAIT, id, async || (!person.text_of(id).await.is_empty()).then_some(())).await;
}

/// How often the browser has fetched files of the site with that in their names.
async fn fetched(person: &Person, part: &str) -> u64 {
    let script = "return performance.getEntriesByType('resource').filter((entry) => entry.name.includes(arguments[0])).length";
    person.runs_script(script, [json!(part)]).await.as_u64().expect("a count")
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_page_is_loaded_once_when_it_is_opened() {
    a_person(async |person| {
        person.opens("").await;
        person.finds("button", "Start").await;
        for page in ["/split_theory.", "/split_scaling.", "/split_language.", "/split_reproduce."] {
            assert_eq!(fetched(person, page).await, 0, "{page}");
        }
        for _ in 0..2 {
            goes_to(person, "Theory").await;
            is_there(person, "theory-exponents").await;
            goes_to(person, "Reproduce").await;
            is_there(person, "reproduce-state").await;
        }
        for page in ["/split_theory.", "/split_reproduce."] {
            assert_eq!(fetched(person, page).await, 1, "{page}");
        }
        assert_eq!(fetched(person, "/split_scaling.").await, 0);
        // Opened by a link, a page needs no visit to the Lab first.
        person.opens("?page=scaling").await;
        person.finds("heading", "Settings").await;
        assert_eq!(fetched(person, "/split_scaling.").await, 1);
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_page_says_that_it_comes_and_can_be_asked_again() {
    a_person(async |person| {
        person.breaks_things.set(true);
        person.opens("").await;
        person.finds("button", "Start").await;
        // Until `go` is called, the page's part does not come; then the network is down.
        person
            .runs_script(
                "const fetch = window.fetch.bind(window);
                 const down = new Promise((_, reject) => { window.go = () => reject(new TypeError('no network')); });
                 window.repair = () => { window.fetch = fetch; };
                 window.fetch = (address, options) => String(address).includes('/split_theory') ? down : fetch(address, options)",
                [],
            )
            .await;
        goes_to(person, "Theory").await;
        let status = "return document.querySelector('#main [role=status]')?.textContent ?? null";
        assert_eq!(person.runs_script(status, []).await, json!("Loading the page “Theory” …"));
        person.runs_script("window.go()", []).await;
        person.reads_soon("Could not load the page “Theory”.").await;
        person.presses("Try again").await;
        person.reads_soon("Could not load the page “Theory”.").await;
        person.runs_script("window.repair()", []).await;
        person.presses("Try again").await;
        is_there(person, "theory-exponents").await;
        assert_eq!(person.runs_script("return document.querySelector('.coming')", []).await, json!(null));
    });
}
