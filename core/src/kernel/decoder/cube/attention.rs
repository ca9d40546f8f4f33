//! Attention: a thread takes one place of one head, and goes over the places that it sees or that see it.
//!
//! Shares are never written down: both ways back compute them again from the logarithm of their sum. Lanes are
//! neighbouring places, so that all read the same key, or the same query, at a time.

use cubecl::prelude::*;

/// The sizes that the passes are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Heads.
    pub heads: usize,
    /// Heads that have keys and values of their own.
    pub groups: usize,
    /// Numbers of a head.
    pub head: usize,
    /// How many of them are turned by their place.
    pub turned: usize,
}

impl Shape {
    /// Numbers of a row of queries, keys and values side by side.
    pub fn joined(self) -> usize {
        (self.heads + 2 * self.groups) * self.head
    }

    /// Where the keys begin in such a row.
    pub fn keys(self) -> usize {
        self.heads * self.head
    }

    /// Where the values begin.
    pub fn values(self) -> usize {
        (self.heads + self.groups) * self.head
    }

    fn scale(self) -> f32 {
        1.0 / (self.head as f32).sqrt()
    }

    fn shared(self) -> usize {
        self.heads / self.groups
    }
}

/// Turns queries and keys by their place, in place; or their gradients back.
///
/// Grid: one thread a pair of numbers, `[rows, heads + groups, turned / 2]`. `angles` holds the cosine, then
/// the sine, of each place and pair, `[2, context, turned / 2]`.
#[cube(launch_unchecked)]
pub fn turn(
    angles: &[f32],
    joined: &mut [f32],
    count: usize,
    places: usize,
    context: usize,
    #[comptime] shape: Shape,
    #[comptime] is_back: bool,
) {
    let i = ABSOLUTE_POS;
    let half = comptime!(shape.turned / 2);
    let each = comptime!((shape.heads + shape.groups) * (shape.turned / 2));
    if i < count {
        let row = i / each;
        let head = i % each / half;
        let pair = i % half;
        let angle = row % places * half + pair;
        let cosine = angles[angle];
        let mut sine = angles[context * half + angle];
        if comptime!(is_back) {
            sine = -sine;
        }
        let at = row * comptime!(shape.joined()) + head * comptime!(shape.head) + pair;
        let other = at + half;
        let a = joined[at];
        let b = joined[other];
        joined[at] = a * cosine - b * sine;
        joined[other] = b * cosine + a * sine;
    }
}

/// What each head sees at each place, `[rows, heads · head]`, and the logarithm of the sum of its
/// exponentials, `[rows, heads]`.
///
/// Grid: `[blocks of places, heads, documents]` workgroups of lanes.
#[cube(launch_unchecked)]
pub fn attend(joined: &[f32], seen: &mut [f32], sums: &mut [f32], places: usize, #[comptime] shape: Shape) {
    let place = CUBE_POS_X as usize * CUBE_DIM_X as usize + UNIT_POS_X as usize;
    let head = CUBE_POS_Y as usize;
    let first = CUBE_POS_Z as usize * places;
    let size = comptime!(shape.head);
    let stride = comptime!(shape.joined());
    let group = head / comptime!(shape.shared());
    if place < places {
        let own = (first + place) * stride + head * size;
        let mut query = Array::<f32>::new(comptime!(shape.head));
        let mut sum = Array::<f32>::new(comptime!(shape.head));
        #[unroll]
        for d in 0..size {
            query[d] = joined[own + d] * comptime!(shape.scale());
            sum[d] = 0.0f32;
        }
        let mut top = f32::new(-3.0e38);
        let mut total = 0.0f32;
        for other in 0..place + 1 {
            let row = (first + other) * stride + group * size;
            let key = row + comptime!(shape.keys());
            let value = row + comptime!(shape.values());
            let mut score = 0.0f32;
            #[unroll]
            for d in 0..size {
                score += query[d] * joined[key + d];
            }
            let higher = max(top, score);
            let kept = (top - higher).exp();
            let share = (score - higher).exp();
            top = higher;
            total = total * kept + share;
            #[unroll]
            for d in 0..size {
                sum[d] = sum[d] * kept + share * joined[value + d];
            }
        }
        let to = (first + place) * comptime!(shape.heads * shape.head) + head * size;
        #[unroll]
        for d in 0..size {
            seen[to + d] = sum[d] / total;
        }
        sums[(first + place) * comptime!(shape.heads) + head] = top + total.ln();
    }
}

