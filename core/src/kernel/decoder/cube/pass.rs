//! All documents of a batch through the network, forward and back.

use std::collections::BTreeMap;

use burn_cubecl::tensor::CubeTensor;

use super::launch::{Launch, Place, Sums};
use crate::kernel::cube::buffers::{Scratch, arg, floats, tensor, zeros};
use crate::kernel::decoder::Decoder;
use crate::kernel::decoder::network::rotary;
use crate::kernel::decoder::rows::Rows;
use crate::kernel::decoder::tensors::Documents;

/// A norm: the rows before and after gain and bias, and what each was divided by, inverted.
struct Norm {
    normalised: Scratch,
    out: Scratch,
    inverse: Scratch,
}

/// What a block leaves for the way back.
struct Block {
    attention_norm: Norm,
    /// Queries, keys and values, turned.
    joined: Scratch,
    /// What all heads have seen.
    seen: Scratch,
    /// The logarithms of attention's sums.
    sums: Scratch,
    feed_norm: Norm,
    /// Before the non-linearity.
    feed: Scratch,
    hidden: Scratch,
}

/// A batch on its way through the network.
pub struct Pass<'a> {
    launch: Launch,
    decoder: &'a Decoder,
    /// Where each parameter begins.
    at: BTreeMap<&'a str, usize>,
    /// Numbers of all parameters.
    len: usize,
    /// Cosines and sines, where positions are rotary.
    angles: Option<Scratch>,
}

impl<'a> Pass<'a> {
    /// Of checked documents and the parameters in one row.
    pub fn new(row: CubeTensor, documents: &'a Documents) -> Self {
        let decoder: &Decoder = &documents.decoder;
        let parameters = floats(row);
        let client = parameters.client.clone();
        let (mut at, mut len) = (BTreeMap::new(), 0);
        for parameter in decoder.parameters() {
            at.insert(parameter.name.as_str(), len);
            len += parameter.count();
        }
        let words = Scratch::of(&client, &words(documents, decoder.sizes.tokens));
        let angles = decoder.sizes.is_rotary.then(|| {
            let [cosines, sines] = rotary(decoder.sizes);
            let half = decoder.sizes.turned / 2;
            let numbers = |table: &Rows| {
                (0..decoder.sizes.context).flat_map(|place| table.row(place)[..half].to_vec()).collect::<Vec<f32>>()
            };
            Scratch::of_numbers(&client, &[numbers(&cosines), numbers(&sines)].concat())
        });
        let places = documents.len - 1;
        let launch =
            Launch { client, sizes: decoder.sizes, documents: documents.tokens.len() / documents.len, places, parameters, words };
        Self { launch, decoder, at, len, angles }
    }

    /// The loss `[1]` in nats, and its gradient with respect to the row of parameters.
    pub fn gradients(self) -> (CubeTensor, CubeTensor) {
        let (launch, rows) = (&self.launch, self.launch.rows());
        let (blocks, norm) = self.forward();
        let logits = self.logits(&norm);
        let scale = 1.0 / rows as f32;
        let found = launch.scratch(2);
        launch.cross_entropy(&logits, found.arg(), scale);
        let loss = tensor(&launch.parameters, [1]);
        // Places that no document reaches have a gradient of zero.
        let new = if launch.places < launch.sizes.context { zeros } else { tensor };
        let gradient = new(&launch.parameters, [self.len]);
        launch.total(&launch.column_sums(&found, 1), 0, 1, arg(&loss), 0, scale);
        self.backward(blocks, norm, logits, &gradient);
        (loss, gradient)
    }

    /// The losses of the predicted tokens, and which are right, `[2, predicted tokens]`.
    pub fn predictions(self) -> CubeTensor {
        let (_, norm) = self.forward();
        let logits = self.logits(&norm);
        let found = tensor(&self.launch.parameters, [2, self.launch.rows()]);
        self.launch.cross_entropy(&logits, arg(&found), 1.0);
        found
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.at.get(name).copied()
    }

    fn parameter(&self, name: &str) -> usize {
        let Some(at) = self.find(name) else { unreachable!("the decoder lists every parameter: {name}") };
        at
    }

    /// Queries, keys and values: their names, first columns and columns in a joined row.
    fn joined(&self) -> [(&'static str, usize, usize); 3] {
        let sizes = self.launch.sizes;
        let kv = sizes.groups * sizes.head;
        [("query", 0, sizes.width), ("key", sizes.width, kv), ("value", sizes.width + kv, kv)]
    }

    /// The first layers of a block's feed: one, or two of a gated one.
    fn feed(&self) -> &'static [&'static str] {
        if self.launch.sizes.is_gated { &["feed.up", "feed.gate"] } else { &["feed.up"] }
    }

