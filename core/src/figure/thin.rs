//! Fewer points for lines that have more of them than pixels.

/// A place in CSS pixels, y downwards.
pub(crate) type Point = (f64, f64);

/// The width of a column, in CSS pixels: screens have up to two or three pixels there.
const COLUMN: f64 = 0.5;

/// Keeps of the points that follow each other in one column the first, the lowest, the highest and the
/// last, which draw the same line. Curves with up to four points a column come out as they are, and so
/// do gaps (points that are not finite).
pub fn thinned(points: impl IntoIterator<Item = Point>) -> impl Iterator<Item = Point> {
    let mut points = points.into_iter().peekable();
    let mut kept = Vec::new().into_iter();
    std::iter::from_fn(move || {
        if let Some(point) = kept.next() {
            return Some(point);
        }
        let first = points.next()?;
        let mut column = Column::new(first);
        while let Some(point) = points.next_if(|point| is_beside(first, *point)) {
            column.add(point);
        }
        kept = column.kept().into_iter();
        kept.next()
    })
}

fn is_beside(first: Point, point: Point) -> bool {
    point.1.is_finite() && first.1.is_finite() && (first.0 / COLUMN).floor() == (point.0 / COLUMN).floor()
}

/// Points of one column, as many as are drawn.
struct Column {
    /// The first points, all of them while they are few.
    few: Vec<Point>,
    count: usize,
    /// The lowest, the highest and the last point, each with its place in the column.
    lowest: (usize, Point),
    highest: (usize, Point),
    last: Point,
}

/// As many points of a column are drawn at most.
const FEW: usize = 4;

impl Column {
    fn new(first: Point) -> Self {
        Self { few: vec![first], count: 1, lowest: (0, first), highest: (0, first), last: first }
    }

    fn add(&mut self, point: Point) {
        if self.few.len() < FEW {
            self.few.push(point);
        }
        if point.1 < self.lowest.1.1 {
            self.lowest = (self.count, point);
        }
        if point.1 > self.highest.1.1 {
            self.highest = (self.count, point);
        }
        self.last = point;
        self.count += 1;
    }

    fn kept(self) -> Vec<Point> {
        if self.count <= FEW {
            return self.few;
        }
        let last = (self.count - 1, self.last);
        let mut kept = vec![(0, self.few[0]), self.lowest, self.highest, last];
        kept.sort_by_key(|(place, _)| *place);
        kept.dedup_by_key(|(place, _)| *place);
        kept.into_iter().map(|(_, point)| point).collect()
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
