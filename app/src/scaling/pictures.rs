//! The figures of sweeps, as the page draws them.

use leptos::prelude::*;
use plotters::coord::Shift;
use plotters::prelude::DrawingArea;
use quanta_core::config::RunConfig;
use quanta_core::figure::sweep::{self, Kind, Point, Sweep};
use quanta_core::figure::{Frame, Options};
use quanta_core::order::ascending;
use quanta_core::theory::Resource;

use super::state::{Kept, Scaling as Bench};
use crate::address::Address;
use crate::link::{Link, Page};
use crate::view::canvas::Canvas;
use crate::view::plot::Picture;
use crate::view::theme::Themes;
use crate::words;

/// Whose points a figure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The sweep made here, and the published ones.
    All,
    /// The sweep made here.
    Own,
    /// The published ones.
    Published,
}

/// One figure of sweeps.
pub struct OfSweeps {
    /// Which.
    pub kind: Kind,
    /// Whose points.
    pub whose: Whose,
    /// The page.
    pub bench: Bench,
    /// Light or dark.
    pub themes: Themes,
    /// Where a press on a point leads.
    pub address: Address,
}

impl OfSweeps {
    fn sweeps(&self) -> Vec<Sweep> {
        match self.whose {
            Whose::All => self.bench.sweeps(),
            Whose::Own => self.bench.with_shown(Kept::sweep).into_iter().collect(),
            Whose::Published => self.bench.published(),
        }
    }

    fn options(&self, scale: f64) -> Options {
        let [fit, truncated_sum, pure_law] = self.bench.look.map(|on| on.get());
        Options { theme: self.themes.figure(), fit, truncated_sum, pure_law, scale, ..Options::default() }
    }

    fn nearest(&self, panel: usize, data: (f64, f64)) -> Option<Point> {
        let sweeps = self.sweeps();
        let (sweep, point) = sweep::nearest_point(self.kind, &sweeps, panel, data)?;
        sweeps.get(sweep)?.points.get(point).cloned()
    }
}

/// The run behind a point in a few words: what the figure does not say of it.
fn behind(point: &Point) -> Option<String> {
    let config = config_of(&point.run)?;
    Some(format!("width {}, {} steps", words::thousands(config.width as u64), words::thousands(config.steps)))
}

/// The settings that a point's link names.
pub fn config_of(run: &str) -> Option<RunConfig> {
    RunConfig::from_query(run, &[]).ok().filter(|_| !run.is_empty())
}

/// The link that opens a run in the Lab.
pub fn link_to(config: RunConfig) -> Link {
    Link { page: Page::Lab, config: Some(config), ..Link::default() }
}

impl Picture for OfSweeps {
    fn name(&self) -> String {
        let whose = match self.whose {
            Whose::All => "",
            Whose::Own => "-here",
            Whose::Published => "-published",
        };
        format!("{}{whose}", self.kind.name())
    }

    fn title(&self) -> String {
        match (self.kind, self.whose) {
            (Kind::Staircase, Whose::Own) => "Subtasks, in this browser".to_owned(),
            (Kind::Staircase, _) => "Subtasks, as published".to_owned(),
            (Kind::Scaling, _) => match self.bench.resource.get() {
                Resource::Parameters => "Loss against parameters".to_owned(),
                Resource::Steps => "Loss against training steps".to_owned(),
                Resource::Data => "Loss against training data".to_owned(),
            },
            (kind, _) => kind.title().to_owned(),
        }
    }

    fn track(&self) {
        let bench = self.bench;
        bench.planned.track();
        bench.look.iter().for_each(|on| on.track());
        if self.whose != Whose::Published {
            bench.kept.track();
        }
        if self.whose != Whose::Own {
            let _ = bench.material();
        }
    }

    fn draw(&self, area: &DrawingArea<Canvas, Shift>, scale: f64) -> Option<Frame> {
        // A canvas too small for axes stays empty.
        sweep::draw(area, self.kind, &self.sweeps(), &self.options(scale)).ok()
    }

    fn svg(&self, size: (u32, u32)) -> Result<String, String> {
        sweep::svg(self.kind, &self.sweeps(), &self.options(1.0), size).map_err(|error| error.to_string())
    }

    fn describe(&self) -> String {
        let sweeps = self.sweeps();
        if sweeps.iter().all(|sweep| sweep.points.is_empty()) {
            return match self.whose {
                Whose::Own => "Nothing has been trained here yet: press Run.".to_owned(),
                _ => "There are no points yet.".to_owned(),
            };
        }
        sweep::describe(self.kind, &sweeps, &self.options(1.0))
    }

    fn read_at(&self, panel: usize, data: (f64, f64)) -> String {
        let text = sweep::read_at(self.kind, &self.sweeps(), &self.options(1.0), panel, data);
        match self.nearest(panel, data).as_ref().and_then(behind) {
            Some(run) => format!("{text} · {run}; press to open it in the Lab"),
            None => text,
        }
    }

    fn stops(&self) -> Vec<(f64, f64)> {
        let height = |point: &Point| match self.kind {
            Kind::Learned => point.learned.max(1) as f64,
            Kind::Staircase => 1.0,
            _ => point.loss,
        };
        let sweeps = self.sweeps();
        let shown = if self.kind == Kind::Staircase { &sweeps[..sweeps.len().min(1)] } else { &sweeps[..] };
        let mut stops: Vec<(f64, f64)> =
            shown.iter().flat_map(|sweep| &sweep.points).map(|point| (point.amount, height(point))).collect();
        ascending(&mut stops, |(amount, _)| *amount);
        stops
    }

    fn press(&self, panel: usize, data: (f64, f64)) {
        if let Some(config) = self.nearest(panel, data).and_then(|point| config_of(&point.run)) {
            self.address.go(link_to(config));
        }
    }

    fn press_hint(&self) -> &'static str {
        "; press on a point to open its run in the Lab"
    }
}
