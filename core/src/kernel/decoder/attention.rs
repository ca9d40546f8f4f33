//! Attention: each head by itself, over the places up to each place.

use std::ops::Range;

use super::elementwise::{Softmax, SoftmaxBackward};
use super::network::Network;
use super::product::{Size, multiply};
use super::rows::Rows;
use super::tape::{BlockTape, Heads};
use crate::kernel::cpu::simd::LANES;

/// Ranges of places that end where a vector of places does, so that each sees up to the end of its last
/// vector what stands before it, and zeros.
fn blocks(places: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let first = places.start / LANES * LANES;
    let end = places.end;
    (first..end).step_by(LANES).map(move |at| places.start.max(at)..end.min(at + LANES))
}

impl Network<'_> {
    fn scale(&self) -> f32 {
        1.0 / (self.decoder.sizes.head as f32).sqrt()
    }

    /// Copies a head's numbers at a place, scaled, and turned by the place's angles; or turned back.
    fn turn(&self, from: &[f32], to: &mut [f32], place: usize, scale: f32, back: bool) {
        let Some([cosines, sines]) = &self.rotary else {
            to.iter_mut().zip(from).for_each(|(to, x)| *to = x * scale);
            return;
        };
        let turned = self.decoder.sizes.turned;
        to[turned..].iter_mut().zip(&from[turned..]).for_each(|(to, x)| *to = x * scale);
        let half = turned / 2;
        let (cosines, sines) = (&cosines.row(place)[..half], &sines.row(place)[..half]);
        let ((a, b), (to_a, to_b)) = (from[..turned].split_at(half), to[..turned].split_at_mut(half));
        let sign = if back { -scale } else { scale };
        for i in 0..half {
            let (cosine, sine) = (cosines[i] * scale, sines[i] * sign);
            (to_a[i], to_b[i]) = (a[i] * cosine - b[i] * sine, b[i] * cosine + a[i] * sine);
        }
    }

    /// Takes queries, keys and values apart into heads, and writes what all heads have seen.
    pub(super) fn attend(&self, joined: &Rows, block: &mut BlockTape, heads: &mut Heads, places: usize) {
        let sizes = self.decoder.sizes;
        let (head, shared) = (sizes.head, sizes.heads / sizes.groups);
        let panels = head.div_ceil(LANES);
        let (keys_at, values_at) = (sizes.width, sizes.width + sizes.groups * head);
        for place in 0..places {
            let row = joined.row(place);
            for at in 0..sizes.heads {
                let to = &mut block.queries.row_mut(at * places + place)[..head];
                self.turn(&row[at * head..][..head], to, place, self.scale(), false);
            }
            for at in 0..sizes.groups {
                let to = &mut block.keys.row_mut(at * places + place)[..head];
                self.turn(&row[keys_at + at * head..][..head], to, place, 1.0, false);
                let values = &row[values_at + at * head..][..head];
                block.values.row_mut(at * places + place)[..head].copy_from_slice(values);
            }
        }
        for at in 0..sizes.heads {
            let (first, group) = (at * places, at / shared * places);
            if at % shared == 0 {
                across(&block.keys, group, places, head, &mut heads.across);
            }
            for rows in blocks(0..places) {
                let size = Size { rows: rows.len(), panels: rows.start / LANES + 1, depth: head };
                let from = first + rows.start;
                multiply(self.isa, block.queries.left(from, 0), heads.across.right(0), block.shares.result(from), size, false);
                for place in rows.clone() {
                    let row = &mut block.shares.row_mut(first + place)[..(place + 1).next_multiple_of(LANES)];
                    self.isa.run(Softmax { row, seen: place + 1 });
                }
                let size = Size { rows: rows.len(), panels, depth: rows.end };
                multiply(
                    self.isa,
                    block.shares.left(from, 0),
                    block.values.right(group),
                    heads.seen.result(rows.start),
                    size,
                    false,
                );
            }
            for place in 0..places {
                block.seen.row_mut(place)[at * head..][..head].copy_from_slice(&heads.seen.row(place)[..head]);
            }
        }
    }

    /// The gradients at queries, keys and values, `joined`, from those at what all heads have seen, `delta`:
    /// of these places, from what comes in at these places.
    pub(super) fn attend_backward(
        &self,
        delta: &Rows,
        block: &BlockTape,
        heads: &mut Heads,
        joined: &mut Rows,
        places: usize,
        range: Range<usize>,
    ) {
        let sizes = self.decoder.sizes;
        let (head, shared) = (sizes.head, sizes.heads / sizes.groups);
        let panels = head.div_ceil(LANES);
        let (keys_at, values_at) = (sizes.width, sizes.width + sizes.groups * head);
        for at in 0..sizes.heads {
            let (first, group) = (at * places, at / shared * places);
            let is_first = at % shared == 0;
            if is_first {
                across(&block.values, group, places, head, &mut heads.across);
            }
            for place in range.clone() {
                heads.seen.row_mut(place)[..head].copy_from_slice(&delta.row(place)[at * head..][..head]);
            }
            for rows in blocks(range.clone()) {
                let size = Size { rows: rows.len(), panels: rows.start / LANES + 1, depth: head };
                multiply(
                    self.isa,
                    heads.seen.left(rows.start, 0),
                    heads.across.right(0),
                    heads.scores.result(rows.start),
                    size,
                    false,
                );
                for place in rows.clone() {
                    let seen = (place + 1).next_multiple_of(LANES);
                    let (shares, delta) = (&block.shares.row(first + place)[..seen], &mut heads.scores.row_mut(place)[..seen]);
                    self.isa.run(SoftmaxBackward { shares, delta });
                }
                let size = Size { rows: rows.len(), panels, depth: rows.end };
                multiply(
                    self.isa,
                    heads.scores.left(rows.start, 0),
                    block.keys.right(group),
                    heads.queries.result(rows.start),
                    size,
                    false,
                );
            }
            for rows in blocks(range.clone()) {
                // Every place from here on sees these.
                let (from, size) = (rows.start, Size { rows: rows.len(), panels, depth: range.end - rows.start });
                let shares = block.shares.left_transposed(first + from, from);
                multiply(self.isa, shares, heads.seen.right(from), heads.values.result(from), size, !is_first);
                let scores = heads.scores.left_transposed(from, from);
                multiply(self.isa, scores, block.queries.right(first + from), heads.keys.result(from), size, !is_first);
            }
            for place in range.clone() {
                let row = joined.row_mut(place);
                self.turn(&heads.queries.row(place)[..head], &mut row[at * head..][..head], place, self.scale(), true);
                if (at + 1) % shared == 0 {
                    let offset = at / shared * head;
                    self.turn(&heads.keys.row(place)[..head], &mut row[keys_at + offset..][..head], place, 1.0, true);
                    row[values_at + offset..][..head].copy_from_slice(&heads.values.row(place)[..head]);
                }
            }
        }
    }
}

/// Transposes a group's keys or values.
fn across(from: &Rows, first: usize, places: usize, head: usize, to: &mut Rows) {
    let stride = to.stride;
    let numbers = to.rest_mut(0);
    for place in 0..places {
        for (at, x) in from.row(first + place)[..head].iter().enumerate() {
            numbers[at * stride + place] = *x;
        }
    }
    // What is left of an older document there might be no number.
    numbers.chunks_exact_mut(stride).take(head).for_each(|row| row[places..].fill(0.0));
}
