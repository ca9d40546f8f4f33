//! Runs and sweeps whose answers are known.

use std::path::{Path, PathBuf};

use quanta_core::config::RunConfig;
use quanta_core::event::Evaluation;
use quanta_core::record::{Record, Status};
use quanta_core::sweep::{Dimension, Folder, Manifest};
use quanta_core::theory::{Resource, Theory};

/// The theory of a config's task.
pub fn theory(config: &RunConfig) -> Theory {
    Theory::of_quanta(&config.quanta()).unwrap()
}

/// An evaluation at which the first `learned` subtasks are learned.
pub fn evaluation(config: &RunConfig, step: u64, learned: f64) -> Evaluation {
    let (theory, quanta) = (theory(config), config.quanta());
    // A hundredth of the way is left.
    let left =
        |(k, (before, after)): (usize, &(f32, f32))| if k as f64 <= learned { after + 0.01 * (before - after) } else { *before };
    let quantum_loss_bits: Vec<f32> = (1..).zip(quanta.losses()).map(left).collect();
    Evaluation {
        step,
        loss_bits: theory.loss_after(learned) as f32,
        train_loss_bits: (step > 0).then_some(0.5),
        learned: quanta.learned(&quantum_loss_bits),
        quantum_accuracy: vec![1.0; quanta.len()],
        quantum_loss_bits,
        seconds: step as f64 / 100.0,
    }
}

/// A synthetic run that learns subtask k after 60·k^(α+1) steps.
pub fn synthetic(config: RunConfig) -> Record {
    let theory = theory(&config);
    let mut record = Record::new(config.clone());
    record.device = "synthetic".into();
    record.status = Status::Finished;
    let learned = |step: u64| theory.learned(Resource::Steps, step as f64, 60.0);
    record.evaluations = config.log_steps().into_iter().map(|step| evaluation(&config, step, learned(step))).collect();
    record
}

/// The paper's settings, for so many steps.
pub fn paper(steps: u64) -> RunConfig {
    RunConfig::from_query(&format!("n_tasks=500&n_bits=100&width=500&batch_size=20000&steps={}", steps), &[]).expect("valid")
}

/// Saves a record as `NAME.safetensors`, and returns its path.
pub fn saved(folder: &Path, name: &str, record: &Record) -> PathBuf {
    let path = folder.join(format!("{name}.safetensors"));
    record.save(&path).unwrap();
    path
}

/// Parameters that a synthetic network needs for a quantum.
pub const PARAMETERS_PER_QUANTUM: f64 = 1_300.0;

/// Creates the folder of a sweep over widths with all runs finished.
pub fn widths(folder: &Path) -> PathBuf {
    let dir = folder.join("widths");
    let over = ["width=log2:9..500:8", "seed=0,1"].map(|text| Dimension::parse(text).unwrap());
    let manifest = Manifest::grid(paper(1_000), over.to_vec()).unwrap();
    let sweep = Folder::create(&dir, &manifest).unwrap();
    for entry in &manifest.runs {
        let config = &entry.config;
        // Seeds differ a little, so that an interval can be had from them.
        let learned = config.parameters() as f64 / PARAMETERS_PER_QUANTUM * (1.0 + 1e-5 * config.training.seed as f64);
        let mut record = Record::new(config.clone());
        record.status = Status::Finished;
        record.evaluations = vec![evaluation(config, 0, 0.0), evaluation(config, config.training.steps, learned)];
        record.save(&sweep.record_path(entry)).unwrap();
    }
    dir
}
