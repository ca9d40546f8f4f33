//! Numbers from 0 to 1 as dots in named rows.

use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::table::NONE;
use crate::figure::{Place, Table};

/// Rows of numbers, one of each kind a row.
pub(super) struct Rows {
    pub names: Vec<String>,
    /// What the numbers are called, each with its number in every row.
    pub kinds: Vec<(&'static str, Vec<Option<f64>>)>,
    pub x_title: &'static str,
}

impl Rows {
    /// From the least number, at most 0, to 1.
    fn span(&self) -> Span {
        let all = self.kinds.iter().flat_map(|(_, values)| values.iter().flatten().copied());
        let least = all.filter(|value| value.is_finite()).fold(0.0, f64::min);
        Span::Linear(if least < 0.0 { least - 0.05 } else { 0.0 }, 1.0)
    }

    pub fn draw(&self, scene: &mut Scene, style: &Style, outer: Area, none: &str) -> Panel {
        let ink = |at: usize| Ink::of(style.theme.series(at));
        let legend = self.kinds.iter().enumerate().map(|(at, (name, _))| Entry::new(Mark::Dot(ink(at)), *name)).collect();
        let x = self.span();
        let plan = Plan { x, y: x, x_title: self.x_title, y_title: "", legend, title: None, grid: true };
        let panel = Panel::rows(scene, style, outer, plan, &self.names);
        if self.names.is_empty() {
            panel.say(scene, style, none);
        }
        let radius = if style.narrow { 3.0 } else { 4.0 };
        for (at, (_, values)) in self.kinds.iter().enumerate() {
            for (row, value) in values.iter().enumerate() {
                if let Some(value) = value.filter(|value| value.is_finite()) {
                    scene.dot(panel.at(value, row as f64), radius, ink(at).faded(0.9));
                }
            }
        }
        panel
    }

    /// The row under a height.
    fn row(&self, y: f64) -> Option<usize> {
        let is_there = y >= -0.5 && y < self.names.len() as f64 - 0.5;
        is_there.then_some((y + 0.5) as usize)
    }

    pub fn read_at(&self, y: f64) -> String {
        let Some(row) = self.row(y) else { return "nothing here".into() };
        let words = self.kinds.iter().map(|(name, values)| format!("{name} {}", written(values[row])));
        format!("{}: {}", self.names[row], words.collect::<Vec<_>>().join(", "))
    }

    /// A stop a row.
    pub fn stops(&self) -> Vec<Place> {
        let x = |row: usize| self.kinds.iter().find_map(|(_, values)| values[row]).unwrap_or(0.0);
        (0..self.names.len()).map(|row| (0, (x(row), row as f64))).collect()
    }

    pub fn table(&self, head: &str) -> Table {
        let mut table = Table::new(std::iter::once(head).chain(self.kinds.iter().map(|(name, _)| *name)));
        for (row, name) in self.names.iter().enumerate() {
            table.push(std::iter::once(name.clone()).chain(self.kinds.iter().map(|(_, values)| written(values[row]))));
        }
        table
    }
}

/// A number to three places with a real minus sign.
pub(super) fn written(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{value:.3}").replace('-', "−"))
}
