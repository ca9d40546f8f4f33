use std::sync::Arc;

use super::*;
use crate::config::RunConfig;
use crate::event::Evaluation;
use crate::quanta::UseFrequencies;
use crate::record::{Record, Status};
use crate::rng::{Rng, Stream};

/// A made-up run: subtask k falls from 1 to 0 bits around first·k^1.2 steps, with noise.
pub(crate) fn run(n_tasks: usize, steps: u64, first: f64) -> Record {
    let config = RunConfig::of(&format!("n_tasks={n_tasks}&steps={steps}&logs_per_decade=20"));
    let frequencies = UseFrequencies::new(n_tasks, config.number("alpha").expect("there"));
    let mut record = Record::new(config);
    for step in record.config.log_steps() {
        let mut rng = Rng::new(step, Stream::TestBits, 1);
        let quantum_loss_bits: Vec<f32> = (0..n_tasks)
            .map(|task| {
                let center = first * ((task + 1) as f64).powf(1.2);
                let left = 1.0 / (1.0 + (step as f64 / center).powi(8));
                (left as f32 + rng.symmetric(0.01)).max(1e-4)
            })
            .collect();
        record.evaluations.push(Evaluation {
            step,
            loss_bits: frequencies.mean(&quantum_loss_bits) as f32,
            train_loss_bits: None,
            learned: quantum_loss_bits.iter().filter(|loss| **loss < crate::fit::EMERGENCE_BITS).count(),
            quantum_accuracy: vec![1.0; n_tasks],
            quantum_loss_bits,
            seconds: 0.0,
        });
    }
    record.status = Status::Finished;
    record
}

fn everything() -> Options {
    Options { pure_law: true, nam: true, follow: Some(3), ..Options::default() }
}

fn series(name: &str, record: &Arc<Record>, color: usize) -> Series {
    Series { name: name.into(), record: record.clone(), color, recorded: false }
}

/// The figure of one run called “run”, as it comes.
fn alone(kind: Kind, record: &Arc<Record>) -> Box<dyn Figure> {
    kind.figure(vec![series("run", record, 0)], Options::default())
}

fn frame(figure: &dyn Figure, scale: f64, size: (u32, u32)) -> Frame {
    use plotters::prelude::{IntoDrawingArea, SVGBackend};
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
    draw(&area, figure, &Look { scale, ..Look::default() }).unwrap()
}

#[test]
fn runs_of_equal_names_are_told_apart() {
    let record = Arc::new(run(5, 100, 10.0));
    let runs = || vec![series("run", &record, 0), series("run", &record, 1)];
    for kind in [Kind::Loss, Kind::Emergence] {
        let figure = kind.figure(runs(), Options::default());
        let drawn = svg(&*figure, &Look::default(), (720, 480)).unwrap();
        assert!(drawn.contains("run (2)"), "{}", kind.name());
    }
}

#[test]
fn names_lead_back_to_figures() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(Kind::from_name("pie"), None);
}

/// What holds for every figure: it is drawn, light and dark, and says what it shows in every way.
pub(crate) fn check(figure: &dyn Figure, what: &str) {
    for (look, size) in [(Look::default(), (390, 320)), (Look { theme: Theme::Dark, scale: 2.0 }, (1_200, 800))] {
        let text = svg(figure, &look, size).unwrap();
        assert!(text.starts_with("<svg") && text.ends_with("</svg>\n"), "{what}");
        assert!(!text.contains("NaN") && !text.contains("<b>") && !text.contains("α_"), "{what}");
    }
    let panels = frame(figure, 1.0, (1_200, 800)).panels();
    assert!(!figure.title().is_empty() && !figure.describe().is_empty(), "{what}");
    let caption = figure.caption();
    assert!(caption.ends_with('.') && caption.chars().count() < 100 && !caption.contains('\n'), "{what}: {caption}");
    let table = figure.table();
    assert!(table.rows.len() < 400 && table.rows.iter().all(|row| row.len() == table.header.len()), "{what}");
    for (panel, data) in figure.stops() {
        assert!(panel < panels, "{what}");
        assert!(!figure.read_at(panel, data).is_empty(), "{what}");
    }
    for panel in 0..=panels {
        for data in [(100.0, 0.5), (1e4, 0.5), (f64::NAN, -1.0)] {
            assert!(!figure.read_at(panel, data).is_empty(), "{what}");
            figure.pick(panel, data);
        }
    }
}

