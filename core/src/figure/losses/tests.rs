use super::*;
use crate::figure::{Look, svg};
use crate::losses::{Document, Model, Passage};

/// Six sizes of two seeds, of which half the tokens are known from some size on.
fn family() -> Arc<Losses> {
    let (mut models, mut bits) = (Vec::new(), Vec::new());
    for at in 0..6u64 {
        for seed in 0..2 {
            models.push(Model { name: format!("m{at}"), parameters: 1_000 * 4u64.pow(at as u32), seed });
            for step in 0..4u64 {
                bits.extend(
                    (0..60u64)
                        .map(|token| if token % 6 <= at && token % 2 == 0 && step > 1 { 0.05 } else { 8.0 - 0.1 * step as f32 }),
                );
            }
        }
    }
    let passage = Passage {
        bytes: "ab".repeat(40).into_bytes(),
        ends: (1..=80).collect(),
        documents: vec![Document { name: "a".into(), begins: 0 }, Document { name: "b".into(), begins: 40 }],
        places: (10..70).collect(),
    };
    Arc::new(Losses::new("a text".into(), models, vec![0, 10, 100, 1_000], passage, bits).expect("losses"))
}

#[test]
fn every_figure_is_drawn_said_and_tabled_at_any_size() {
    for kind in Kind::ALL {
        for over in [Over::Size, Over::Training] {
            let figure = kind.figure(family(), Options { over, token: 7, ..Options::default() });
            for size in [(1_080, 480), (360, 640)] {
                let drawn = svg(&*figure, &Look::default(), size).expect("drawn");
                assert!(drawn.contains("</svg>"));
            }
            let table = figure.table();
            assert!(!table.rows.is_empty() && table.rows.iter().all(|row| row.len() == table.header.len()), "{}", kind.name());
            assert!(figure.describe().contains("a text"), "{}", kind.name());
            for (panel, data) in figure.stops() {
                assert!(!figure.read_at(panel, data).is_empty());
            }
            assert_eq!(Kind::from_name(figure.name()), Some(kind));
        }
    }
}

#[test]
fn a_token_is_named_by_what_stands_before_it_in_its_document() {
    let words = |token: usize| TokenFigure::new(family(), token).describe();
    assert!(words(0).contains("“a” after “abababab"), "{}", words(0));
    // Place 42 is the third of the second document.
    assert!(words(32).contains("“a” after “ab”"), "{}", words(32));
    assert!(words(9_999).contains("in “a text”"));
}

#[test]
fn the_sizes_of_a_family_give_its_exponent() {
    let figure = ScalingFigure::new(family());
    let law = figure.law_of_size().expect("six sizes");
    assert!(law.exponent > 0.0 && law.points == 6, "{law:?}");
    assert!(figure.describe().contains("one run: blind to the seed"), "{}", figure.describe());
}
