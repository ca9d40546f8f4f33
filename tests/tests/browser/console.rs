//! What a browser's console holds.

use std::time::Duration;

use serde_json::json;

use crate::TINY;
use crate::driver::{Kind, Name};
use crate::person::{Person, SHORT_WAIT, a_person_at};

impl Person {
    /// Returns the errors and warnings in the console since the last call, those of the worker included.
    /// Only Chromium's driver tells of its console; in the other browsers `driver/watch.js` has kept what
    /// scripts threw and wrote. What a browser itself writes there, such as a warning of its own about a
    /// style sheet, is not among it.
    pub async fn console_problems(&self) -> Vec<String> {
        // What a worker has said is on its way.
        tokio::time::sleep(Duration::from_millis(100)).await;
        if self.browser().name == Name::Chromium {
            let entries = self.driver().browser_log().await.expect("the browser's console").into_iter();
            return entries
                .filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"))
                .map(|entry| format!("{}: {}", entry.level, entry.message))
                .collect();
        }
        let take = "const kept = JSON.parse(sessionStorage.getItem('console-problems') ?? '[]');
            sessionStorage.removeItem('console-problems'); return kept";
        serde_json::from_value(self.runs_script(take, []).await).expect("texts")
    }

    /// Fails where the console holds an error or a warning since it was last read; in a test that makes
    /// things fail only where the page or its worker has panicked.
    pub async fn sees_no_problems(&self) {
        let is_panic = |problem: &String| ["panicked", "unreachable"].iter().any(|word| problem.contains(word));
        let breaks_things = self.breaks_things.get();
        let problems = self.console_problems().await.into_iter();
        let problems: Vec<String> = problems.filter(|problem| !breaks_things || is_panic(problem)).collect();
        assert!(problems.is_empty(), "the console holds {problems:#?}");
    }
}

in_every_browser!(problems_of_page_and_worker_are_seen);

fn problems_of_page_and_worker_are_seen(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        person.sees_no_problems().await;
        let problems = [
            ("said", "said"),
            ("warned", "warned"),
            ("thrown", "thrown by a timer"),
            ("rejected", "not awaited"),
            ("missing", "nothing-there.js"),
            ("worker", "nothing-there.wasm"),
        ];
        for (fault, words) in problems {
            let add =
                "document.head.append(Object.assign(document.createElement('script'), { src: `faults.js?${arguments[0]}` }))";
            person.runs_script(add, [json!(fault)]).await;
            let seen = async || person.console_problems().await.into_iter().find(|problem| problem.contains(words));
            let problem = person.waits(SHORT_WAIT, words, seen).await;
            person.reports(&problem);
        }
    });
}