    fn normalise(&self, stream: &Scratch, name: &str) -> Norm {
        let launch = &self.launch;
        let width = launch.sizes.width;
        let norm = Norm { normalised: launch.scratch(width), out: launch.scratch(width), inverse: launch.scratch(1) };
        let gain = self.parameter(&format!("{name}.gain"));
        let bias = self.find(&format!("{name}.bias")).unwrap_or(gain);
        launch.normalise(stream, [gain, bias], &norm.normalised, &norm.out, &norm.inverse);
        norm
    }

    /// Writes a layer's outputs into some columns of `to`, or adds them.
    fn linear(&self, from: &Scratch, depth: usize, name: &str, columns: usize, to: (&Scratch, Place), adds: bool) {
        let weight = Place { at: self.parameter(&format!("{name}.weight")), row: columns };
        self.launch.linear(from, depth, weight, columns, self.find(&format!("{name}.bias")), to, adds);
    }

    /// Everything up to the last norm.
    fn forward(&self) -> (Vec<Block>, Norm) {
        let (launch, sizes) = (&self.launch, self.launch.sizes);
        let width = sizes.width;
        let stream = launch.scratch(width);
        let whole = (&stream, Place { at: 0, row: width });
        launch.embed(self.parameter("embedding"), self.find("positions"), &stream);
        let blocks = (0..self.decoder.parts.blocks.len()).map(|at| {
            let name = |of: &str| format!("blocks.{at}.{of}");
            let attention_norm = self.normalise(&stream, &name("attention_norm"));
            let before = sizes.is_parallel.then(|| self.normalise(&stream, &name("feed_norm")));
            let joined = launch.scratch(sizes.joined);
            for (layer, at, columns) in self.joined() {
                let to = (&joined, Place { at, row: sizes.joined });
                self.linear(&attention_norm.out, width, &name(&format!("attention.{layer}")), columns, to, false);
            }
            launch.turn(self.angles.as_ref(), &joined, false);
            let (seen, sums) = (launch.scratch(width), launch.scratch(sizes.heads));
            launch.attend(&joined, &seen, &sums);
            self.linear(&seen, width, &name("attention.output"), width, whole, true);
            let feed_norm = before.unwrap_or_else(|| self.normalise(&stream, &name("feed_norm")));
            let layers = self.feed();
            let row = layers.len() * sizes.hidden;
            let (feed, hidden) = (launch.scratch(row), launch.scratch(sizes.hidden));
            for (i, layer) in layers.iter().enumerate() {
                let to = (&feed, Place { at: i * sizes.hidden, row });
                self.linear(&feed_norm.out, width, &name(layer), sizes.hidden, to, false);
            }
            launch.activate(&feed, &hidden);
            self.linear(&hidden, sizes.hidden, &name("feed.down"), width, whole, true);
            Block { attention_norm, joined, seen, sums, feed_norm, feed, hidden }
        });
        let blocks = blocks.collect();
        let norm = self.normalise(&stream, "norm");
        (blocks, norm)
    }

    fn logits(&self, norm: &Norm) -> Scratch {
        let (launch, sizes) = (&self.launch, self.launch.sizes);
        let logits = launch.scratch(sizes.tokens);
        if sizes.is_tied {
            let across = Scratch::new(&launch.client, sizes.width * sizes.tokens);
            launch.transpose(self.parameter("embedding"), [sizes.tokens, sizes.width], &across, 0);
            launch.linear_by(&norm.out, sizes.width, &across, sizes.tokens, &logits);
        } else {
            let to = (&logits, Place { at: 0, row: sizes.tokens });
            self.linear(&norm.out, sizes.width, "logits", sizes.tokens, to, false);
        }
        logits
    }