#[test]
fn pixels_lead_back_to_data() {
    let record = Arc::new(run(40, 5_000, 50.0));
    let points = [(Kind::Loss, 700.0, 0.7), (Kind::Tasks, 123.0, 0.4), (Kind::Heat, 90.0, 17.0), (Kind::Emergence, 0.01, 900.0)];
    for (kind, x, y) in points {
        for (scale, size) in [(1.0, (1_200, 800)), (2.0, (780, 640)), (3.0, (3_000, 2_000))] {
            let frame = frame(&*alone(kind, &record), scale, size);
            assert_eq!(frame.scale(), scale);
            let (px, py) = frame.to_pixel(x, y).unwrap();
            let (x2, y2) = frame.to_data(f64::from(px), f64::from(py)).unwrap();
            // Half a pixel is all that is lost: what one pixel further would say is further off.
            let (x3, y3) = frame.to_data(f64::from(px) + 1.0, f64::from(py) + 1.0).unwrap();
            assert!((x2 - x).abs() <= 0.51 * (x3 - x2).abs().max(1e-12), "{kind:?} {x} {x2} {x3}");
            assert!((y2 - y).abs() <= 0.51 * (y3 - y2).abs().max(1e-12), "{kind:?} {y} {y2} {y3}");
        }
    }
}

#[test]
fn outside_the_plot_there_is_no_data() {
    let record = Arc::new(run(10, 1_000, 50.0));
    let frame = frame(&*alone(Kind::Loss, &record), 1.0, (600, 400));
    assert_eq!(frame.to_data(1.0, 1.0), None);
    assert_eq!(frame.to_pixel(1e9, 0.5), None);
    assert_eq!(frame.to_pixel(0.0, 0.5), None);
    let (left, top, right, bottom) = frame.rectangle(0).unwrap();
    assert!(0 < left && left < right && right <= 600 && 0 < top && top < bottom && bottom < 400);
}

#[test]
fn a_figure_in_a_part_of_a_picture_knows_where_it_is() {
    use plotters::prelude::{IntoDrawingArea, SVGBackend};
    let record = Arc::new(run(10, 1_000, 50.0));
    let figure = alone(Kind::Loss, &record);
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, (1_200, 400)).into_drawing_area();
    let halves = area.split_evenly((1, 2));
    let left = draw(&halves[0], &*figure, &Look::default()).unwrap();
    let right = draw(&halves[1], &*figure, &Look::default()).unwrap();
    let (a, b) = (left.to_pixel(100.0, 0.8).unwrap(), right.to_pixel(100.0, 0.8).unwrap());
    assert_eq!((b.0 - a.0, b.1 - a.1), (600, 0));
}

#[test]
fn a_click_finds_the_subtask() {
    let record = Arc::new(run(40, 5_000, 50.0));
    let pick = |kind: Kind, data| alone(kind, &record).pick(0, data);
    // Subtask 5 (4 from 0) is half learned at 50·5^1.2 = 345 steps.
    let step = 50.0 * 5f64.powf(1.2);
    assert_eq!(pick(Kind::Tasks, (step, 0.5)), Some(Pick::Subtask(4)));
    assert_eq!(pick(Kind::Heat, (step, 5.2)), Some(Pick::Subtask(4)));
    assert_eq!(pick(Kind::Heat, (step, 41.0)), None);
    let p = UseFrequencies::new(40, 0.4).p()[4];
    assert_eq!(pick(Kind::Emergence, (p, 470.0)), Some(Pick::Subtask(4)));
    assert_eq!(pick(Kind::Loss, (step, 0.5)), None);
    let text = alone(Kind::Heat, &record).read_at(0, (350.0, 5.0));
    assert!(text.starts_with("step 350: subtask 5 (used "), "{text}");
    let text = alone(Kind::Loss, &record).read_at(0, (1_010.0, 0.5));
    assert!(text.starts_with("step 1,000: 0."), "{text}");
}

#[test]
fn the_keyboard_stops_along_the_followed_subtask() {
    let record = Arc::new(run(40, 5_000, 50.0));
    let follow = Options { follow: Some(6), ..Options::default() };
    let stops = |kind: Kind| kind.figure(vec![series("run", &record, 0)], follow.clone()).stops();
    let evaluations = record.evaluations.len() - 1;
    assert_eq!(stops(Kind::Tasks).len(), evaluations);
    assert_eq!(stops(Kind::Tasks)[0].1.1, f64::from(record.evaluations[1].quantum_loss_bits[6]));
    assert!(stops(Kind::Heat).iter().all(|(_, (_, rank))| *rank == 7.0));
    // From the rarest to the most used.
    assert!(stops(Kind::Emergence).windows(2).all(|pair| pair[0].1.0 < pair[1].1.0));
}

