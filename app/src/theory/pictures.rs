//! The figures of theory, as the page draws them.

use leptos::prelude::*;
use plotters::coord::Shift;
use plotters::prelude::DrawingArea;
use quanta_core::figure::model::{self, Kind};
use quanta_core::figure::{Frame, Options};

use super::Study;
use crate::view::canvas::Canvas;
use crate::view::plot::Picture;
use crate::view::theme::Themes;

/// One figure of the model that the sliders describe.
pub struct OfTheory {
    /// Which.
    pub kind: Kind,
    /// What the sliders stand at.
    pub study: Study,
    /// Light or dark.
    pub themes: Themes,
}

impl OfTheory {
    fn options(&self, scale: f64) -> Options {
        Options { theme: self.themes.figure(), scale, cursor: self.mark(), ..Options::default() }
    }

    /// Where the slider of learned quanta stands in this figure.
    fn mark(&self) -> Option<(f64, f64)> {
        let n = self.study.learned.get();
        self.study.with(|quanta| {
            let loss = *quanta.loss.get(n)?;
            match self.kind {
                Kind::Stairs => Some((n as f64, loss)),
                Kind::Sum if n > 0 => Some((n as f64, (loss - quanta.model.after).abs())),
                _ => None,
            }
        })
    }
}

impl Picture for OfTheory {
    fn name(&self) -> String {
        self.kind.name().to_owned()
    }

    fn title(&self) -> String {
        self.kind.title().to_owned()
    }

    fn track(&self) {
        self.study.quanta.track();
        self.study.learned.track();
    }

    fn draw(&self, area: &DrawingArea<Canvas, Shift>, scale: f64) -> Option<Frame> {
        // A canvas too small for axes stays empty.
        self.study.with(|quanta| model::draw(area, self.kind, &quanta.model, &self.options(scale)).ok())
    }

    fn svg(&self, size: (u32, u32)) -> Result<String, String> {
        let svg = self.study.with(|quanta| model::svg(self.kind, &quanta.model, &self.options(1.0), size));
        svg.map_err(|error| error.to_string())
    }

    fn describe(&self) -> String {
        self.study.with(|quanta| model::describe(self.kind, &quanta.model, &Options::default()))
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        self.study.with(|quanta| model::read_at(self.kind, quanta, data))
    }

    fn stops(&self) -> Vec<(f64, f64)> {
        self.study.with(|quanta| model::stops(self.kind, quanta))
    }

    fn press(&self, _: usize, (x, _): (f64, f64)) {
        if matches!(self.kind, Kind::Stairs | Kind::Sum) && x.is_finite() {
            let most = self.study.with(|quanta| quanta.loss.len() - 1) as f64;
            self.study.board.set("learned", x.round().clamp(0.0, most));
            self.study.board.commit("learned");
        }
    }

    fn press_hint(&self) -> &'static str {
        match self.kind {
            Kind::Stairs | Kind::Sum => "; press to learn so many quanta",
            _ => "",
        }
    }
}
