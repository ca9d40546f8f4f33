//! Launches single kernels: their grids, and the sizes that all of them take from the batch.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::attention::{self, Shape};
use super::product::{COLUMNS, Ends, ROWS, gather, product};
use super::rows;
use crate::kernel::cube::buffers::{Scratch, arg, flat};
use crate::kernel::cube::layout::THREADS;
use crate::kernel::decoder::layout::Sizes;

/// Lanes of a workgroup of a product, at most.
const LANES: usize = 16;

/// Threads of a workgroup of a product, about.
const PRODUCT_THREADS: usize = 128;

/// Lanes of a workgroup of attention, at most.
const ATTENTION_LANES: usize = 64;

/// Rows that one workgroup adds up: many enough to keep what it writes small beside what it reads, few enough
/// to keep a large GPU busy.
const CHUNK: usize = 128;

/// Where a matrix stands in a buffer: its first number, and the distance between rows.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub at: usize,
    pub row: usize,
}

/// Which numbers of a buffer are added up to a matrix: (i, j) is the sum over t of those at
/// `at + i * row + j * column + t * term`.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    pub rows: usize,
    pub columns: usize,
    pub at: usize,
    pub row: usize,
    pub column: usize,
    pub terms: usize,
    pub term: usize,
}

/// What all launches of a step share.
pub struct Launch {
    pub client: Client,
    pub sizes: Sizes,
    pub documents: usize,
    pub places: usize,
    /// The parameters, one after another.
    pub parameters: CubeTensor,
    /// See [`rows`].
    pub words: Scratch,
}

fn threads() -> CubeDim {
    CubeDim::new_1d(THREADS as u32)
}

impl Launch {
    pub fn rows(&self) -> usize {
        self.documents * self.places
    }

    /// A buffer of so many numbers for each row.
    pub fn scratch(&self, columns: usize) -> Scratch {
        Scratch::new(&self.client, self.rows() * columns)
    }

    fn shape(&self) -> Shape {
        let Sizes { heads, groups, head, turned, .. } = self.sizes;
        Shape { heads, groups, head, turned }
    }

    fn multiply(
        &self,
        [left, right, out]: [BufferArg; 3],
        [rows, columns, depth, chunk]: [usize; 4],
        [left_row, left_step]: [usize; 2],
        right_place: Place,
        out_place: Place,
        bias: Option<usize>,
        adds: bool,
    ) {
        let tiles = columns.div_ceil(COLUMNS * LANES);
        // A multiple of four, because the vectors of software adapters are four threads wide.
        let lanes = columns.div_ceil(COLUMNS * tiles).next_multiple_of(4);
        let groups = (PRODUCT_THREADS / lanes).min(rows.div_ceil(ROWS)).max(1);
        let count = CubeCount::Static(
            rows.div_ceil(ROWS * groups) as u32,
            columns.div_ceil(COLUMNS * lanes) as u32,
            depth.div_ceil(chunk).max(1) as u32,
        );
        // SAFETY: the kernel clamps what it reads and guards what it writes, and callers give buffers of these sizes.
        unsafe {
            product::launch_unchecked(
                &self.client,
                count,
                CubeDim::new_2d(lanes as u32, groups as u32),
                left,
                right,
                out,
                rows,
                columns,
                depth,
                chunk,
                left_row,
                left_step,
                right_place.at,
                right_place.row,
                bias.unwrap_or(0),
                out_place.at,
                out_place.row,
                Ends { is_biased: bias.is_some(), adds },
            );
        }
    }

    /// A linear layer over all rows: `depth` numbers of each times a matrix `[depth, columns]` of the parameters,
    /// with its bias where it has one.
    pub fn linear(
        &self,
        from: &Scratch,
        depth: usize,
        weight: Place,
        columns: usize,
        bias: Option<usize>,
        to: (&Scratch, Place),
        adds: bool,
    ) {
        let buffers = [from.arg(), arg(&self.parameters), to.0.arg()];
        self.multiply(buffers, [self.rows(), columns, depth, depth], [depth, 1], weight, to.1, bias, adds);
    }

    /// The same by a matrix that is no parameter.
    pub fn linear_by(&self, from: &Scratch, depth: usize, weight: &Scratch, columns: usize, to: &Scratch) {
        let place = Place { at: 0, row: columns };
        let buffers = [from.arg(), weight.arg(), to.arg()];
        self.multiply(buffers, [self.rows(), columns, depth, depth], [depth, 1], place, place, None, false);
    }