    /// Writes every parameter's gradient, from that at the logits.
    fn backward(&self, blocks: Vec<Block>, norm: Norm, logits: Scratch, gradient: &CubeTensor) {
        let (launch, sizes) = (&self.launch, self.launch.sizes);
        let (width, hidden, tokens) = (sizes.width, sizes.hidden, sizes.tokens);
        let write = |sums: &Sums, column: usize, columns: usize, name: &str| {
            launch.total(sums, column, columns, arg(gradient), self.parameter(name), 1.0);
        };
        let bias = |name: &str, deltas: &Scratch, columns: usize| {
            let name = format!("{name}.bias");
            if self.find(&name).is_some() {
                write(&launch.column_sums(deltas, columns), 0, columns, &name);
            }
        };
        // The gradient at what went into layers that stand side by side, each `[inputs, outputs]`.
        let back = |deltas: &Scratch, names: &[(&str, usize)], inputs: usize| {
            let outputs: usize = names.iter().map(|(_, outputs)| outputs).sum();
            let across = Scratch::new(&launch.client, outputs * inputs);
            let mut row = 0;
            for (name, outputs) in names {
                launch.transpose(self.parameter(&format!("{name}.weight")), [inputs, *outputs], &across, row * inputs);
                row += outputs;
            }
            let to = launch.scratch(inputs);
            launch.linear_by(deltas, outputs, &across, inputs, &to);
            to
        };
        let through = |norm: &Norm, name: &str, delta: &Scratch, stream: &Scratch, adds: bool| {
            let gain = format!("{name}.gain");
            launch.normalise_backward(delta, &norm.normalised, &norm.inverse, self.parameter(&gain), stream, adds);
            write(&launch.column_sums(&norm.normalised, width), 0, width, &gain);
            bias(name, delta, width);
        };

        let delta = if sizes.is_tied {
            write(&launch.gradient(&logits, tokens, &norm.out, width), 0, width, "embedding");
            let delta = launch.scratch(width);
            let weight = Place { at: self.parameter("embedding"), row: width };
            launch.linear(&logits, tokens, weight, width, None, (&delta, Place { at: 0, row: width }), false);
            delta
        } else {
            write(&launch.gradient(&norm.out, width, &logits, tokens), 0, tokens, "logits.weight");
            back(&logits, &[("logits", tokens)], width)
        };
        // The gradient at the stream.
        let stream = launch.scratch(width);
        through(&norm, "norm", &delta, &stream, false);
        for (at, block) in blocks.into_iter().enumerate().rev() {
            let name = |of: &str| format!("blocks.{at}.{of}");
            let down = name("feed.down");
            write(&launch.gradient(&block.hidden, hidden, &stream, width), 0, width, &format!("{down}.weight"));
            bias(&down, &stream, width);
            let delta = back(&stream, &[(&down, width)], hidden);
            launch.activate_backward(&delta, &block.feed);
            let layers: Vec<String> = self.feed().iter().map(|layer| name(layer)).collect();
            let sums = launch.gradient(&block.feed_norm.out, width, &block.feed, layers.len() * hidden);
            for (i, layer) in layers.iter().enumerate() {
                write(&sums, i * hidden, hidden, &format!("{layer}.weight"));
            }
            bias(&layers[0], &block.feed, hidden);
            let feed_norm = || {
                let layers: Vec<(&str, usize)> = layers.iter().map(|layer| (layer.as_str(), hidden)).collect();
                let delta = back(&block.feed, &layers, width);
                through(&block.feed_norm, &name("feed_norm"), &delta, &stream, true);
            };
            if !sizes.is_parallel {
                feed_norm();
            }
            let output = name("attention.output");
            write(&launch.gradient(&block.seen, width, &stream, width), 0, width, &format!("{output}.weight"));
            bias(&output, &stream, width);
            let delta = back(&stream, &[(&output, width)], width);
            let joined = launch.scratch(sizes.joined);
            launch.attend_backward(&block.joined, &block.seen, &block.sums, &delta, &joined);
            launch.turn(self.angles.as_ref(), &joined, true);
            let sums = launch.gradient(&block.attention_norm.out, width, &joined, sizes.joined);
            let biases = sizes.is_biased.then(|| launch.column_sums(&joined, sizes.joined));
            let layers = self.joined().map(|(layer, at, columns)| (name(&format!("attention.{layer}")), at, columns));
            for (layer, at, columns) in &layers {
                write(&sums, *at, *columns, &format!("{layer}.weight"));
                if let Some(biases) = &biases {
                    write(biases, *at, *columns, &format!("{layer}.bias"));
                }
            }
            if sizes.is_parallel {
                feed_norm();
            }
            let layers = layers.each_ref().map(|(layer, _, columns)| (layer.as_str(), *columns));
            let delta = back(&joined, &layers, width);
            through(&block.attention_norm, &name("attention_norm"), &delta, &stream, true);
        }
        launch.embed_backward(&stream, gradient, self.parameter("embedding"), self.find("positions"));
    }
}

/// The words of a batch, as [`super::rows`] reads them.
fn words(documents: &Documents, tokens: usize) -> Vec<u32> {
    let each = || documents.tokens.chunks_exact(documents.len);
    let read: Vec<u32> = each().flat_map(|document| &document[..documents.len - 1]).copied().collect();
    let mut starts = vec![0u32; tokens + 1];
    read.iter().for_each(|token| starts[*token as usize + 1] += 1);
    (0..tokens).for_each(|token| starts[token + 1] += starts[token]);
    let mut order: Vec<u32> = (0..read.len() as u32).collect();
    order.sort_by_key(|row| read[*row as usize]);
    let mut words = read;
    words.extend(each().flat_map(|document| &document[1..]));
    words.extend(order);
    words.extend(starts);
    words
}
