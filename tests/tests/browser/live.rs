//! The live half of the page Language: a model that is trained there, a text as the model reads it, and
//! clusters that are found in the tab.

use std::fs;

use quanta_core::analysis::qdg::{ARTIFACT, Clusters};
use quanta_core::record::Record;
use serde_json::{Value, json};

use crate::access::audit;
use crate::again::{NO_NETWORK, requests_fail};
use crate::driver::Kind;
use crate::person::{LONG_WAIT, Person, SHORT_WAIT, a_person, a_person_at};

impl Person {
    /// Opens the page, and waits until the first published model has read the text.
    async fn opens_a_text(&self) {
        self.opens("?page=language").await;
        self.reads_of_the_text("Step 1,200: of ").await;
    }

    /// Waits until the sentence about the text begins so; the whole of it.
    async fn reads_of_the_text(&self, words: &str) -> String {
        self.reads_at("text-state", words).await
    }

    /// Waits until the sentence about the search for clusters begins so; the whole of it.
    async fn reads_of_the_search(&self, words: &str) -> String {
        self.reads_at("find-state", words).await
    }

    /// Waits until the text of the element with that id begins so; the whole of it.
    async fn reads_at(&self, id: &str, words: &str) -> String {
        let look = async || Some(self.text_of(id).await).filter(|text| text.starts_with(words));
        self.waits(LONG_WAIT, &format!("'{words}' at {id}"), look).await
    }

    /// The shades of the tokens that a rule predicts, in percent.
    async fn sees_shades(&self) -> Vec<f64> {
        let look = "return [...document.querySelectorAll('.token.ruled')].map((token) => parseFloat(token.style.getPropertyValue('--loss')))";
        let shades = self.runs_script(look, []).await;
        shades.as_array().expect("shades").iter().map(|shade| shade.as_f64().expect("a number")).collect()
    }
}

in_every_browser!(a_text_is_read_and_clusters_are_found_in_the_tab);