    /// inputsᵀ·deltas over all rows, `[inputs, columns]`, for each chunk of them.
    pub fn gradient(&self, inputs: &Scratch, width: usize, deltas: &Scratch, columns: usize) -> Sums {
        let chunks = self.rows().div_ceil(CHUNK);
        let sums = Sums { buffer: Scratch::new(&self.client, chunks * width * columns), chunks, rows: width, columns };
        let place = Place { at: 0, row: columns };
        let buffers = [inputs.arg(), deltas.arg(), sums.buffer.arg()];
        self.multiply(buffers, [width, columns, self.rows(), CHUNK], [1, width], place, place, None, false);
        sums
    }

    /// Adds up numbers of a buffer, in another order, into a part of `to`, and multiplies them by `scale`.
    pub fn gather(&self, from: BufferArg, pick: Pick, to: BufferArg, at: usize, scale: f32) {
        let Pick { rows, columns, at: from_at, row, column, terms, term } = pick;
        // SAFETY: one thread a number, `from` has what is picked, and `to` has room from `at` on.
        unsafe {
            gather::launch_unchecked(
                &self.client,
                flat(rows * columns),
                threads(),
                from,
                to,
                rows * columns,
                columns,
                from_at,
                row,
                column,
                terms,
                term,
                at,
                scale,
            );
        }
    }

    /// Writes the transpose of a parameter `[rows, columns]` into `to`, from `to_at` on.
    pub fn transpose(&self, at: usize, [rows, columns]: [usize; 2], to: &Scratch, to_at: usize) {
        let pick = Pick { rows: columns, columns: rows, at, row: 1, column: columns, terms: 1, term: 0 };
        self.gather(arg(&self.parameters), pick, to.arg(), to_at, 1.0);
    }

    /// The sums of the columns of a buffer over the places of each document.
    pub fn column_sums(&self, from: &Scratch, columns: usize) -> Sums {
        let (documents, places) = (self.documents, self.places);
        let sums = Sums { buffer: Scratch::new(&self.client, documents * columns), chunks: documents, rows: 1, columns };
        let pick = Pick { rows: documents, columns, at: 0, row: places * columns, column: 1, terms: places, term: columns };
        self.gather(from.arg(), pick, sums.buffer.arg(), 0, 1.0);
        sums
    }

    /// Adds up all chunks of some columns, times `scale`, into a part of `to`.
    pub fn total(&self, sums: &Sums, at: usize, columns: usize, to: BufferArg, to_at: usize, scale: f32) {
        let (rows, row) = (sums.rows, sums.columns);
        let pick = Pick { rows, columns, at, row, column: 1, terms: sums.chunks, term: rows * row };
        self.gather(sums.buffer.arg(), pick, to, to_at, scale);
    }

    pub fn embed(&self, embedding: usize, positions: Option<usize>, stream: &Scratch) {
        let count = self.rows() * self.sizes.width;
        // SAFETY: one thread a number of the stream, and tokens were checked against their number.
        unsafe {
            rows::embed::launch_unchecked(
                &self.client,
                flat(count),
                threads(),
                self.words.arg(),
                arg(&self.parameters),
                stream.arg(),
                count,
                self.sizes.width,
                self.places,
                embedding,
                positions.unwrap_or(0),
                positions.is_some(),
            );
        }
    }

    pub fn embed_backward(&self, stream: &Scratch, gradient: &CubeTensor, embedding: usize, positions: Option<usize>) {
        let Sizes { width, tokens, is_tied, .. } = self.sizes;
        // SAFETY: one thread a number of the parameter, whose gradient stands where the parameter does.
        unsafe {
            rows::embed_backward::launch_unchecked(
                &self.client,
                flat(tokens * width),
                threads(),
                self.words.arg(),
                stream.arg(),
                arg(gradient),
                self.rows(),
                tokens * width,
                width,
                embedding,
                is_tied,
            );
        }
        if let Some(at) = positions {
            let (rows, term) = (self.places, self.places * width);
            let pick = Pick { rows, columns: width, at: 0, row: width, column: 1, terms: self.documents, term };
            self.gather(stream.arg(), pick, arg(gradient), at, 1.0);
        }
    }

    pub fn normalise(&self, stream: &Scratch, [gain, bias]: [usize; 2], normalised: &Scratch, out: &Scratch, inverse: &Scratch) {
        // SAFETY: one thread a row, of `width` numbers in each buffer.
        unsafe {
            rows::normalise::launch_unchecked(
                &self.client,
                flat(self.rows()),
                threads(),
                stream.arg(),
                arg(&self.parameters),
                normalised.arg(),
                out.arg(),
                inverse.arg(),
                self.rows(),
                self.sizes.width,
                gain,
                bias,
                self.sizes.is_centred,
            );
        }
    }

