//! When each subtask of a published run emerged: the paper's Fig 8.

use std::sync::Arc;

use leptos::prelude::*;
use plotters::coord::Shift;
use plotters::prelude::DrawingArea;
use quanta_core::figure::{self, Frame, Kind, Options, Series};
use quanta_core::fit::emergence_steps;
use quanta_core::quanta::UseFrequencies;
use quanta_core::record::Record;
use quanta_core::theory::Resource;

use super::state::Scaling as Bench;
use crate::published::Material;
use crate::view::canvas::Canvas;
use crate::view::plot::Picture;
use crate::view::published::Asked;
use crate::view::theme::Themes;

/// The published material, where it is one run and steps are looked at; tracked.
pub fn published_run(bench: Bench) -> Option<Arc<Material>> {
    match bench.material() {
        Some(Asked::There(material)) if bench.resource.get() == Resource::Steps => {
            matches!(*material, Material::Run(_)).then_some(material)
        }
        _ => None,
    }
}

/// Emergence against use frequency in a published run.
pub struct OfRun {
    /// The page.
    pub bench: Bench,
    /// Light or dark.
    pub themes: Themes,
}

impl OfRun {
    fn with<T>(&self, read: impl FnOnce(&Record, &[Series<'_>]) -> T) -> Option<T> {
        match published_run(self.bench)?.as_ref() {
            Material::Run(record) => Some(read(record, &[Series { name: "published", record, color: 1 }])),
            Material::Sweep(_) => None,
        }
    }

    fn options(&self, scale: f64) -> Options {
        Options { theme: self.themes.figure(), fit: self.bench.look[0].get(), scale, ..Options::default() }
    }
}

impl Picture for OfRun {
    fn name(&self) -> String {
        Kind::Emergence.name().to_owned()
    }

    fn title(&self) -> String {
        format!("{}, as published", Kind::Emergence.title())
    }

    fn track(&self) {
        let _ = published_run(self.bench);
        self.bench.look[0].track();
    }

    fn draw(&self, area: &DrawingArea<Canvas, Shift>, scale: f64) -> Option<Frame> {
        // A canvas too small for axes stays empty.
        self.with(|_, series| figure::draw(area, Kind::Emergence, series, &self.options(scale)).ok()).flatten()
    }

    fn svg(&self, size: (u32, u32)) -> Result<String, String> {
        let svg = self.with(|_, series| figure::svg(Kind::Emergence, series, &self.options(1.0), size));
        svg.ok_or("the run is not there")?.map_err(|error| error.to_string())
    }

    fn describe(&self) -> String {
        self.with(|_, series| figure::describe(Kind::Emergence, series, &self.options(1.0))).unwrap_or_default()
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        self.with(|_, series| figure::read_at(Kind::Emergence, series, &self.options(1.0), data)).unwrap_or_default()
    }

    fn stops(&self) -> Vec<(f64, f64)> {
        let stops = self.with(|record, _| {
            let frequencies = UseFrequencies::new(record.config.n_tasks, record.config.alpha);
            let emerged = emergence_steps(record);
            let pairs = frequencies.p().iter().zip(emerged).filter_map(|(p, step)| Some((*p, step.filter(|s| *s > 0)? as f64)));
            // From left to right: the rarest first.
            let mut stops: Vec<(f64, f64)> = pairs.collect();
            stops.reverse();
            stops
        });
        stops.unwrap_or_default()
    }
}
