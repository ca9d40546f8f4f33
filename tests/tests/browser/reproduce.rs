//! The page with the table of the paper's numbers.

use serde_json::json;

use crate::driver::Kind;
use crate::person::a_person_at;

in_every_browser!(every_figure_has_a_command_and_a_small_version);

fn every_figure_has_a_command_and_a_small_version(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("?page=reproduce").await;
        let text = person.reads_soon("Fig 10, data").await;
        for words in [
            "Fig 2, parameters",
            "Fig 2, steps",
            "Fig 2, data",
            "Fig 8",
            "Fig 9",
            "Fig 5",
            "Fig 15",
            "Fig 16, 17",
            "0.45",
            "0.81",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
        let command = person.finds("button", "Copy the command for a GPU server: Fig 2, data").await;
        let title = person.runs_script_on(&command, "return arguments[0].title", "").await;
        assert_eq!(title, json!("quanta sweep --dir fig2-data --preset fig2-data --device gpu"));
        person.finds("button", "Copy the command: Fig 15").await;
        person.follows("Run the small version here: Fig 10, steps").await;
        person.finds("heading", "Loss against training steps").await;
        assert_eq!(person.query().await, "?page=scaling&resource=steps&alpha=0.8");
        person.driver().back().await.expect("the table again");
        person.follows("Run the small version here: Fig 8").await;
        person.waits_for_state("Ready to start.").await;
    });
}