    pub fn normalise_backward(
        &self,
        delta: &Scratch,
        normalised: &Scratch,
        inverse: &Scratch,
        gain: usize,
        stream: &Scratch,
        adds: bool,
    ) {
        // SAFETY: one thread a row, of `width` numbers in each buffer.
        unsafe {
            rows::normalise_backward::launch_unchecked(
                &self.client,
                flat(self.rows()),
                threads(),
                delta.arg(),
                normalised.arg(),
                inverse.arg(),
                arg(&self.parameters),
                stream.arg(),
                self.rows(),
                self.sizes.width,
                gain,
                self.sizes.is_centred,
                adds,
            );
        }
    }

    pub fn activate(&self, feed: &Scratch, to: &Scratch) {
        let count = self.rows() * self.sizes.hidden;
        // SAFETY: one thread a number of `to`; `feed` has one or two for each.
        unsafe {
            rows::activate::launch_unchecked(
                &self.client,
                flat(count),
                threads(),
                feed.arg(),
                to.arg(),
                count,
                self.sizes.hidden,
                self.sizes.is_gated,
            );
        }
    }

    pub fn activate_backward(&self, delta: &Scratch, feed: &Scratch) {
        let count = self.rows() * self.sizes.hidden;
        // SAFETY: one thread a number of `delta`; `feed` has one or two for each.
        unsafe {
            rows::activate_backward::launch_unchecked(
                &self.client,
                flat(count),
                threads(),
                delta.arg(),
                feed.arg(),
                count,
                self.sizes.hidden,
                self.sizes.is_gated,
            );
        }
    }

    pub fn cross_entropy(&self, logits: &Scratch, found: BufferArg, scale: f32) {
        // SAFETY: one thread a row of `tokens` logits, which gives two numbers.
        unsafe {
            rows::cross_entropy::launch_unchecked(
                &self.client,
                flat(self.rows()),
                threads(),
                self.words.arg(),
                logits.arg(),
                found,
                self.rows(),
                self.sizes.tokens,
                scale,
            );
        }
    }

    pub fn turn(&self, angles: Option<&Scratch>, joined: &Scratch, is_back: bool) {
        let Some(angles) = angles else { return };
        let Sizes { heads, groups, turned, context, .. } = self.sizes;
        let count = self.rows() * (heads + groups) * turned / 2;
        // SAFETY: one thread a pair, and `angles` has those of every place.
        unsafe {
            attention::turn::launch_unchecked(
                &self.client,
                flat(count),
                threads(),
                angles.arg(),
                joined.arg(),
                count,
                self.places,
                context,
                self.shape(),
                is_back,
            );
        }
    }

    fn attention_grid(&self, heads: usize) -> (CubeCount, CubeDim) {
        let lanes = self.places.next_multiple_of(4).min(ATTENTION_LANES);
        let blocks = self.places.div_ceil(lanes);
        (CubeCount::Static(blocks as u32, heads as u32, self.documents as u32), CubeDim::new_1d(lanes as u32))
    }

    pub fn attend(&self, joined: &Scratch, seen: &Scratch, sums: &Scratch) {
        let (count, dim) = self.attention_grid(self.sizes.heads);
        // SAFETY: one thread a place of a head; surplus threads do nothing.
        unsafe {
            attention::attend::launch_unchecked(
                &self.client,
                count,
                dim,
                joined.arg(),
                seen.arg(),
                sums.arg(),
                self.places,
                self.shape(),
            );
        }
    }

    pub fn attend_backward(&self, joined: &Scratch, seen: &Scratch, sums: &Scratch, delta: &Scratch, back: &Scratch) {
        let along = self.scratch(self.sizes.heads);
        let (count, dim) = self.attention_grid(self.sizes.heads);
        // SAFETY: as for `attend`; the second pass reads what the first has written.
        unsafe {
            attention::queries_backward::launch_unchecked(
                &self.client,
                count,
                dim,
                joined.arg(),
                seen.arg(),
                sums.arg(),
                delta.arg(),
                back.arg(),
                along.arg(),
                self.places,
                self.shape(),
            );
            let (count, dim) = self.attention_grid(self.sizes.groups);
            attention::keys_backward::launch_unchecked(
                &self.client,
                count,
                dim,
                joined.arg(),
                sums.arg(),
                along.arg(),
                delta.arg(),
                back.arg(),
                self.places,
                self.shape(),
            );
        }
    }
}

/// What chunks of the rows of a batch have summed up, `[chunks, rows, columns]`.
pub struct Sums {
    pub buffer: Scratch,
    pub chunks: usize,
    pub rows: usize,
    pub columns: usize,
}
