//! Points of lines, and fewer of them where there are more than pixels.

use std::array::IntoIter;
use std::iter::{Take, from_fn};

/// A place in CSS pixels, y downwards.
pub(crate) type Point = (f64, f64);

/// The width of a column, in CSS pixels: screens have up to two or three pixels there.
const COLUMN: f64 = 0.5;

/// As many points of a column are drawn at most.
const FEW: usize = 4;

/// Keeps of the points that follow each other in one column the first, the lowest, the highest and the
/// last, which draw the same line. Curves with up to four points a column come out as they are, and so
/// do gaps (points that are not finite).
pub fn thinned(points: impl IntoIterator<Item = Point>) -> impl Iterator<Item = Point> {
    let mut points = points.into_iter().peekable();
    let mut kept: Option<Take<IntoIter<Point, FEW>>> = None;
    from_fn(move || {
        if let Some(point) = kept.as_mut().and_then(Iterator::next) {
            return Some(point);
        }
        let first = points.next()?;
        let mut column = Column::new(first);
        while let Some(point) = points.next_if(|point| is_beside(first, *point)) {
            column.add(point);
        }
        kept.insert(column.kept()).next()
    })
}

fn is_beside(first: Point, point: Point) -> bool {
    point.1.is_finite() && first.1.is_finite() && (first.0 / COLUMN).floor() == (point.0 / COLUMN).floor()
}

/// Points of one column, as many as are drawn: every figure is painted through this, so nothing is
/// allocated.
struct Column {
    /// The first points, all of them while they are few.
    few: [Point; FEW],
    count: usize,
    /// The lowest, the highest and the last point, each with its place in the column.
    lowest: (usize, Point),
    highest: (usize, Point),
    last: (usize, Point),
}

impl Column {
    fn new(first: Point) -> Self {
        Self { few: [first; FEW], count: 1, lowest: (0, first), highest: (0, first), last: (0, first) }
    }

    fn add(&mut self, point: Point) {
        let placed = (self.count, point);
        if let Some(place) = self.few.get_mut(self.count) {
            *place = point;
        }
        if point.1 < self.lowest.1.1 {
            self.lowest = placed;
        }
        if point.1 > self.highest.1.1 {
            self.highest = placed;
        }
        self.last = placed;
        self.count += 1;
    }

    fn kept(self) -> Take<IntoIter<Point, FEW>> {
        if self.count <= FEW {
            return self.few.into_iter().take(self.count);
        }
        let mut kept = [(0, self.few[0]), self.lowest, self.highest, self.last];
        kept.sort_unstable_by_key(|(place, _)| *place);
        let (mut few, mut count) = (self.few, 1);
        for pair in kept.windows(2).filter(|pair| pair[0].0 != pair[1].0) {
            few[count] = pair[1].1;
            count += 1;
        }
        few.into_iter().take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_with_few_points_a_column_is_left_as_it_is() {
        let points: Vec<Point> = (0..40).map(|i| (f64::from(i) * 0.125, f64::from(i * i % 7))).collect();
        assert_eq!(thinned(points.clone()).collect::<Vec<_>>(), points);
    }

    #[test]
    fn a_crowded_column_keeps_its_ends_and_extremes_in_their_order() {
        let heights = [3.0, 4.0, 9.0, 5.0, 1.0, 2.0, 6.0];
        let points = heights.iter().enumerate().map(|(i, y)| (0.05 * i as f64, *y)).chain([(0.6, 0.0)]);
        let heights: Vec<f64> = thinned(points).map(|(_, y)| y).collect();
        assert_eq!(heights, [3.0, 9.0, 1.0, 6.0, 0.0]);
    }

    #[test]
    fn a_gap_in_a_crowded_column_stays() {
        let points = (0..20).map(|i| (0.01 * f64::from(i), if i == 9 { f64::NAN } else { f64::from(i % 5) }));
        let thin: Vec<Point> = thinned(points).collect();
        assert_eq!(thin.iter().filter(|(_, y)| y.is_nan()).count(), 1);
        assert!(thin.len() <= 9, "{thin:?}");
    }

    #[test]
    fn the_points_kept_grow_with_the_width_alone() {
        let points = (0..100_000).map(|i| (f64::from(i) * 0.003, f64::from(i % 97)));
        assert!(thinned(points).count() <= FEW * 601);
    }
}
