//! The language is what its settings say, and the same everywhere.

use std::collections::HashSet;

use super::vocabulary::sign;
use super::*;
use crate::config::RunConfig;
use crate::task::Task as _;

fn config(query: &str) -> RunConfig {
    let config = RunConfig::of("task=language&batch_size=32").with(query);
    assert_eq!(config.validate(), [], "{query}");
    config
}

fn task(query: &str) -> LanguageTask {
    config(query).build_task().expect("a task").language()
}

/// A sentence's tokens, with the place of the first of them among the predicted ones, by document.
fn sentences(batch: &LanguageBatch, document: usize) -> Vec<(usize, &[u32])> {
    let tokens = batch.document(document);
    let mut all = Vec::new();
    let mut begin = 1;
    for at in 1..tokens.len() {
        if tokens[at] == sign::END {
            all.push((begin - 1, &tokens[begin..=at]));
            begin = at + 1;
        }
    }
    all
}

#[test]
fn labelled_tokens_have_the_use_frequencies() {
    for query in ["seed=1", "seed=2&alpha=0.9&context=20", "list_length=9&line_length=30&context=40"] {
        let task = task(&format!("width=8&batch_size=1500&{query}"));
        let mut counts = vec![0.0; task.quanta().len()];
        let mut labelled = 0.0;
        for label in task.training_batch(0).labels.iter().filter(|label| **label != NO_LABEL) {
            counts[*label as usize] += 1.0;
            labelled += 1.0;
        }
        for (quantum, (count, p)) in counts.iter().zip(task.quanta().p()).enumerate() {
            // A sentence's labels come together, so that a count varies as that of its sentences.
            let together = task.templates()[quantum].labels.len() as f64;
            let apart = (labelled * p * together * (1.0 - p)).sqrt();
            assert!((count - labelled * p).abs() < 5.0 * apart, "{query}: quantum {quantum}: {count}, not {}", labelled * p);
        }
    }
}

#[test]
fn a_step_names_its_batch_and_a_document_does_not_depend_on_the_batch() {
    let task = task("seed=3&batch_size=8");
    assert_eq!(task.training_batch(4), task.training_batch(4));
    assert_ne!(task.training_batch(4), task.training_batch(5));
    let other = self::task("seed=3&batch_size=16");
    assert_eq!(task.training_batch(3).document(2), other.training_batch(1).document(10));
    assert_ne!(self::task("seed=4&batch_size=8").training_batch(4).tokens, task.training_batch(4).tokens);
}

#[test]
fn an_epoch_shows_every_document_once() {
    let task = task("samples=30&batch_size=10");
    let epoch = |first: u64| {
        let batches: Vec<LanguageBatch> = (first..first + 3).map(|step| task.training_batch(step)).collect();
        let mut documents: Vec<Vec<u32>> =
            batches.iter().flat_map(|batch| (0..10).map(|i| batch.document(i).to_vec())).collect();
        documents.sort();
        documents
    };
    assert_eq!(epoch(0), epoch(3));
    assert_eq!(epoch(0).into_iter().collect::<HashSet<_>>().len(), 30);
    assert_ne!(task.training_batch(0), task.training_batch(3));
}

#[test]
fn every_quantum_is_tested_on_the_same_number_of_sentences() {
    let task = task("eval_per_task=7");
    let quanta = task.quanta().len();
    let batch = task.test_batch(2, 0..quanta);
    for quantum in 0..quanta {
        let labels = batch.labels.iter().filter(|label| **label == quantum as u32).count();
        assert_eq!(labels, task.test_tokens(quantum), "quantum {quantum}");
        assert_eq!(labels, 7 * task.templates()[quantum].labels.len());
    }
    let part = task.test_batch(2, 3..5);
    assert_eq!(part.tokens, batch.tokens);
    assert!(part.labels.iter().all(|label| [3, 4, NO_LABEL].contains(label)) && part.labels.contains(&4));
    assert_ne!(task.test_batch(3, 0..quanta).tokens, batch.tokens);
}

