//! The shapes that a kernel is compiled for, and how the work is divided among threads.

/// Samples per block: a thread of the forward pass computes all eight samples of a block at once.
pub(super) const BLOCK: usize = 8;

/// Hidden units per thread. Eight samples times four units fill one word of the mask.
pub(super) const UNITS: usize = 4;

/// Rows of W that the forward pass loads at a time.
pub(super) const STEP: usize = 4;

/// Subtasks per thread when the gradients of V's rows are computed.
pub(super) const TASKS: usize = 8;

/// WebGPU's limit on the threads of a workgroup.
pub const THREADS: usize = 256;

/// Maximum number of lanes in training: enough for a full memory transaction.
pub(super) const TRAINING_LANES: usize = 32;

/// Maximum number of lanes in evaluation: fewer than in training, because batches are large and the
/// lanes' shares of z are all that the forward pass writes.
pub(super) const EVALUATION_LANES: usize = 8;

/// Rows of S per thread: enough to amortise the eight δ and the mask that a thread reads per block,
/// and few enough for the sums to stay in registers.
const DEPTH: std::ops::RangeInclusive<usize> = 8..=16;

/// Minimum number of samples per chunk of S. Small chunks keep a large GPU busy, and leave few
/// samples of a subtask outside whole chunks; each chunk costs writing and reading one partial S.
const CHUNK: usize = 128;

/// Maximum number of chunks; a batch that would need more gets larger chunks.
const CHUNKS: usize = 4096;

/// Maximum size of the partial sums in bytes, half of WebGPU's smallest storage binding; a batch that
/// would need more gets larger chunks.
pub(super) const PARTIAL_BYTES: usize = 64 << 20;

/// The shapes that the kernels are compiled for: the model's, and the tiles of hidden units.
///
/// A tile has `UNITS · lanes` units: lane l of tile i takes the units `(i · UNITS + q) · lanes + l`
/// for q in 0..UNITS, so that neighbouring lanes read neighbouring units whatever the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Layout {
    /// Number of subtasks.
    pub n_tasks: usize,
    /// Bits per sample.
    pub n_bits: usize,
    /// Words of 32 bits per sample.
    pub words: usize,
    /// Number of hidden units.
    pub width: usize,
    /// Threads that share a tile.
    pub lanes: usize,
    /// Number of tiles.
    pub tiles: usize,
}

impl Layout {
    pub fn new(n_tasks: usize, n_bits: usize, words: usize, width: usize, most_lanes: usize) -> Self {
        let tiles = width.div_ceil(UNITS * most_lanes).max(1);
        // A multiple of four, because the vectors of software adapters are four threads wide.
        let lanes = width.div_ceil(UNITS * tiles).next_multiple_of(4).max(4);
        Self { n_tasks, n_bits, words, width, lanes, tiles }
    }

    /// Units per tile.
    pub fn tile(&self) -> usize {
        UNITS * self.lanes
    }

    /// Rows of S: one per bit, and one for a bit that is always set, whose sum gives the bias'
    /// gradient.
    pub fn rows(&self) -> usize {
        self.n_bits + 1
    }

    /// Rows of the first layer's parameters: V with one row per subtask, then W with one per bit.
    pub fn inputs(&self) -> usize {
        self.n_tasks + self.n_bits
    }

    /// Threads per unit that compute the gradients of V's rows, [`TASKS`] subtasks each.
    pub fn task_threads(&self) -> usize {
        self.n_tasks.div_ceil(TASKS)
    }

    /// Terms of one unit's output gradient: one from each of its [`task_threads`](Self::task_threads),
    /// from each bit and from the bias.
    pub fn products(&self) -> usize {
        self.task_threads() + self.rows()
    }
}

/// How the computation of S is partitioned: a workgroup takes a tile of units, `groups · depth` rows
/// and one chunk of samples; a thread takes four units and `depth` rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Partition {
    /// Rows of threads per workgroup.
    pub groups: usize,
    /// Rows of S per thread.
    pub depth: usize,
    /// Workgroups along the rows of S.
    pub bands: usize,
    /// Samples per chunk.
    pub chunk: usize,
}

impl Partition {
    /// Chooses the partition for a batch of `samples`, with at most `partial_bytes` of partial sums.
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

    /// Number of chunks of a batch of `samples`.
    pub fn chunks(&self, samples: usize) -> usize {
        samples.div_ceil(self.chunk)
    }
}

/// Offsets, in words, into the buffer of intermediate results that the backward passes share. At 0
/// it holds the partial S of every chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offsets {
    /// Number of chunks.
    pub chunks: usize,
    /// Samples of all chunks, with the padding of the last one.
    pub padded: usize,
    /// δ of every sample, `[padded]`, f32.
    pub delta: usize,
    /// Loss of every sample in nats, `[padded]`, f32.
    pub loss: usize,
    /// Terms of the output layer's gradient, `[products, width]`, f32.
    pub products: usize,
    /// Σ δ and Σ loss of every chunk, `[chunks, 2]`, f32.
    pub totals: usize,
    /// First sample of each subtask, and the number of samples, `[n_tasks + 1]`, u32.
    pub starts: usize,
    /// Length of the buffer, in words.
    pub len: usize,
}

impl Offsets {
    /// Lays out the buffer for a batch of `samples`.
    pub fn new(layout: &Layout, partition: &Partition, samples: usize) -> Self {
        let chunks = partition.chunks(samples);
        let padded = chunks * partition.chunk;
        let delta = chunks * layout.rows() * layout.width;
        let loss = delta + padded;
        let products = loss + padded;
        let totals = products + layout.products() * layout.width;
        let starts = totals + 2 * chunks;
        let len = starts + layout.n_tasks + 1;
        Self { chunks, padded, delta, loss, products, totals, starts, len }
    }
}
