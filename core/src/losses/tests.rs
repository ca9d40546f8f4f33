use proptest::prelude::*;

use super::*;
use crate::config::RunConfig;
use crate::event::Evaluation;
use crate::record::Record;
use crate::text::{BytePairs, Corpus, Text, keep};

fn model(parameters: u64, seed: u64) -> Model {
    Model { name: format!("{parameters}"), parameters, seed }
}

/// Three sizes with one token a shape: known from the second size on, falling steadily, never known.
fn three() -> Losses {
    let bits = [9.0, 9.0, 9.0, 0.1, 6.0, 9.0, 0.1, 3.0, 9.0];
    let models = vec![model(1_000, 0), model(10_000, 0), model(100_000, 0)];
    Losses::new("three".into(), models, vec![7], Passage::default(), bits.to_vec()).expect("losses")
}

#[test]
fn shapes_follow_the_authors_rules() {
    let losses = three();
    let ask = Ask { high_nats: 5.0, low_nats: 0.3, slope_nats: 0.3, r_squared: 0.98 };
    assert_eq!(losses.shapes(&ask), [Shape::Monogenic(1), Shape::Polygenic, Shape::Other]);
    // 9 bits are 6.24 nats.
    assert_eq!(losses.shapes(&Ask { high_nats: 6.3, ..ask })[0], Shape::Other);
    assert_eq!(losses.counts(&ask), Counts { monogenic: 1.0, polygenic: 1.0 });
}

#[test]
fn shuffled_sizes_give_the_share_that_chance_gives() {
    // One token known from the second of two sizes on; dealt out anew it is so in one of two cases.
    let bits: Vec<f32> = [vec![9.0; 4_000], vec![0.1; 4_000]].concat();
    let losses = Losses::new("two".into(), vec![model(1, 0), model(2, 0)], vec![1], Passage::default(), bits).expect("losses");
    let found = losses.counts_shuffled(&Ask::default(), 4).monogenic;
    assert!((found - 2_000.0).abs() < 100.0, "{found}");
}

#[test]
fn seeds_of_one_size_are_compared_in_pairs() {
    let bits = vec![9.0, 9.0, 0.1, 9.0, 0.1, 0.1];
    let losses = Losses::new("seeds".into(), vec![model(1, 0), model(1, 1), model(1, 2)], vec![1], Passage::default(), bits)
        .expect("losses");
    // Tokens known to one and not to the other: 1 between the first two, 2, and 1.
    assert_eq!(losses.apart_between_seeds(&Ask::default()), Some(4.0 / 3.0));
    assert_eq!(losses.sizes(), [0]);
    assert_eq!(three().apart_between_seeds(&Ask::default()), None);
}

#[test]
fn a_distribution_has_the_papers_bins() {
    let spread = Spread::new(&[0.0, 0.004, 0.011, 29.999, 77.0]);
    assert_eq!(spread.shares.len(), 3_000);
    assert_eq!((spread.shares[0], spread.shares[1], spread.shares[2_999]), (0.4, 0.2, 0.4));
    let total: f64 = spread.density(30).iter().map(|(_, density)| density * 0.3).sum();
    assert!((total - 1.0).abs() < 1e-12);
}

#[test]
fn models_are_put_in_order_of_their_size() {
    let losses =
        Losses::new("two".into(), vec![model(9, 0), model(3, 0)], vec![1], Passage::default(), vec![1.0, 2.0]).expect("losses");
    assert_eq!((losses.models[0].parameters, losses.last(0)), (3, &[2.0][..]));
}

#[test]
fn tables_that_do_not_fit_are_refused_in_words() {
    let new = |models: usize, steps: Vec<u64>, bits: Vec<f32>| {
        let models = (0..models).map(|at| model(at as u64, 0)).collect();
        Losses::new("a".into(), models, steps, Passage::default(), bits).unwrap_err().to_string()
    };
    assert_eq!(new(0, vec![], vec![]), "it holds no losses");
    assert_eq!(
        new(2, vec![1], vec![1.0; 3]),
        "its parts do not fit each other: 3 losses do not fall into 2 models × 1 checkpoints"
    );
    assert_eq!(new(1, vec![2, 1], vec![1.0; 2]), "its parts do not fit each other: the steps of the checkpoints do not rise");
    assert_eq!(
        new(2, vec![5], vec![1.0, f32::NAN, 1.0, 1.0]),
        "the loss of token 1 in 0 at step 5 is NaN: a loss is a number from 0 on"
    );
}

#[test]
fn a_file_comes_back_to_half_precision() {
    let passage = Passage {
        bytes: "one two three".into(),
        ends: vec![3, 7, 13],
        documents: vec![Document { name: "numbers".into(), begins: 0 }],
        places: vec![1, 2],
    };
    let bits = vec![1.25, 0.333, 12.0, 0.001];
    let losses = Losses::new("a".into(), vec![model(1, 0)], vec![3, 9], passage, bits).expect("losses");
    let read = Losses::from_bytes(&losses.to_bytes().expect("bytes")).expect("read");
    assert_eq!((&read.models, &read.steps, &read.passage), (&losses.models, &losses.steps, &losses.passage));
    for checkpoint in 0..2 {
        let pairs = read.row(0, checkpoint).iter().zip(losses.row(0, checkpoint));
        pairs.for_each(|(a, b)| assert!((a - b).abs() <= b / 2_048.0, "{a} {b}"));
    }
    assert_eq!(read.passage.text(1..3), " two three");
    assert_eq!(read.passage.document(2), (0, 0..3));
}

