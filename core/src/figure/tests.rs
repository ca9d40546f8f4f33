use super::*;
use crate::config::RunConfig;
use crate::event::Evaluation;
use crate::quanta::UseFrequencies;
use crate::record::Status;
use crate::rng::{Rng, Stream};

/// A made-up run: subtask k falls from 1 to 0 bits around first·k^1.2 steps, with noise.
pub(crate) fn run(n_tasks: usize, steps: u64, first: f64) -> Record {
    let config = RunConfig { n_tasks, steps, logs_per_decade: 20, ..RunConfig::default() };
    let frequencies = UseFrequencies::new(n_tasks, config.alpha);
    let mut record = Record::new(config);
    for step in record.config.log_steps() {
        let mut rng = Rng::new(step, Stream::TestBits, 1);
        let task_loss_bits: Vec<f32> = (0..n_tasks)
            .map(|task| {
                let center = first * ((task + 1) as f64).powf(1.2);
                let left = 1.0 / (1.0 + (step as f64 / center).powi(8));
                (left as f32 + rng.symmetric(0.01)).max(1e-4)
            })
            .collect();
        record.evaluations.push(Evaluation {
            step,
            loss_bits: frequencies.mean(&task_loss_bits) as f32,
            train_loss_bits: None,
            learned: task_loss_bits.iter().filter(|loss| **loss < crate::fit::EMERGENCE_BITS).count(),
            task_accuracy: vec![1.0; n_tasks],
            task_loss_bits,
            seconds: 0.0,
        });
    }
    record.status = Status::Finished;
    record
}

fn everything() -> Options {
    Options { pure_law: true, nam: true, follow: Some(3), cursor: Some((300.0, 0.5)), ..Options::default() }
}

fn frame(kind: Kind, series: &[Series<'_>], options: &Options, size: (u32, u32)) -> Frame {
    use plotters::prelude::{IntoDrawingArea, SVGBackend};
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
    draw(&area, kind, series, options).unwrap()
}

#[test]
fn names_lead_back_to_figures() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(Kind::from_name("pie"), None);
}