/// The gradient at the queries, from that at what the heads have seen, `delta`; and Σ delta · seen of each
/// place and head, `[rows, heads]`, which the gradient at keys and values needs too.
///
/// Grid: as for [`attend`].
#[cube(launch_unchecked)]
pub fn queries_backward(
    joined: &[f32],
    seen: &[f32],
    sums: &[f32],
    delta: &[f32],
    back: &mut [f32],
    along: &mut [f32],
    places: usize,
    #[comptime] shape: Shape,
) {
    let place = CUBE_POS_X as usize * CUBE_DIM_X as usize + UNIT_POS_X as usize;
    let head = CUBE_POS_Y as usize;
    let first = CUBE_POS_Z as usize * places;
    let size = comptime!(shape.head);
    let stride = comptime!(shape.joined());
    let group = head / comptime!(shape.shared());
    if place < places {
        let own = (first + place) * stride + head * size;
        let out = (first + place) * comptime!(shape.heads * shape.head) + head * size;
        let mut query = Array::<f32>::new(comptime!(shape.head));
        let mut given = Array::<f32>::new(comptime!(shape.head));
        let mut sum = Array::<f32>::new(comptime!(shape.head));
        let mut mean = 0.0f32;
        #[unroll]
        for d in 0..size {
            query[d] = joined[own + d] * comptime!(shape.scale());
            given[d] = delta[out + d];
            mean += given[d] * seen[out + d];
            sum[d] = 0.0f32;
        }
        let statistic = (first + place) * comptime!(shape.heads) + head;
        let total = sums[statistic];
        for other in 0..place + 1 {
            let row = (first + other) * stride + group * size;
            let key = row + comptime!(shape.keys());
            let value = row + comptime!(shape.values());
            let mut score = 0.0f32;
            let mut slope = 0.0f32;
            #[unroll]
            for d in 0..size {
                score += query[d] * joined[key + d];
                slope += given[d] * joined[value + d];
            }
            let by = (score - total).exp() * (slope - mean);
            #[unroll]
            for d in 0..size {
                sum[d] += by * joined[key + d];
            }
        }
        #[unroll]
        for d in 0..size {
            back[own + d] = sum[d] * comptime!(shape.scale());
        }
        along[statistic] = mean;
    }
}

/// The gradients at keys and values: of each place of a group, from all places of its heads that see it.
///
/// Grid: `[blocks of places, groups, documents]` workgroups of lanes.
#[cube(launch_unchecked)]
pub fn keys_backward(
    joined: &[f32],
    sums: &[f32],
    along: &[f32],
    delta: &[f32],
    back: &mut [f32],
    places: usize,
    #[comptime] shape: Shape,
) {
    let place = CUBE_POS_X as usize * CUBE_DIM_X as usize + UNIT_POS_X as usize;
    let group = CUBE_POS_Y as usize;
    let first = CUBE_POS_Z as usize * places;
    let size = comptime!(shape.head);
    let stride = comptime!(shape.joined());
    if place < places {
        let own = (first + place) * stride + group * size;
        let mut key = Array::<f32>::new(comptime!(shape.head));
        let mut value = Array::<f32>::new(comptime!(shape.head));
        let mut key_sum = Array::<f32>::new(comptime!(shape.head));
        let mut value_sum = Array::<f32>::new(comptime!(shape.head));
        #[unroll]
        for d in 0..size {
            key[d] = joined[own + comptime!(shape.keys()) + d] * comptime!(shape.scale());
            value[d] = joined[own + comptime!(shape.values()) + d];
            key_sum[d] = 0.0f32;
            value_sum[d] = 0.0f32;
        }
        for at in 0..comptime!(shape.shared()) {
            let head = group * comptime!(shape.shared()) + at;
            for other in place..places {
                let query = (first + other) * stride + head * size;
                let given = (first + other) * comptime!(shape.heads * shape.head) + head * size;
                let statistic = (first + other) * comptime!(shape.heads) + head;
                let mut score = 0.0f32;
                let mut slope = 0.0f32;
                #[unroll]
                for d in 0..size {
                    score += key[d] * joined[query + d];
                    slope += value[d] * delta[given + d];
                }
                let share = (score - sums[statistic]).exp();
                let by = share * (slope - along[statistic]);
                #[unroll]
                for d in 0..size {
                    key_sum[d] += by * joined[query + d];
                    value_sum[d] += share * delta[given + d];
                }
            }
        }
        #[unroll]
        for d in 0..size {
            back[own + comptime!(shape.keys()) + d] = key_sum[d] * comptime!(shape.scale());
            back[own + comptime!(shape.values()) + d] = value_sum[d];
        }
    }
}
