//! Draws every figure from synthetic runs, at two sizes, light and dark, into a folder:
//! `cargo run -p quanta-core --no-default-features --features gallery --example gallery -- FOLDER`
//!
//! The runs are synthetic: a staircase with noise, so that figures can be looked at without
//! training. Nothing here is a result.

use std::path::Path;
use std::sync::Arc;

use quanta_core::config::RunConfig;
use quanta_core::event::Evaluation;
use quanta_core::figure::model::{self, Model, Quanta};
use quanta_core::figure::sweep::{self, Point, Resource, Sweep};
use quanta_core::figure::{Figure, Kind, Look, Options, Series, Theme, png, svg};
use quanta_core::quanta::UseFrequencies;
use quanta_core::record::{Record, Status};
use quanta_core::rng::{Rng, Stream};

/// A synthetic run: subtask k falls from 1 to 0 bits around `first`·(p_1/p_k)^0.81 steps.
fn synthetic(config: RunConfig, first: f64, until: u64) -> Record {
    let frequencies = UseFrequencies::new(config.quanta().len(), config.number("alpha").unwrap_or(0.4));
    let mut luck = Rng::new(config.training.seed, Stream::Parameters, 0);
    let centers: Vec<f64> = frequencies
        .p()
        .iter()
        .map(|p| first * (frequencies.p()[0] / p).powf(0.81) * (0.35 * f64::from(luck.symmetric(1.0))).exp())
        .collect();
    let mut record = Record::new(config);
    for step in record.config.log_steps().into_iter().take_while(|step| *step <= until) {
        let mut noise = Rng::new(record.config.training.seed, Stream::TestBits, step);
        let quantum_loss_bits: Vec<f32> = centers
            .iter()
            .map(|center| {
                let left = 1.0 / (1.0 + (step as f64 / center).powf(9.0)) as f32;
                let tail = 0.02 / (1.0 + (step as f64 / center) as f32);
                (left + tail + noise.symmetric(0.04) * left).max(1e-5)
            })
            .collect();
        record.evaluations.push(Evaluation {
            step,
            loss_bits: frequencies.mean(&quantum_loss_bits) as f32,
            train_loss_bits: None,
            learned: quantum_loss_bits.iter().filter(|loss| **loss < 0.1).count(),
            quantum_accuracy: vec![1.0; quantum_loss_bits.len()],
            quantum_loss_bits,
            seconds: 0.0,
        });
    }
    if until >= record.config.training.steps {
        record.status = Status::Finished;
    }
    record
}