fn a_text_is_read_and_clusters_are_found_in_the_tab(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens_a_text().await;
        // What is learned loses its shade over training.
        let mean = |shades: &[f64]| shades.iter().sum::<f64>() / shades.len() as f64;
        let after = mean(&person.sees_shades().await);
        person.slides("text-step", false).await;
        let text = person.reads_of_the_text("Step 1: of ").await;
        assert!(text.contains(" that a rule predicts, 0 have a loss under 0.1 nats"), "{text}");
        let before = mean(&person.sees_shades().await);
        assert!(before > 95.0 && after < 40.0, "{before} before, {after} after");
        person.slides("text-step", true).await;

        // By keyboard: the arrows go from token to token, and the card follows.
        person.runs_script("document.querySelector('.passage').focus()", []).await;
        person.presses_keys("\u{e014}\u{e014}\u{e014}").await;
        let chosen = "return document.querySelector('.token.chosen')?.id ?? ''";
        assert_eq!(person.runs_script(chosen, []).await, json!("token-0-2"));
        let card = person.text_of("token").await;
        assert!(card.contains("Predicted by quantum ") && card.contains("Its loss in nats, by step."), "{card}");

        person.opens_menu("Samples, similarities and methods").await;
        person.types("textbox", "Samples", "1").await;
        person.reads_of_the_search("There is only 1 sample to cluster").await;
        assert!(!person.can_use("button", "Find clusters").await);
        person.types("textbox", "Samples", "300").await;
        person.presses("Find clusters").await;
        let found = person.reads_of_the_search("Found in ").await;
        person.reports(&found);
        person.reads_soon("Found here: “").await;
        person.reads_soon("300 samples of ").await;
        person.finds("heading", "Scores").await;
        // The tokens of the text know their nearest clusters now.
        let look = async || person.text_of("token").await.contains("Nearest of the clusters below: cluster ").then_some(());
        person.waits(LONG_WAIT, "the token's nearest cluster", look).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn what_was_found_in_the_tab_is_saved_and_opened_again() {
    a_person(async |person| {
        person.opens_a_text().await;
        person.opens_menu("Samples, similarities and methods").await;
        person.types("textbox", "Samples", "200").await;
        person.types("textbox", "Clusters, k", "12").await;
        person.presses("Find clusters").await;
        person.reads_soon("Found here: “").await;
        person.presses("Save the file").await;
        let file = person.receives(".safetensors").await;
        let record = Record::from_bytes(&fs::read(&file).expect("the saved file")).expect("a record");
        assert!(record.weights().is_none(), "the weights are not part of it");
        let clusters = Clusters::from_artifact(&record.artifacts[ARTIFACT]).expect("clusters");
        assert_eq!((clusters.samples.len(), clusters.step, clusters.ask.k.as_slice()), (200, 1_200, [12].as_slice()));
        assert_eq!(clusters.clusterings.len(), 6);
        person.reloads().await;
        person.reads_soon("Published: “").await;
        person.picks_file(&file).await;
        person.reads_soon("Opened: “clusters.safetensors”. 200 samples").await;
        audit(person, "clusters that were found").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_text_of_ones_own_is_read_or_the_word_is_named_that_cannot_be() {
    a_person(async |person| {
        person.opens_a_text().await;
        person.opens_menu("A text of your own").await;
        person.types("textbox", "Tokens of the language, with spaces between them", "count 3 4 5 </script> .").await;
        person.presses("Read it").await;
        person.reads_of_the_text("The text cannot be read: “</script>” is no token of this language").await;
        person.types("textbox", "Tokens of the language, with spaces between them", "count 3 4 5 6 7 8 .").await;
        person.presses("Read it").await;
        let text = person.reads_of_the_text("Step 1,200: the mean loss of 8 tokens is ").await;
        assert!(text.ends_with(" nats."), "{text}");
        let shown = "return [...document.querySelectorAll('.token')].map((token) => token.firstChild.textContent).join(' ')";
        assert_eq!(person.runs_script(shown, []).await, json!("count 3 4 5 6 7 8 ."));
        person.opens_menu("The text as a table").await;
        let rows = "return document.querySelectorAll('[aria-label=\"The text as a table\"] tbody tr').length";
        let is_whole = async || (person.runs_script(rows, []).await == json!(8)).then_some(());
        person.waits(SHORT_WAIT, "a row a token", is_whole).await;
        person.opens_everything().await;
        audit(person, "a text").await;
        person.presses("Back to fresh documents").await;
        person.reads_of_the_text("Step 1,200: of ").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_model_is_trained_beside_its_text() {
    a_person(async |person| {
        person.opens_a_text().await;
        person.presses("Train").await;
        // Every few seconds the text is read by the model as it is then.
        let step = async || {
            let text = person.text_of("text-state").await;
            let step = text.strip_prefix("Step ")?.split_once(':')?.0.replace(',', "").parse::<u64>().ok()?;
            (step > 20 && step < 1_200).then_some(step)
        };
        let first = person.waits(LONG_WAIT, "a text by the model in training", step).await;
        person.waits(LONG_WAIT, "a later one", async || step().await.filter(|later| *later > first)).await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped").await;
        assert!(person.can_use("button", "Resume").await && person.can_use("button", "Train").await);
        let summary = person.text_of("model-summary").await;
        assert!(summary.starts_with("Language: step ") && summary.contains(" of 50 quanta learned."), "{summary}");
        // The run is one of the Lab's.
        person.follows("Its loss curves and the emergence of its quanta, in the Lab").await;
        person.finds("button", "Start").await;
        // From its top, although the link stood further down.
        assert_eq!(person.runs_script("return window.scrollY", []).await, json!(0));
        let query = person.query().await;
        assert!(query.contains("snapshots=12") && query.contains("task=language"), "{query}");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_search_is_paused_and_goes_on() {
    a_person(async |person| {
        person.opens_a_text().await;
        person.presses("Find clusters").await;
        // The first similarity is done once the next is named.
        let is_further = async || person.text_of("find-state").await.contains("absolute").then_some(());
        person.waits(LONG_WAIT, "the second similarity", is_further).await;
        person.presses("Pause the search").await;
        person.reads_of_the_search("Paused.").await;
        let progress = "return +document.querySelector('.find [role=progressbar]').getAttribute('aria-valuenow')";
        let paused = person.runs_script(progress, []).await.as_f64().expect("a number");
        assert!(paused > 30.0, "{paused} % are done");
        assert!(!person.can_use("button", "Find clusters").await);
        audit(person, "a paused analysis").await;
        person.presses("Go on with the search").await;
        let further = async || person.runs_script(progress, []).await.as_f64().filter(|now| *now > paused);
        person.waits(LONG_WAIT, "more to be done than before the pause", further).await;
        person.reads_of_the_search("Found in ").await;
        person.reads_soon("Found here: “").await;
        let rows = "return document.querySelectorAll('[aria-label=\"Scores, a table\"] tbody tr').length";
        let all = async || (person.runs_script(rows, []).await == json!(6 + 1 + 3)).then_some(());
        person.waits(SHORT_WAIT, "the scores of six clusterings, and three baselines", all).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_search_is_cancelled_and_an_analyst_that_cannot_be_loaded_is_said() {
    a_person(async |person| {
        person.opens_a_text().await;
        person.presses("Find clusters").await;
        person.presses("Cancel").await;
        let is_over = async || person.can_use("button", "Find clusters").await.then_some(());
        person.waits(SHORT_WAIT, "the search to be over", is_over).await;
        assert_eq!(person.text_of("find-state").await, "");
        person.reads_soon("Published: “").await;
    });
    a_person(async |person| {
        person.breaks(&requests_fail("startsWith('analyst_bg.wasm')", NO_NETWORK)).await;
        person.opens("?page=language").await;
        person.reads_of_the_text("The text cannot be read: the code for it could not be loaded (no network).").await;
        person.presses("Find clusters").await;
        person.reads_of_the_search("No clusters were found: the code for it could not be loaded (no network).").await;
        person.repairs().await;
        person.presses("Try again").await;
        person.reads_of_the_text("Step 1,200: of ").await;
        assert!(person.can_use("button", "Find clusters").await);
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_live_half_fits_a_narrow_window() {
    a_person_at(Kind { size: (500, 800), ..Kind::default() }, async |person| {
        person.opens_a_text().await;
        person.enters_a_frame(390).await;
        person.reads_of_the_text("Step 1,200: of ").await;
        person.opens_everything().await;
        let cut: Value = person.sees_cut_off().await;
        assert_eq!(cut, json!([0, []]), "the page overflows");
    });
}
