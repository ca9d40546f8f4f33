//! Scaling above staircase for every resource there is: the paper's Fig 2.

use super::words::more;
use super::{Kind, Resource, ScalingFigure, StaircaseFigure, Sweep};
use crate::figure::axis::Span;
use crate::figure::panel::Style;
use crate::figure::scene::Area;
use crate::figure::{Figure, Options, Pick, Place, Sheet, Table};

/// Scaling above staircase for every resource there is (Fig 2). Plots come in pairs: a resource's
/// curve, then its heat map.
pub struct CompositeFigure {
    pairs: Vec<Pair>,
    options: Options,
}

/// One resource.
struct Pair {
    resource: Resource,
    scaling: ScalingFigure,
    staircase: StaircaseFigure,
}

impl Pair {
    fn plot(&self, panel: usize) -> &dyn Figure {
        if panel.is_multiple_of(2) { &self.scaling } else { &self.staircase }
    }
}

impl CompositeFigure {
    /// The figure of sweeps over any resources, which it shows in the paper's order.
    pub fn new(sweeps: Vec<Sweep>, options: Options) -> Self {
        let pair = |resource| {
            let own: Vec<Sweep> = sweeps.iter().filter(|sweep| sweep.resource == resource).cloned().collect();
            let shown = own.iter().find(|sweep| !sweep.background).or(own.first())?.clone();
            let staircase = StaircaseFigure::new(vec![shown], options.clone());
            Some(Pair { resource, scaling: ScalingFigure::new(own, options.clone()), staircase })
        };
        Self { pairs: Resource::ALL.into_iter().filter_map(pair).collect(), options }
    }
}

impl Figure for CompositeFigure {
    fn name(&self) -> &'static str {
        Kind::Composite.name()
    }

    fn title(&self) -> String {
        Kind::Composite.title().into()
    }

    fn caption(&self) -> String {
        match &self.pairs[..] {
            [only] => format!("With {} the mean loss falls, as one subtask after another is learned.", more(only.resource)),
            _ => "With more of each resource the mean loss falls, as one subtask after another is learned.".into(),
        }
    }

    fn describe(&self) -> String {
        if self.pairs.is_empty() {
            return "No sweep is shown.".into();
        }
        let text: Vec<String> = self.pairs.iter().map(|pair| pair.scaling.describe()).collect();
        format!(
            "Loss against each resource above, and below it the loss of each subtask as colour, from 1 bit (pale on white, \
             dark on black) to 0. {}",
            text.join(" ")
        )
    }

    fn table(&self) -> Table {
        let mut all = Table::new(["Resource"]);
        for pair in &self.pairs {
            let table = pair.scaling.table();
            let mut header = vec!["Resource".to_owned()];
            header.extend(table.header);
            header[2] = "Amount".into();
            all.header = header;
            for row in table.rows {
                all.push(std::iter::once(pair.resource.name().to_owned()).chain(row));
            }
        }
        all
    }

    fn compose(&self, sheet: &mut Sheet) {
        if self.pairs.is_empty() {
            let empty = ScalingFigure::new(Vec::new(), self.options.clone());
            return empty.compose(sheet);
        }
        let outer = sheet.area;
        let count = self.pairs.len() as f64;
        // Side by side where there is room, else a pair of plots to a row.
        let beside = outer.right - outer.left >= 230.0 * count && outer.right - outer.left > 0.8 * (outer.bottom - outer.top);
        let (columns, rows) = if beside { (count, 2.0) } else { (2.0, count) };
        let (width, height) = ((outer.right - outer.left) / columns, (outer.bottom - outer.top) / rows);
        let small = Style::new(sheet.style.theme, width.min(520.0));
        for (i, Pair { resource, scaling, staircase }) in self.pairs.iter().enumerate() {
            let i = i as f64;
            let cell = |column: f64, row: f64| Area {
                left: outer.left + column * width,
                right: outer.left + (column + 1.0) * width,
                top: outer.top + row * height,
                bottom: outer.top + (row + 1.0) * height,
            };
            let (upper, lower) = if beside { (cell(i, 0.0), cell(i, 1.0)) } else { (cell(0.0, i), cell(1.0, i)) };
            let title = match resource {
                Resource::Parameters => "Parameters",
                Resource::Steps => "Training steps",
                Resource::Data => "Training data",
            };
            let amounts = scaling.sweeps.iter().flat_map(|sweep| &sweep.points).map(|point| point.amount);
            let x = Span::log_over(amounts, 0.03);
            let panels = [
                scaling.draw(&mut sheet.scene, &small, upper, Some(title)),
                staircase.draw(&mut sheet.scene, &small, lower, Some(x)),
            ];
            sheet.panels.extend(panels);
        }
    }

    fn read_at(&self, panel: usize, data: (f64, f64)) -> String {
        self.pairs.get(panel / 2).map_or("no points yet".into(), |pair| pair.plot(panel).read_at(0, data))
    }

    fn stops(&self) -> Vec<Place> {
        let plots = self.pairs.iter().enumerate().flat_map(|(i, pair)| [(2 * i, pair), (2 * i + 1, pair)]);
        plots.flat_map(|(panel, pair)| pair.plot(panel).stops().into_iter().map(move |(_, data)| (panel, data))).collect()
    }

    fn pick(&self, panel: usize, data: (f64, f64)) -> Option<Pick> {
        self.pairs.get(panel / 2)?.plot(panel).pick(0, data)
    }
}
