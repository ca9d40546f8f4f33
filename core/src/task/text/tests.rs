use super::*;
use crate::text;
use crate::config::RunConfig;
use crate::task::AnyTask;
use crate::text::{BytePairs, Text};

fn corpus() -> Corpus {
    let text: String = (0..30_000).map(|line| format!("line {line} of a text\n")).collect();
    Corpus::new("lines", &[Text { name: "lines.txt".into(), text }], BytePairs::new(vec![[97, 98], [108, 105]]).expect("pairs"))
}

fn config(query: &str) -> RunConfig {
    let usual = RunConfig::of("task=text&tokens=258&batch_size=8&context=32&eval_tokens=1000");
    usual.with(query)
}

fn task_of(config: &RunConfig) -> Result<TextTask, TextError> {
    config.build_task().map(|task| match task {
        AnyTask::Text(task) => task,
        _ => panic!("a text"),
    })
}

#[test]
fn a_text_that_is_not_open_is_asked_for() {
    assert_eq!(task_of(&config("")).map(|_| ()), Err(TextError::NoText));
    assert_eq!(task_of(&config("corpus_id=77")).map(|_| ()), Err(TextError::NotOpen(77)));
    assert_eq!(config("corpus_id=77").validate_for_a_tab()[0].field, "corpus_id");
    // Its settings are valid all the same: a record of it can be read without the text.
    assert_eq!(config("corpus_id=77").validate(), []);
}

#[test]
fn settings_that_do_not_fit_the_text_are_refused() {
    let number = text::keep(corpus());
    let refused = |query: &str| task_of(&config(&format!("corpus_id={number}&{query}"))).map(|_| ()).unwrap_err();
    assert_eq!(refused("tokens=300"), TextError::Tokens { settings: 300, corpus: 258 });
    assert!(matches!(refused("eval_tokens=100000"), TextError::FewHeldOut { asked: 100_000, .. }));
    assert_eq!(config(&format!("corpus_id={number}&tokens=300")).validate()[0].allowed, "must be 258: so many the text is written in");
    let short = text::keep(Corpus { training: vec![1; 32], ..corpus() });
    assert_eq!(
        task_of(&config(&format!("corpus_id={short}"))).map(|_| ()),
        Err(TextError::TooShort { found: 32, what: "to train on", needed: 33 })
    );
}

#[test]
fn every_tested_token_is_another_one_and_is_predicted_from_half_a_window() {
    let number = text::keep(corpus());
    for tested in [1, 16, 17, 1_000, 5_000] {
        let task = task_of(&config(&format!("corpus_id={number}&eval_tokens={tested}"))).unwrap();
        let places = task.places();
        assert_eq!(places.len(), tested);
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{tested}: each once, in order");
        let all = task.test_piece(0..task.test_windows());
        for window in 0..task.test_windows() {
            for (at, token) in task.tested(window).enumerate() {
                let predicted = all.tokens[window * 33 + 17 + at];
                assert_eq!(predicted, u32::from(task.corpus().held_out[places[token]]));
            }
        }
    }
    let of = |tested: usize| task_of(&config(&format!("corpus_id={number}&eval_tokens={tested}")));
    let Err(TextError::FewHeldOut { found: most, .. }) = of(100_000) else { panic!("too many") };
    assert!(most + 32 > corpus().held_out.len() - 32, "nearly all of them");
    let task = of(most).unwrap();
    assert!(task.places().windows(2).all(|pair| pair[0] < pair[1]), "as many as there are");
}

#[test]
fn a_step_names_its_windows_and_a_data_set_comes_round_again() {
    let number = text::keep(corpus());
    let of = |query: &str| task_of(&config(&format!("corpus_id={number}&{query}"))).unwrap();
    assert_eq!(of("").training_batch(7), of("").training_batch(7));
    assert_ne!(of("").training_batch(7), of("").training_batch(8));
    assert_ne!(of("").training_batch(7), of("seed=1").training_batch(7));
    let fixed = of("samples=16");
    let epoch = |first: u64| {
        let mut windows: Vec<Vec<u32>> =
            (first..first + 2).flat_map(|step| fixed.training_batch(step).tokens.chunks(33).map(<[u32]>::to_vec).collect::<Vec<_>>()).collect();
        windows.sort();
        windows
    };
    assert_eq!(epoch(0), epoch(2));
    assert_eq!(of("").test_batch(0, 0..1_000), of("seed=1").test_batch(5, 0..1_000));
}
