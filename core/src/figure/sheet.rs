//! What a figure is laid out on.

use super::color::Theme;
use super::panel::{Panel, Style};
use super::scene::{Area, Scene};

/// An empty sheet of some size that a figure fills with shapes and plots.
pub struct Sheet {
    pub(crate) scene: Scene,
    pub(crate) style: Style,
    /// The whole sheet, in CSS pixels.
    pub(crate) area: Area,
    /// The plots laid out so far, in reading order.
    pub(crate) panels: Vec<Panel>,
}

impl Sheet {
    /// A sheet of that many CSS pixels on the theme's ground.
    pub(crate) fn new((width, height): (f64, f64), theme: Theme) -> Self {
        Self {
            scene: Scene::new(width, height, theme.background()),
            style: Style::new(theme, width),
            area: Area { left: 0.0, top: 0.0, right: width, bottom: height },
            panels: Vec::new(),
        }
    }

    /// Lays out one plot over the whole sheet.
    pub(crate) fn fill(&mut self, draw: impl FnOnce(&mut Scene, &Style, Area) -> Panel) {
        let panel = draw(&mut self.scene, &self.style, self.area);
        self.panels.push(panel);
    }
}