/// A NumPy array's bytes.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let header = format!("{header:<117}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

#[test]
fn numpy_arrays_are_read_in_nats() {
    let data: Vec<u8> = [0.0f32, 1.0, 2.0, 3.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let losses = Losses::from_npy("theirs", &npy("<f4", "(2, 1, 2)", &data)).expect("read");
    assert_eq!((losses.models.len(), losses.steps.len(), losses.tokens()), (2, 1, 2));
    assert!((losses.last(0)[1] - std::f32::consts::LOG2_E).abs() < 1e-6);
    assert_eq!(Losses::from_npy("theirs", &npy("<f4", "(2, 2)", &data)).map(|losses| losses.tokens()), Ok(2));
    let refused = |bytes: &[u8]| Losses::from_npy("theirs", bytes).unwrap_err().to_string();
    assert_eq!(refused(b"PK"), "this NumPy array cannot be read: it does not begin as one");
    assert_eq!(
        refused(&npy("<i8", "(2, 2)", &data)),
        "this NumPy array cannot be read: its numbers are “<i8”, where <f2, <f4 and <f8 are read"
    );
    assert_eq!(
        refused(&npy("<f4", "(3, 2)", &data)),
        "this NumPy array cannot be read: its shape is [3, 2], but it holds 4 numbers"
    );
    assert_eq!(
        refused(&npy("<f4", "(4,)", &data)),
        "its parts do not fit each other: its losses have the shape [4], where [models, checkpoints, tokens] is known"
    );
    let huge = "(1152921504606846976, 16, 4)";
    assert!(refused(&npy("<f4", huge, &data)).contains("but it holds 4 numbers"));
    // An extent of 0 makes any other fit no numbers.
    for none in ["(1152921504606846976, 0)", "(1152921504606846976, 1, 0)", "(0, 1152921504606846976, 0)", "(0, 0)"] {
        assert!(refused(&npy("<f4", none, b"")).contains("which leaves 0 of them"), "{none}");
    }
}

#[test]
fn runs_of_a_text_make_a_table_with_its_text() {
    let text: String = (0..30_000).map(|line| format!("line {line}\n")).collect();
    let corpus =
        Corpus::new("lines", &[Text { name: "lines.txt".into(), text }], BytePairs::new(vec![[108, 105]]).expect("pairs"));
    let number = keep(corpus);
    let run = |width: usize, steps: &[u64], bits: f32| {
        let mut config =
            RunConfig::of(&format!("task=text&corpus_id={number}&context=16&eval_tokens=20&heads=1&kv_heads=1&width={width}"));
        config.set("tokens", "257").expect("set");
        let mut record = Record::new(config);
        record.evaluations = steps
            .iter()
            .map(|step| Evaluation {
                step: *step,
                loss_bits: bits,
                train_loss_bits: None,
                learned: 0,
                quantum_loss_bits: vec![bits; 20],
                quantum_accuracy: vec![0.0; 20],
                seconds: 0.0,
            })
            .collect();
        (format!("width {width}"), record)
    };
    let runs = [run(8, &[0, 1, 5, 9], 5.0), run(4, &[0, 1, 4, 9], 6.0)];
    let losses = Losses::of_runs("lines", &runs, 24).expect("losses");
    assert_eq!(losses.steps, [0, 1, 9]);
    assert_eq!((losses.models[0].name.as_str(), losses.last(0)[0]), ("width 4", 6.0));
    // 20 tokens in windows of 17, of which 8 are tested each: 3 windows.
    assert_eq!((losses.passage.documents.len(), losses.passage.ends.len()), (3, 51));
    assert_eq!(losses.passage.places[..9], [9, 10, 11, 12, 13, 14, 15, 16, 26]);
    assert!(losses.passage.text(0..51).contains("line "));
    let other = [run(8, &[0], 5.0), {
        let (name, mut record) = run(4, &[0], 6.0);
        record.config.set("eval_tokens", "16").expect("set");
        (name, record)
    }];
    assert_eq!(
        Losses::of_runs("lines", &other, 24).unwrap_err().to_string(),
        "width 8 and width 4 test different tokens: eval_tokens differs"
    );
}

#[test]
fn checkpoints_are_spread_over_the_logarithm() {
    let steps: Vec<u64> = (0..=1_000).collect();
    let kept = checkpoints(&steps, 4);
    assert_eq!(kept, [1, 10, 100, 1_000]);
    assert_eq!(checkpoints(&[0, 1, 2], 24), [0, 1, 2]);
    assert_eq!(checkpoints(&steps, 24).len(), 24);
}

proptest! {
    #[test]
    fn no_bytes_panic(at in 0usize..2_000, byte: u8, cut in 0usize..2_000) {
        let losses = three();
        for bytes in [losses.to_bytes().expect("bytes"), npy("<f4", "(2, 1, 2)", &[0; 16])] {
            let mut bytes = bytes;
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut % bytes.len().min(40));
            let _ = Losses::from_bytes(&bytes);
            let _ = Losses::from_npy("theirs", &bytes);
        }
    }
}