#[test]
fn every_figure_is_drawn_at_every_stage_of_a_run() {
    let whole = run(40, 5_000, 50.0);
    let other = Arc::new(run(500, 1_000, 100.0));
    for logs in [0, 1, 2, 3, 30, whole.evaluations.len()] {
        let mut record = whole.clone();
        record.evaluations.truncate(logs);
        record.status = Status::Unfinished;
        let alone = series("a <b> & c", &Arc::new(record), 0);
        let both = vec![alone.clone(), series("other", &other, 1)];
        for kind in Kind::ALL {
            for runs in [vec![alone.clone()], both.clone(), Vec::new()] {
                for options in [Options::default(), everything()] {
                    check(&*kind.figure(runs.clone(), options), &format!("{kind:?} {logs}"));
                }
            }
        }
    }
}

#[test]
fn a_run_without_quanta_says_so() {
    let mut record = run(20, 2_000, 50.0);
    record.quanta = Arc::new(crate::quanta::Quanta::none());
    record.evaluations.iter_mut().for_each(|evaluation| evaluation.quantum_loss_bits.clear());
    let record = Arc::new(record);
    for kind in Kind::ALL {
        let figure = kind.figure(vec![series("run", &record, 0)], everything());
        check(&*figure, &format!("{kind:?}"));
        let says_so = svg(&*figure, &Look::default(), (800, 600)).unwrap().contains(source::NO_QUANTA);
        assert_eq!(says_so, kind != Kind::Loss, "{kind:?}");
    }
}

#[test]
fn broken_numbers_are_left_out() {
    let mut record = run(20, 2_000, 50.0);
    for (i, evaluation) in record.evaluations.iter_mut().enumerate().skip(20) {
        evaluation.loss_bits = [f32::NAN, f32::INFINITY, -1.0, 0.0][i % 4];
        evaluation.quantum_loss_bits.fill(f32::NAN);
    }
    record.evaluations[30].quantum_loss_bits.clear();
    let record = Arc::new(record);
    for kind in Kind::ALL {
        let figure = kind.figure(vec![series("run", &record, 0)], everything());
        svg(&*figure, &Look::default(), (800, 600)).unwrap();
        figure.table();
        figure.stops();
        figure.read_at(0, (f64::NAN, f64::NAN));
        figure.pick(0, (f64::NAN, -1.0));
    }
}

#[test]
fn no_room_is_an_error() {
    let figure = alone(Kind::Loss, &Arc::new(run(10, 1_000, 50.0)));
    assert!(matches!(svg(&*figure, &Look::default(), (100, 80)), Err(FigureError::TooSmall { .. })));
}

#[test]
fn the_description_states_fit_theory_and_range() {
    let runs = vec![series("Run 1", &Arc::new(run(100, 20_000, 50.0)), 0)];
    let options = Options { fit_range: Some((100.0, 2_000.0)), ..Options::default() };
    let text = Kind::Loss.figure(runs.clone(), options).describe();
    for part in ["Run 1: 100 subtasks at α = 0.4", "Fitted over steps 100 to 2,000", "blind to the seed", "= 0.286", "same range"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = Kind::Emergence.figure(runs, Options::default()).describe();
    assert!(text.contains("slope −0.8") && text.contains("−0.81"), "{text}");
}

#[test]
fn the_legend_says_what_the_lines_are() {
    let runs = vec![series("Run 1", &Arc::new(run(100, 20_000, 50.0)), 0)];
    let figure = Kind::Loss.figure(runs, everything());
    let wide = svg(&*figure, &Look::default(), (900, 600)).unwrap();
    for part in ["fit, slope −", "truncated sum, T = ", " steps for the first subtask", "pure law, α<", "Nam et al., closed form"]
    {
        assert!(wide.contains(part), "{part}");
    }
    let narrow = svg(&*figure, &Look::default(), (240, 300)).unwrap();
    assert!(narrow.contains("truncated sum<") && !narrow.contains("T = "), "the legend is cut");
}

#[test]
fn a_heat_map_stays_small() {
    let figure = alone(Kind::Heat, &Arc::new(run(500, 100_000, 50.0)));
    let text = svg(&*figure, &Look::default(), (1_200, 800)).unwrap();
    assert!(text.matches("<rect").count() < 12_000, "{} boxes", text.matches("<rect").count());
}

#[cfg(feature = "png")]
#[test]
fn a_picture_has_its_size_and_its_letters() {
    let figure = alone(Kind::Loss, &Arc::new(run(40, 5_000, 50.0)));
    let bytes = png(&*figure, &Look { scale: 2.0, ..Look::default() }, (400, 300)).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((side(16), side(20)), (800, 600));
}