/// Each rule checked from its own words, without the code that writes sentences.
#[test]
fn labelled_tokens_follow_from_their_rules() {
    let task = task("seed=5&batch_size=400");
    let v = task.vocabulary().clone();
    let batch = task.training_batch(1);
    let mut seen = HashSet::new();
    for document in 0..batch.len() {
        for (at, sentence) in sentences(&batch, document) {
            let labels = &batch.labels[document * batch.context + at..][..sentence.len()];
            let places: Vec<usize> = (0..sentence.len()).filter(|i| labels[*i] != NO_LABEL).collect();
            let quantum = labels[places[0]] as usize;
            assert!(places.iter().all(|i| labels[*i] as usize == quantum), "a sentence has one quantum");
            let said: Vec<u32> = places.iter().map(|i| sentence[*i]).collect();
            let number = |i: usize| i64::from(sentence[i] - v.numbers.start);
            let rule = &task.planted()[quantum].rule;
            seen.insert(rule.family());
            match rule {
                Rule::Fact { subject, relation, value } => {
                    let expected = [v.subjects.start + subject, v.relations.start + relation, v.values.start + value, sign::END];
                    assert_eq!((sentence, said.as_slice()), (&expected[..], &expected[2..3]));
                }
                Rule::Phrase { words } => {
                    let expected: Vec<u32> = words.iter().map(|word| v.words.start + word).collect();
                    assert_eq!((&sentence[1..6], said.as_slice()), (&expected[..], &expected[2..]));
                }
                Rule::Count { step } => {
                    let expected: Vec<i64> = (0..5).map(|i| (number(1) + i * step).rem_euclid(40)).collect();
                    assert_eq!((1..6).map(number).collect::<Vec<_>>(), expected);
                    assert_eq!(places, [3, 4, 5]);
                }
                Rule::Copy => assert_eq!(said, sentence[1..5]),
                Rule::Reverse => assert!(said.iter().eq(sentence[1..5].iter().rev())),
                Rule::Point { place } => assert_eq!(said, [sentence[1 + place]]),
                Rule::LookUp { pairs } => {
                    let asked = sentence[2 * pairs + 2];
                    let pair = sentence[1..=2 * pairs].chunks(2).find(|pair| pair[0] == asked).expect("asked of a pair");
                    assert_eq!(said, [pair[1]]);
                    assert_ne!(sentence[1], sentence[3], "first letters differ");
                }
                Rule::Bracket => assert_eq!(said[0] - v.close.start, sentence[0] - v.open.start),
                Rule::Agreement => assert_eq!(said[0] - v.verbs.start, sentence[0] - v.nouns.start),
                Rule::Sum => assert_eq!(number(4), (number(1) + number(2)) % 40),
                Rule::Line => assert_eq!((said.as_slice(), places[0]), (&[v.line_end][..], 13)),
            }
        }
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
}

#[test]
fn digits_carry() {
    let task = task("notation=digits&numbers=100&batch_size=300&counts=8");
    let start = task.vocabulary().numbers.start;
    let batch = task.training_batch(0);
    let (mut counted, mut added, mut carried) = (0, 0, 0);
    for document in 0..batch.len() {
        for (_, sentence) in sentences(&batch, document) {
            let number = |i: usize| 10 * (sentence[i] - start) + (sentence[i + 1] - start);
            if sentence[0] == sign::COUNT {
                let step = (number(3) + 100 - number(1)) % 100;
                assert!((5..=9).step_by(2).all(|i| number(i) == (number(i - 2) + step) % 100), "{sentence:?}");
                counted += 1;
                carried += usize::from(sentence[1] != sentence[3]);
            } else if sentence[0] == sign::ADD {
                assert_eq!(number(6), (number(1) + number(3)) % 100, "{sentence:?}");
                added += 1;
            }
        }
    }
    assert!(counted > 100 && added > 10 && carried > 10, "{counted} {added} {carried}");
}

#[test]
fn polygenic_sentences_follow_two_rules() {
    let task = task("polygenic=0.5&batch_size=600");
    let place = |wanted: &Rule| task.planted().iter().position(|quantum| quantum.rule == *wanted).expect("there") as u32;
    let (copy, reverse) = (place(&Rule::Copy), place(&Rule::Reverse));
    let (first, second) = (place(&Rule::Point { place: 0 }), place(&Rule::Point { place: 1 }));
    let batch = task.training_batch(0);
    let (mut lists, mut both) = (0.0, 0.0);
    for document in 0..batch.len() {
        for (at, sentence) in sentences(&batch, document) {
            let range = document * batch.context + at..document * batch.context + at + sentence.len();
            let Some(i) = batch.labels[range.clone()].iter().position(|label| *label != NO_LABEL) else { continue };
            let (label, also) = (batch.labels[range.start + i], batch.also[range.start + i]);
            if ![copy, reverse, first, second].contains(&label) {
                assert_eq!(also, NO_LABEL);
                continue;
            }
            lists += 1.0;
            if also != NO_LABEL {
                both += 1.0;
                assert!([(copy, reverse), (reverse, copy), (first, second), (second, first)].contains(&(label, also)));
                let is_list = label == copy || label == reverse;
                let (one, other) = if is_list { (&sentence[1..3], [sentence[4], sentence[3]]) } else { (&sentence[1..2], [sentence[2]; 2]) };
                assert_eq!(one, &other[..one.len()], "{sentence:?}");
            }
        }
    }
    assert!((both / lists - 0.5f64).abs() < 5.0 * 0.5 / f64::sqrt(lists), "{both} of {lists}");
}

#[test]
fn shared_targets_lie_on_the_same_symbols() {
    let task = task("targets=shared&batch_size=200");
    let batch = task.training_batch(0);
    let letters = &task.vocabulary().letters;
    let labelled = batch.labels.iter().enumerate().filter(|(_, label)| **label != NO_LABEL);
    for (i, _) in labelled {
        let token = batch.tokens[i / batch.context * (batch.context + 1) + i % batch.context + 1];
        assert!(letters.contains(&token), "{}", task.vocabulary().name(token));
    }
}

/// The chances are those of the writer: labelled tokens are certain, and what all tokens cost on average
/// is no less than what the best reader pays, whose losses are the surprise under the true chances.
#[test]
fn the_least_loss_of_labelled_tokens_is_nothing_and_chances_sum_to_one() {
    for query in ["seed=1", "notation=digits&numbers=50", "targets=shared", "polygenic=0.3&pointers=3&lookups=2"] {
        let task = task(&format!("batch_size=40&{query}"));
        let batch = task.training_batch(0);
        for document in 0..batch.len() {
            let losses = task.least_losses(batch.document(document));
            let labels = &batch.labels[document * batch.context..][..batch.context];
            assert_eq!(losses.len(), batch.context);
            assert!(losses.iter().all(|loss| loss.is_finite() && *loss > -1e-5), "{query}: {losses:?}");
            for (loss, label) in losses.iter().zip(labels) {
                assert!(*label == NO_LABEL || *loss < 1e-5, "{query}: {loss} bits for a token of quantum {label}");
            }
        }
        for (quantum, template) in task.templates().iter().enumerate() {
            let sentence = (0..template.len()).fold(Vec::new(), |mut before: Vec<u32>, _| {
                let chances = template.chances(&before, task.polygenic_share(quantum));
                assert!((chances.iter().map(|(_, chance)| chance).sum::<f64>() - 1.0).abs() < 1e-9, "{query} {quantum}");
                before.push(chances[0].0);
                before
            });
            assert_eq!(sentence.last(), Some(&sign::END));
        }
    }
}

/// The mean surprise of the first tokens of sentences is the entropy of what they can be.
#[test]
fn the_least_loss_of_a_first_token_is_its_entropy() {
    let task = task("width=8&batch_size=2000&facts=2&phrases=0&lists=0&pointers=0&lookups=0&agreements=0&sums=0&lines=0&counts=1&relations=1");
    // A fact's subject tells it; a count begins with one sign and a bracket with one of three.
    let mut chances: Vec<f64> = Vec::new();
    for (quantum, share) in task.planted().iter().zip(task.sentence_shares()) {
        match quantum.rule {
            Rule::Bracket => chances.extend([share / 3.0; 3]),
            _ => chances.push(*share),
        }
    }
    let entropy: f64 = chances.iter().map(|p| -p * p.log2()).sum();
    let batch = task.training_batch(0);
    let first: Vec<f64> =
        (0..batch.len()).map(|document| f64::from(task.least_losses(&batch.document(document)[..2])[0])).collect();
    let mean = first.iter().sum::<f64>() / first.len() as f64;
    let spread = (first.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / first.len() as f64).sqrt();
    assert!((mean - entropy).abs() < 5.0 * spread / (first.len() as f64).sqrt(), "{mean}, not {entropy}");
}

#[test]
fn quanta_have_their_own_losses() {
    let config = config("");
    let quanta = config.quanta();
    assert_eq!(quanta.len(), 50);
    assert!((quanta.p().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let task = config.build_task().expect("a task").language();
    for (quantum, (before, after)) in task.planted().iter().zip(quanta.losses()) {
        assert_eq!(*after, 0.0);
        let expected = match quantum.rule.family() {
            "fact" => 6f32.log2(),
            "phrase" => 12f32.log2(),
            "count" | "addition" => 40f32.log2(),
            "bracket" | "agreement" => 3f32.log2(),
            "line end" => 13f32.log2(),
            _ => 20f32.log2(),
        };
        assert!((before - expected).abs() < 1e-5, "{quantum:?}");
    }
    // Skills and knowledge by turns from the top.
    let is_skill: Vec<bool> = task.planted()[..24].iter().map(|q| !["fact", "phrase"].contains(&q.rule.family())).collect();
    assert!(is_skill.chunks(2).all(|pair| pair == [false, true]), "{is_skill:?}");
}

#[test]
fn languages_that_cannot_be_built_are_refused() {
    for (query, field, words) in [
        ("facts=33", "facts", "must be at most 32: 16 subjects with 2 relations"),
        ("vocabulary_words=3", "phrases", "must be at most 9: 3 words"),
        ("context=12", "context", "must be at least 15, the length of the longest sentence"),
        ("list_length=2&pointers=3", "pointers", "must be at most list_length"),
        ("notation=digits&targets=shared", "notation", "must be whole"),
        ("notation=digits&numbers=44", "numbers", "multiple of 10"),
        ("targets=shared&letters=11", "letters", "at least 12"),
        ("letters=2&lookups=3", "letters", "at least 4"),
        (
            "facts=0&phrases=0&counts=0&lists=0&pointers=0&lookups=0&brackets=0&agreements=0&sums=0&lines=0",
            "facts",
            "no quantum at all",
        ),
    ] {
        let problems = RunConfig::of(&format!("task=language&{query}")).validate();
        let problem = problems.iter().find(|problem| problem.field == field);
        assert!(problem.is_some_and(|problem| problem.to_string().contains(words)), "{query}: {problems:?}");
    }
}

#[test]
fn every_token_has_a_name_of_its_own() {
    for query in ["", "targets=shared", "notation=digits&numbers=100", "letters=60"] {
        let task = task(query);
        let names: HashSet<String> = (0..task.vocabulary().len as u32).map(|token| task.vocabulary().name(token)).collect();
        assert_eq!(names.len(), task.vocabulary().len, "{query}");
    }
}

/// Pins the generator: printed once by this code, never to change.
#[test]
fn known_answers() {
    let task = task("seed=3&batch_size=2");
    let text: Vec<String> = task.training_batch(0).document(0)[..24].iter().map(|token| task.vocabulary().name(*token)).collect();
    assert_eq!(
        text.join(" "),
        "⟨begin⟩ thing7 has0 value5 . take1 t j p d is t . thing13 has1 value4 . take1 m b m n is m"
    );
}

#[test]
fn a_rules_length_is_that_of_its_template() {
    let all = "counts=8&lists=2&pointers=4&lookups=3&brackets=1&agreements=1&sums=1&lines=1";
    for query in ["", "notation=digits", "list_length=7&line_length=5", "targets=shared"] {
        let config = config(&format!("{all}&{query}"));
        let settings = config.language().expect("a language");
        for quantum in settings.planted(3) {
            let rule = quantum.rule;
            assert_eq!(rule.len(settings), rule.shape(settings).len, "{query}: {rule:?}");
        }
    }
}
