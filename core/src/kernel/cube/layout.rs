//! Who does what: the shapes a kernel is compiled for and how threads share them out.

/// Samples to a block: a thread of the forward pass carries the eight of a block at once.
pub(super) const BLOCK: usize = 8;

/// Hidden units to a thread. Eight samples times four units fill one word of the mask.
pub(super) const UNITS: usize = 4;

/// Rows of W that the forward pass takes at a time.
pub(super) const STEP: usize = 4;

/// Subtasks to a thread when their rows of V are gathered.
pub(super) const TASKS: usize = 8;

/// Threads to a workgroup at most, which is WebGPU's own limit.
pub(super) const THREADS: usize = 256;

/// Lanes at most: in training as many as fill a row of memory, in evaluation, where samples are
/// many and the lanes' shares of z are all that is written, fewer.
pub(super) const TRAINING_LANES: usize = 32;
pub(super) const EVALUATION_LANES: usize = 8;

/// Rows of S to a thread: enough to earn back the eight δ and the mask it reads for a block, few
/// enough for their sums to stay in registers.
const DEPTH: std::ops::RangeInclusive<usize> = 8..=16;

/// Samples to a chunk of S, at least. Small chunks keep a large GPU busy and the ends of the runs
/// of samples short; each costs the writing and reading of one partial S.
const CHUNK: usize = 128;

/// Chunks at most, and bytes of partial S, half of WebGPU's smallest storage binding: where more
/// would be needed, chunks grow.
const CHUNKS: usize = 4096;
pub(super) const PARTIAL_BYTES: usize = 64 << 20;

/// What the kernels know when they are compiled: the model's shape, and the tiles of hidden units.
///
/// A tile is `UNITS · lanes` units: lane l of tile i has the units `(i · UNITS + q) · lanes + l`
/// for q in 0..UNITS, so that neighbouring lanes read neighbouring units whatever the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Layout {
    pub n_tasks: usize,
    pub n_bits: usize,
    /// Words of 32 bits to a sample.
    pub words: usize,
    pub width: usize,
    pub lanes: usize,
    pub tiles: usize,
}

impl Layout {
    pub fn new(n_tasks: usize, n_bits: usize, words: usize, width: usize, most_lanes: usize) -> Self {
        let tiles = width.div_ceil(UNITS * most_lanes).max(1);
        // Fours, for the sake of adapters whose vectors are four threads wide.
        let lanes = width.div_ceil(UNITS * tiles).next_multiple_of(4).max(4);
        Self { n_tasks, n_bits, words, width, lanes, tiles }
    }

    /// Units to a tile.
    pub fn tile(&self) -> usize {
        UNITS * self.lanes
    }

    /// Rows of S: one to a bit, and one for a bit that is always set, which the bias hangs on.
    pub fn rows(&self) -> usize {
        self.n_bits + 1
    }

    /// Rows of the first layer's parameters: V, one to a subtask, then W, one to a bit.
    pub fn inputs(&self) -> usize {
        self.n_tasks + self.n_bits
    }

    /// Threads that share out the subtasks of one unit.
    pub fn teams(&self) -> usize {
        self.n_tasks.div_ceil(TASKS)
    }

    /// What adds up to one unit's output gradient: a number from each team, each bit and the bias.
    pub fn products(&self) -> usize {
        self.teams() + self.rows()
    }
}

/// How S is dealt out: a workgroup has a tile of units, `groups · depth` rows and one chunk of
/// samples; a thread has four units and `depth` rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Deal {
    pub groups: usize,
    pub depth: usize,
    /// Workgroups down the rows.
    pub bands: usize,
    /// Samples to a chunk.
    pub chunk: usize,
}

impl Deal {
    pub fn new(layout: &Layout, samples: usize, partial_bytes: usize) -> Self {
        let rows = layout.rows();
        let most_groups = THREADS / layout.lanes;
        let bands = rows.div_ceil(most_groups * DEPTH.end());
        let depth = rows.div_ceil(bands * most_groups).max(*DEPTH.start()).min(rows);
        let groups = rows.div_ceil(bands * depth);
        let most_chunks = (partial_bytes / (4 * rows * layout.width)).clamp(1, CHUNKS);
        let chunk = samples.div_ceil(most_chunks).next_multiple_of(CHUNK);
        Self { groups, depth, bands, chunk }
    }

    pub fn chunks(&self, samples: usize) -> usize {
        samples.div_ceil(self.chunk)
    }
}

/// Where things lie in the one buffer that carries what the backward passes hand on: the partial S
/// of every chunk `[chunks, rows, width]`, the δ and the loss of every sample, what adds up to the
/// output layer's gradient `[products, width]`, Σ δ and Σ loss of every chunk `[chunks, 2]`, all
/// f32; and, as whole numbers, where each subtask's samples start `[n_tasks + 1]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub chunks: usize,
    /// Samples of all chunks, those that only fill the last included.
    pub padded: usize,
    pub delta: usize,
    pub loss: usize,
    pub products: usize,
    pub totals: usize,
    pub starts: usize,
    pub len: usize,
}

impl Parts {
    pub fn new(layout: &Layout, deal: &Deal, samples: usize) -> Self {
        let chunks = deal.chunks(samples);
        let padded = chunks * deal.chunk;
        let delta = chunks * layout.rows() * layout.width;
        let loss = delta + padded;
        let products = loss + padded;
        let totals = products + layout.products() * layout.width;
        let starts = totals + 2 * chunks;
        let len = starts + layout.n_tasks + 1;
        Self { chunks, padded, delta, loss, products, totals, starts, len }
    }
}