#[test]
fn pixels_lead_back_to_data() {
    let record = run(40, 5_000, 50.0);
    let series = [Series { name: "run", record: &record, color: 0 }];
    let points = [(Kind::Loss, 700.0, 0.7), (Kind::Tasks, 123.0, 0.4), (Kind::Heat, 90.0, 17.0), (Kind::Emergence, 0.01, 900.0)];
    for (kind, x, y) in points {
        for (scale, size) in [(1.0, (1_200, 800)), (2.0, (780, 640)), (3.0, (3_000, 2_000))] {
            let options = Options { scale, ..Options::default() };
            let frame = frame(kind, &series, &options, size);
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
    let record = run(10, 1_000, 50.0);
    let series = [Series { name: "run", record: &record, color: 0 }];
    let frame = frame(Kind::Loss, &series, &Options::default(), (600, 400));
    assert_eq!(frame.to_data(1.0, 1.0), None);
    assert_eq!(frame.to_pixel(1e9, 0.5), None);
    assert_eq!(frame.to_pixel(0.0, 0.5), None);
    let (left, top, right, bottom) = frame.rectangle(0).unwrap();
    assert!(0 < left && left < right && right <= 600 && 0 < top && top < bottom && bottom < 400);
}

#[test]
fn a_figure_in_a_part_of_a_picture_knows_where_it_is() {
    use plotters::prelude::{IntoDrawingArea, SVGBackend};
    let record = run(10, 1_000, 50.0);
    let series = [Series { name: "run", record: &record, color: 0 }];
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, (1_200, 400)).into_drawing_area();
    let halves = area.split_evenly((1, 2));
    let left = draw(&halves[0], Kind::Loss, &series, &Options::default()).unwrap();
    let right = draw(&halves[1], Kind::Loss, &series, &Options::default()).unwrap();
    let (a, b) = (left.to_pixel(100.0, 0.8).unwrap(), right.to_pixel(100.0, 0.8).unwrap());
    assert_eq!((b.0 - a.0, b.1 - a.1), (600, 0));
}

#[test]
fn a_click_finds_the_subtask() {
    let record = run(40, 5_000, 50.0);
    let series = [Series { name: "run", record: &record, color: 0 }];
    // Subtask 5 (task 4) is half learned at 50·5^1.2 = 345 steps.
    let step = 50.0 * 5f64.powf(1.2);
    assert_eq!(nearest_task(Kind::Tasks, &series, (step, 0.5)), Some(4));
    assert_eq!(nearest_task(Kind::Heat, &series, (step, 5.2)), Some(4));
    assert_eq!(nearest_task(Kind::Heat, &series, (step, 41.0)), None);
    let p = UseFrequencies::new(40, 0.4).p()[4];
    assert_eq!(nearest_task(Kind::Emergence, &series, (p, 470.0)), Some(4));
    assert_eq!(nearest_task(Kind::Loss, &series, (step, 0.5)), None);
    let text = read_at(Kind::Heat, &series, &Options::default(), (350.0, 5.0));
    assert!(text.starts_with("step 350: subtask 5 (used "), "{text}");
    let text = read_at(Kind::Loss, &series, &Options::default(), (1_010.0, 0.5));
    assert!(text.starts_with("step 1,000: 0."), "{text}");
}

#[test]
fn every_figure_is_drawn_at_every_stage_of_a_run() {
    let whole = run(40, 5_000, 50.0);
    let other = run(500, 1_000, 100.0);
    for logs in [0, 1, 2, 3, 30, whole.evaluations.len()] {
        let mut record = whole.clone();
        record.evaluations.truncate(logs);
        record.status = Status::Unfinished;
        let alone = [Series { name: "a <b> & c", record: &record, color: 0 }];
        let both = [alone[0], Series { name: "other", record: &other, color: 1 }];
        for kind in Kind::ALL {
            for series in [&alone[..], &both, &[]] {
                for (options, size) in [(Options::default(), (390, 320)), (everything(), (1_200, 800))] {
                    let text = svg(kind, series, &options, size).unwrap();
                    assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"));
                    assert!(!text.contains("NaN") && !text.contains("<b>"), "{kind:?} {logs}");
                    assert!(!describe(kind, series, &options).is_empty());
                    assert!(!read_at(kind, series, &options, (100.0, 0.5)).is_empty());
                    nearest_task(kind, series, (100.0, 0.5));
                }
            }
        }
    }
}

#[test]
fn broken_numbers_are_left_out() {
    let mut record = run(20, 2_000, 50.0);
    for (i, evaluation) in record.evaluations.iter_mut().enumerate().skip(20) {
        evaluation.loss_bits = [f32::NAN, f32::INFINITY, -1.0, 0.0][i % 4];
        evaluation.task_loss_bits.fill(f32::NAN);
    }
    record.evaluations[30].task_loss_bits.clear();
    let series = [Series { name: "run", record: &record, color: 0 }];
    for kind in Kind::ALL {
        svg(kind, &series, &everything(), (800, 600)).unwrap();
        describe(kind, &series, &everything());
        read_at(kind, &series, &everything(), (f64::NAN, f64::NAN));
        nearest_task(kind, &series, (f64::NAN, -1.0));
    }
}

#[test]
fn no_room_is_an_error() {
    let record = run(10, 1_000, 50.0);
    let series = [Series { name: "run", record: &record, color: 0 }];
    assert!(matches!(svg(Kind::Loss, &series, &Options::default(), (100, 80)), Err(FigureError::TooSmall { .. })));
}

#[test]
fn the_description_states_fit_theory_and_range() {
    let record = run(100, 20_000, 50.0);
    let series = [Series { name: "Run 1", record: &record, color: 0 }];
    let text = describe(Kind::Loss, &series, &Options { fit_range: Some((100.0, 2_000.0)), ..Options::default() });
    for part in [
        "Run 1: 100 subtasks at α = 0.4",
        "Fitted over steps 100 to 2,000",
        "one run: blind to the seed",
        "= 0.286",
        "same range",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = describe(Kind::Emergence, &series, &Options::default());
    assert!(text.contains("slope −0.8") && text.contains("−0.81"), "{text}");
}

#[test]
fn a_heat_map_stays_small() {
    let record = run(500, 100_000, 50.0);
    let series = [Series { name: "run", record: &record, color: 0 }];
    let text = svg(Kind::Heat, &series, &Options::default(), (1_200, 800)).unwrap();
    assert!(text.matches("<rect").count() < 12_000, "{} boxes", text.matches("<rect").count());
}

#[cfg(feature = "png")]
#[test]
fn a_picture_has_its_size_and_its_letters() {
    let record = run(40, 5_000, 50.0);
    let series = [Series { name: "run", record: &record, color: 0 }];
    let bytes = png(Kind::Loss, &series, &Options::default(), (400, 300), 2.0).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((side(16), side(20)), (800, 600));
}