/// A synthetic sweep: subtask k needs constant·k^γ of the resource, give or take some luck.
fn synthetic_sweep(resource: Resource, alpha: f64, constant: f64, (from, to): (f64, f64), count: usize, seeds: u64) -> Sweep {
    let n_tasks = 500;
    let frequencies = UseFrequencies::new(n_tasks, alpha);
    let mut sweep = Sweep::new("synthetic sweep", resource, alpha, n_tasks);
    sweep.settings = "synthetic".into();
    for seed in 0..seeds {
        let mut luck = Rng::new(seed, Stream::Parameters, (alpha * 10.0) as u64);
        let shared = 0.15 * f64::from(luck.symmetric(1.0));
        let need: Vec<f64> = (1..=n_tasks)
            .map(|k| {
                let straying = shared + 0.3 * f64::from(luck.symmetric(1.0));
                constant * (k as f64).powf(0.85 * resource.growth(alpha)) * straying.exp()
            })
            .collect();
        for i in 0..count {
            let amount = from * (to / from).powf(i as f64 / (count - 1) as f64);
            let losses: Vec<f32> = need
                .iter()
                .map(|need| (1.0 / (1.0 + (amount / need).powf(5.0))) as f32 + 0.02 * (luck.symmetric(1.0)).abs())
                .collect();
            let mean = frequencies.mean(&losses);
            sweep.points.push(Point::new(amount.round(), mean, losses, seed));
        }
    }
    sweep
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".into());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let config = |query: &str| RunConfig::from_query(query, &[]);
    let paper = quanta_core::paper::run(20_000);
    let lesson = config("n_tasks=100&n_bits=50&width=150&steps=10000")?;
    let other = config("n_tasks=100&n_bits=50&width=150&steps=10000&seed=1&alpha=0.8")?;
    let quick = config("n_tasks=20&n_bits=24&width=64&steps=6000&log_schedule=linear&log_every=100")?;
    let paper = synthetic(paper, 150.0, 20_000);
    let lesson_a = synthetic(lesson, 60.0, 10_000);
    let lesson_b = synthetic(other, 90.0, 3_000);
    let quick = synthetic(quick, 120.0, 1_500);
    let run = |name: &str, record: &Record, color| Series {
        name: name.into(),
        record: Arc::new(record.clone()),
        color,
        recorded: false,
    };
    let many = vec![run("synthetic, α = 0.4", &lesson_a, 0), run("synthetic, α = 0.8", &lesson_b, 1)];
    let one = vec![run("synthetic run", &paper, 0)];
    let early = vec![run("synthetic, early", &quick, 2)];
    let all = Options { pure_law: true, nam: true, ..Options::default() };
    let follow = Options { follow: Some(6), nam: true, ..Options::default() };
    let parameters = synthetic_sweep(Resource::Parameters, 0.4, 900.0, (5_427.0, 301_502.0), 14, 3);
    let steps = Sweep { name: "synthetic run".into(), ..Sweep::from_record("", &paper) };
    let data = synthetic_sweep(Resource::Data, 0.4, 2e4, (1e4, 5e6), 16, 2);
    let mut live = synthetic_sweep(Resource::Parameters, 0.4, 1_100.0, (5_427.0, 301_502.0), 14, 1);
    live.points.truncate(6);
    (live.name, live.color) = ("synthetic, live".into(), 1);
    let published = Sweep { name: "synthetic, published".into(), background: true, ..parameters.clone() };
    let alphas = [0.2, 0.4, 0.6, 0.8];
    let learned: Vec<Sweep> =
        alphas.iter().map(|alpha| synthetic_sweep(Resource::Data, *alpha, 2e4, (1e4, 5e6), 12, 1)).collect();
    let mut exponents = learned.clone();
    for alpha in alphas {
        exponents.push(synthetic_sweep(Resource::Parameters, alpha, 900.0, (5_427.0, 301_502.0), 12, 3));
        exponents.push(synthetic_sweep(Resource::Steps, alpha, 80.0, (100.0, 1e5), 60, 1));
    }
    let sweeps = [
        ("one", sweep::Kind::Scaling, vec![parameters.clone()]),
        ("live", sweep::Kind::Scaling, vec![published, live]),
        ("one", sweep::Kind::Staircase, vec![data.clone()]),
        ("alphas", sweep::Kind::Learned, learned),
        ("alphas", sweep::Kind::Exponents, exponents),
        ("three", sweep::Kind::Composite, vec![parameters, steps, data]),
    ];
    let models = [
        ("plain", Model { quanta: 1_000, ..Model::default() }),
        ("broken", Model { quanta: 300, alpha: 0.8, noise: 0.7, missing: Some(5), after: 0.2, ..Model::default() }),
    ];
    let overlays = Options { pure_law: true, ..Options::default() };
    let mut figures: Vec<(&str, Box<dyn Figure>)> = Vec::new();
    for (name, kind, sweeps) in sweeps {
        figures.push((name, kind.figure(sweeps, overlays.clone())));
    }
    for (name, model) in &models {
        let quanta = Arc::new(Quanta::new(model));
        figures.extend(model::Kind::ALL.map(|kind| (*name, kind.figure(quanta.clone(), None))));
    }
    for kind in Kind::ALL {
        figures.push(("paper", kind.figure(one.clone(), all.clone())));
        figures.push(("early", kind.figure(early.clone(), Options::default())));
        figures.push(("follow", kind.figure(many.clone(), follow.clone())));
    }
    for (name, figure) in &figures {
        let title = figure.title();
        println!("{title} ({name}): {}\n{}", figure.caption(), figure.describe());
        let table = figure.table();
        std::iter::once(&table.header).chain(&table.rows).for_each(|row| println!("  {}", row.join(" | ")));
        println!();
        for (theme, ending) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            for (size, scale) in [((1_200, 800), 1.0), ((390, 320), 2.0)] {
                // A composite on a telephone is long.
                let is_long = figure.name() == sweep::Kind::Composite.name() && size.0 < 500;
                let size = if is_long { (390, 760) } else { size };
                let look = Look { theme, scale };
                let stem = format!("{}-{name}-{ending}-{}", figure.name(), size.0);
                std::fs::write(folder.join(format!("{stem}.png")), png(&**figure, &look, size)?)?;
                std::fs::write(folder.join(format!("{stem}.svg")), svg(&**figure, &look, size)?)?;
            }
        }
    }
    Ok(())
}
