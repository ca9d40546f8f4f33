//! Who does what: the shapes a kernel is compiled for and how threads share them out.

/// Samples to a block: a thread of the forward pass carries the eight of a block at once.
pub(super) const BLOCK: usize = 8;

/// Hidden units to a thread. Eight samples times four units fill one word of the mask.
pub(super) const UNITS: usize = 4;

/// Rows of W that the forward pass takes at a time.
pub(super) const STEP: usize = 4;

/// Samples to a stage of the sums S.
pub(super) const STAGE: usize = 128;

/// Threads to a workgroup at most, which is WebGPU's own limit.
const THREADS: usize = 256;

/// Rows of S to a workgroup at most, the bound on the columns of bits in workgroup storage.
const ROWS: usize = 128;

/// Threads across and down in the passes over rows: 32 units, eight rows.
pub(super) const ACROSS: usize = 32;
pub(super) const DOWN: usize = 8;

/// The partial sums S may take this many bytes, half of WebGPU's smallest storage binding.
const PARTIAL_BYTES: usize = 64 << 20;

/// What the kernels know when they are compiled: the model's shape, and the tiles of hidden units.
///
/// A tile is `UNITS · lanes` units: lane l of tile i has the units
/// `(i · UNITS + q) · lanes + l` for q in 0..UNITS, so that neighbouring lanes read neighbouring
/// units whatever the width.
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
    pub fn new(n_tasks: usize, n_bits: usize, words: usize, width: usize) -> Self {
        let tiles = width.div_ceil(UNITS * 32).max(1);
        // Fours, for the sake of adapters whose vectors are four threads wide.
        let lanes = width.div_ceil(UNITS * tiles).next_multiple_of(4).max(4);
        Self { n_tasks, n_bits, words, width, lanes, tiles }
    }

    /// Units to a tile.
    pub fn tile(&self) -> usize {
        UNITS * self.lanes
    }

    /// Words of the mask to a block of samples.
    pub fn masks(&self) -> usize {
        self.lanes * self.tiles
    }

    /// Rows of S: one to a bit, and one for a bit that is always set, which the bias hangs on.
    pub fn rows(&self) -> usize {
        self.n_bits + 1
    }

    /// Rows of the first layer's parameters: V, one to a subtask, then W, one to a bit.
    pub fn inputs(&self) -> usize {
        self.n_tasks + self.n_bits
    }
}

/// How a workgroup of the forward pass is filled: `groups` blocks of samples, `lanes` threads each.
pub(super) fn forward_groups(layout: &Layout, samples: usize) -> usize {
    let blocks = samples.div_ceil(BLOCK).max(1);
    (THREADS / 2 / layout.lanes).clamp(1, 32).min(blocks)
}

/// How S is dealt out: a workgroup has a tile of units, `groups · depth` rows and one chunk of
/// samples; a thread has four units and `depth` rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Deal {
    pub groups: usize,
    pub depth: usize,
    /// Workgroups down the rows.
    pub bands: usize,
    /// Stages to a chunk.
    pub stages: usize,
}

impl Deal {
    pub fn new(layout: &Layout, samples: usize) -> Self {
        let bands = layout.rows().div_ceil(ROWS);
        let band = layout.rows().div_ceil(bands);
        let groups = (THREADS / layout.lanes).min(band).min(64);
        let depth = band.div_ceil(groups);
        let groups = band.div_ceil(depth);
        // One stage to a chunk keeps every core of a large GPU busy; where the partial sums of
        // that many chunks would not fit, chunks grow.
        let chunk_bytes = 4 * layout.rows() * layout.width;
        let chunks = (PARTIAL_BYTES / chunk_bytes).max(1);
        let stages = samples.div_ceil(STAGE).div_ceil(chunks).max(1);
        Self { groups, depth, bands, stages }
    }

    /// Rows to a workgroup.
    pub fn band(&self) -> usize {
        self.groups * self.depth
    }

    /// Samples to a chunk.
    pub fn chunk(&self) -> usize {
        self.stages * STAGE
    }

    pub fn chunks(&self, samples: usize) -> usize {
        samples.div_ceil(self.chunk()).max(1)
    }
}

/// Where things lie in the one buffer that carries what the backward passes hand on, all f32:
/// the partial S of every chunk `[chunks, rows, width]`, then the δ and the loss of every sample,
/// then the partial gradient of the output layer `[blocks of rows, width]`, and last, as whole
/// numbers, where each subtask's samples start `[n_tasks + 1]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub chunks: usize,
    pub delta: usize,
    pub loss: usize,
    pub products: usize,
    pub starts: usize,
    pub len: usize,
}

impl Parts {
    pub fn new(layout: &Layout, deal: &Deal, samples: usize) -> Self {
        let chunks = deal.chunks(samples);
        let padded = chunks * deal.chunk();
        let delta = chunks * layout.rows() * layout.width;
        let loss = delta + padded;
        let products = loss + padded;
        let starts = products + layout.inputs().div_ceil(DOWN) * layout.width;
        let len = starts + layout.n_tasks + 1;
        Self { chunks, delta, loss, products, starts, len }
    }
}
