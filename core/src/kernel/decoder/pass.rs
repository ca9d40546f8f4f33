//! One document through the network, forward and back.

use std::ops::Range;

use super::collect::Collect;
use super::elementwise::{Add, Gelu, GeluTanh, Normalise, NormaliseBackward, SwiGlu, Through};
use super::layout::Part;
use super::network::{Network, NormWeights};
use super::product::{Size, multiply};
use super::rows::{Packed, Rows};
use super::tape::{NormTape, Tape};

impl Network<'_> {
    /// Reads tokens, at most the context's number, and leaves everything up to the last norm on the tape.
    pub(super) fn forward(&self, tokens: &[u32], tape: &mut Tape) {
        let (sizes, places) = (self.decoder.sizes, tokens.len());
        let width = sizes.width;
        // Where there is no way back each block may write over what the one before it has left.
        let kept = if self.is_trained { self.blocks.len() } else { 1 };
        tape.size(sizes, kept, places);
        let Tape { blocks, norm, stream, feed, joined, heads, .. } = tape;
        for (place, token) in tokens.iter().enumerate() {
            let row = stream.row_mut(place);
            row[width..].fill(0.0);
            row[..width].copy_from_slice(&self.embedding[*token as usize * width..][..width]);
            if let Some(positions) = self.positions {
                row.iter_mut().zip(&positions[place * width..][..width]).for_each(|(to, x)| *to += x);
            }
        }
        for (at, weights) in self.blocks.iter().enumerate() {
            let block = &mut blocks[at % kept];
            self.normalise(stream, &weights.attention_norm, &mut block.attention_norm, 0..places);
            if sizes.is_parallel {
                self.normalise(stream, &weights.feed_norm, &mut block.feed_norm, 0..places);
            }
            self.linear(&block.attention_norm.out, &weights.joined.forward, width, joined, 0..places, false);
            self.bias(&weights.joined_bias, joined, places);
            self.attend(joined, block, heads, places);
            self.linear(&block.seen, &weights.output.forward, width, stream, 0..places, true);
            self.bias(&weights.output_bias, stream, places);
            if !sizes.is_parallel {
                self.normalise(stream, &weights.feed_norm, &mut block.feed_norm, 0..places);
            }
            self.linear(&block.feed_norm.out, &weights.feed.forward, width, feed, 0..places, false);
            for place in 0..places {
                let (row, to, slopes) = (feed.row(place), block.hidden.row_mut(place), block.slopes.row_mut(place));
                if sizes.is_gated {
                    self.isa.run(SwiGlu { row, to, slopes });
                } else if sizes.is_tanh {
                    self.isa.run(GeluTanh { row, bias: weights.feed_bias.row(0), to, slope: slopes });
                } else {
                    self.isa.run(Gelu { row, bias: weights.feed_bias.row(0), to, slope: slopes });
                }
            }
            self.bias(&weights.down_bias, stream, places);
            self.linear(&block.hidden, &weights.down.forward, sizes.hidden, stream, 0..places, true);
        }
        self.normalise(stream, &self.norm, norm, 0..places);
    }

    /// The logits at these places.
    pub(super) fn logits(&self, tape: &mut Tape, range: Range<usize>) {
        self.linear(&tape.norm.out, &self.logits.forward, self.decoder.sizes.width, &mut tape.logits, range, false);
    }

    /// Goes back from the gradient at the logits of some places, `given`, over the places of `range`.
    pub(super) fn backward(
        &self,
        tokens: &[u32],
        tape: &mut Tape,
        given: Range<usize>,
        range: Range<usize>,
        collect: &mut Collect,
    ) {
        let (sizes, parts) = (self.decoder.sizes, &self.decoder.parts);
        let (isa, places) = (self.isa, tokens.len());
        let Tape { blocks, norm, stream, logits, delta, feed, hidden, joined, heads } = tape;
        if sizes.is_tied {
            collect.product(isa, parts.embedding, logits, &norm.out, given.clone());
        } else {
            collect.product(isa, parts.logits, &norm.out, logits, given.clone());
        }
        range.clone().for_each(|place| stream.row_mut(place).fill(0.0));
        self.linear(logits, &self.logits.backward, sizes.tokens, delta, given.clone(), false);
        self.normalise_backward(delta, &self.norm, norm, stream, given, parts.norm, collect);
        for (at, (weights, block)) in self.blocks.iter().zip(blocks).enumerate().rev() {
            let parts = parts.blocks[at];
            collect.layer(isa, parts.down, &block.hidden, stream, range.clone(), &[("feed.down", 0, sizes.width)]);
            collect.rows(isa, parts.down_bias, stream, range.clone());
            self.linear(stream, &weights.down.backward, sizes.width, hidden, range.clone(), false);
            for place in range.clone() {
                let (slopes, to) = (block.slopes.row(place), feed.row_mut(place));
                isa.run(Through { slopes, delta: hidden.row(place), to });
            }
            let layers = [("feed.up", 0, sizes.hidden), ("feed.gate", sizes.hidden_lanes, sizes.hidden)];
            let layers = if sizes.is_gated { &layers[..] } else { &layers[..1] };
            collect.layer(isa, parts.feed, &block.feed_norm.out, feed, range.clone(), layers);
            collect.rows(isa, parts.feed_bias, feed, range.clone());
            let feed_norm = |delta: &mut Rows, stream: &mut Rows, collect: &mut Collect| {
                self.linear(feed, &weights.feed.backward, sizes.feed, delta, range.clone(), false);
                let (tape, part) = (&block.feed_norm, parts.feed_norm);
                self.normalise_backward(delta, &weights.feed_norm, tape, stream, range.clone(), part, collect);
            };
            if !sizes.is_parallel {
                feed_norm(delta, stream, collect);
            }
            collect.layer(isa, parts.output, &block.seen, stream, range.clone(), &[("attention.output", 0, sizes.width)]);
            collect.rows(isa, parts.output_bias, stream, range.clone());
            self.linear(stream, &weights.output.backward, sizes.width, delta, range.clone(), false);
            self.attend_backward(delta, block, heads, joined, places, range.clone());
            let kv = sizes.groups * sizes.head;
            let layers = [
                ("attention.query", 0, sizes.width),
                ("attention.key", sizes.width, kv),
                ("attention.value", sizes.width + kv, kv),
            ];
            collect.layer(isa, parts.joined, &block.attention_norm.out, joined, range.clone(), &layers);
            collect.rows(isa, parts.joined_bias, joined, range.clone());
            if sizes.is_parallel {
                feed_norm(delta, stream, collect);
            }
            self.linear(joined, &weights.joined.backward, sizes.joined, delta, range.clone(), false);
            let (tape, part) = (&block.attention_norm, parts.attention_norm);
            self.normalise_backward(delta, &weights.attention_norm, tape, stream, range.clone(), part, collect);
        }
        for place in range {
            let token = tokens[place] as usize;
            collect.row(isa, parts.embedding, token, stream.row(place));
            if self.positions.is_some() {
                collect.row(isa, parts.positions, place, stream.row(place));
            }
        }
    }

    /// Rows times a matrix, each row `depth` numbers long.
    fn linear(&self, from: &Rows, by: &Packed, depth: usize, to: &mut Rows, range: Range<usize>, adds: bool) {
        let size = Size { rows: range.len(), panels: by.panels, depth };
        multiply(self.isa, from.left(range.start, 0), by.right(), to.result(range.start), size, adds);
    }

    /// Adds a layer's bias, where it has one, to the rows of all places.
    fn bias(&self, bias: &Option<Rows>, to: &mut Rows, places: usize) {
        if let Some(bias) = bias {
            (0..places).for_each(|place| self.isa.run(Add { to: to.row_mut(place), row: bias.row(0) }));
        }
    }

    fn normalise(&self, from: &Rows, weights: &NormWeights, tape: &mut NormTape, range: Range<usize>) {
        for place in range {
            tape.inverse[place] = self.isa.run(Normalise {
                row: from.row(place),
                width: self.decoder.sizes.width,
                epsilon: self.decoder.sizes.epsilon,
                gain: weights.gain.row(0),
                bias: weights.bias.as_ref().map(|bias| bias.row(0)),
                normalised: tape.normalised.row_mut(place),
                to: tape.out.row_mut(place),
            });
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn normalise_backward(
        &self,
        delta: &mut Rows,
        weights: &NormWeights,
        tape: &NormTape,
        to: &mut Rows,
        range: Range<usize>,
        part: Part,
        collect: &mut Collect,
    ) {
        for place in range {
            self.isa.run(NormaliseBackward {
                delta: delta.row_mut(place),
                width: self.decoder.sizes.width,
                gain: weights.gain.row(0),
                is_centred: weights.bias.is_some(),
                normalised: tape.normalised.row(place),
                inverse: tape.inverse[place],
                to: to.row_mut(place),
                sums: collect.sums(part),
            });
        }
    }
}
