//! The way back from a drawn figure's pixels to its data.

use super::panel::Panel;

/// Where the plots of a drawn figure are, and what their axes span. Pixels are those of the
/// backend that was drawn on.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub(crate) corner: (i32, i32),
    pub(crate) scale: f64,
    pub(crate) panels: Vec<Panel>,
}

impl Frame {
    /// How many pixels were drawn to a CSS pixel.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The data under a pixel, or nothing outside the plots.
    pub fn to_data(&self, x_px: f64, y_px: f64) -> Option<(f64, f64)> {
        let panel = &self.panels[self.panel_at(x_px, y_px)?];
        let (x, y) = self.unscaled(x_px, y_px);
        Some((panel.x.value(x), panel.y.value(y)))
    }

    /// The pixel of a point of the first plot, where it was drawn; nothing outside the plot.
    pub fn to_pixel(&self, x: f64, y: f64) -> Option<(i32, i32)> {
        self.to_pixel_in(0, x, y)
    }

    /// The same in the plot of that number.
    pub fn to_pixel_in(&self, panel: usize, x: f64, y: f64) -> Option<(i32, i32)> {
        let panel = self.panels.get(panel)?;
        let (px, py) = panel.at(x, y);
        let place = |at: f64, corner: i32| (at * self.scale).round() as i32 + corner;
        panel.area.holds((px, py)).then(|| (place(px, self.corner.0), place(py, self.corner.1)))
    }

    /// Which plot a pixel is in, counted from 0: figures of several have them in reading order.
    pub fn panel_at(&self, x_px: f64, y_px: f64) -> Option<usize> {
        // Half a CSS pixel of grace: a point on the edge may be rounded out of the plot.
        let (x, y) = self.unscaled(x_px, y_px);
        let near = |panel: &Panel| {
            let area = panel.area;
            (area.left - 0.5..=area.right + 0.5).contains(&x) && (area.top - 0.5..=area.bottom + 0.5).contains(&y)
        };
        self.panels.iter().position(near)
    }

    /// How many plots there are.
    pub fn panels(&self) -> usize {
        self.panels.len()
    }

    /// The plot's rectangle in pixels: left, top, right, bottom.
    pub fn rectangle(&self, panel: usize) -> Option<(i32, i32, i32, i32)> {
        let area = self.panels.get(panel)?.area;
        let place = |at: f64, corner: i32| (at * self.scale).round() as i32 + corner;
        let (x, y) = self.corner;
        Some((place(area.left, x), place(area.top, y), place(area.right, x), place(area.bottom, y)))
    }

    fn unscaled(&self, x_px: f64, y_px: f64) -> (f64, f64) {
        ((x_px - f64::from(self.corner.0)) / self.scale, (y_px - f64::from(self.corner.1)) / self.scale)
    }
}
