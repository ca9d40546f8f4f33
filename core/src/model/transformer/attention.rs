//! Causal attention: each place looks at itself and those before it.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::{AttentionBias, TransformerSettings};
use super::layers::{Linear, Start};

/// The base of rotary frequencies.
const ROTARY_BASE: f32 = 10_000.0;

/// Attention of several heads, of which groups may share their keys and values.
#[derive(Module, Debug)]
pub struct Attention {
    /// `[width, width]`.
    pub query: Linear,
    /// `[width, kv_heads · head]`.
    pub key: Linear,
    /// `[width, kv_heads · head]`.
    pub value: Linear,
    /// `[width, width]`.
    pub output: Linear,
}

/// What all blocks need to know of the places of a document.
#[derive(Clone, Debug)]
pub struct Places {
    /// 0 where a place (row) sees another (column), else a large negative number, `[1, 1, places, places]`.
    mask: Tensor<4>,
    /// Cosines and sines of rotary positions, `[1, 1, places, head]` each.
    rotary: Option<[Tensor<4>; 2]>,
}

impl Places {
    /// Of so many places, of which the first `turned` numbers of a head are turned: 0 where positions are
    /// learned.
    pub fn new(places: usize, turned: usize, device: &Device) -> Self {
        let hidden = |at: usize| if at % places > at / places { -1e9f32 } else { 0.0 };
        let mask: Vec<f32> = (0..places * places).map(hidden).collect();
        let upload = |values: Vec<f32>, columns: usize| Tensor::from_data(TensorData::new(values, [1, 1, places, columns]), device);
        let angle = |at: usize| {
            let pair = (at % turned) % (turned / 2);
            (at / turned) as f32 * ROTARY_BASE.powf(-2.0 * pair as f32 / turned as f32)
        };
        let table = |of: fn(f32) -> f32| upload((0..places * turned).map(|at| of(angle(at))).collect(), turned);
        Self { mask: upload(mask, places), rotary: (turned > 0).then(|| [table(f32::cos), table(f32::sin)]) }
    }

    /// Turns each place's numbers, `[documents, heads, places, head]`, by its angles: the first half of what is
    /// turned of a head holds the first numbers of its pairs, the second half the second ones.
    fn turn(&self, x: Tensor<4>) -> Tensor<4> {
        let Some([cosines, sines]) = &self.rotary else { return x };
        let (head, turned) = (x.dims()[3], cosines.dims()[3]);
        let half = turned / 2;
        let (first, second) = (x.clone().narrow(3, 0, half), x.clone().narrow(3, half, half));
        let across = Tensor::cat(vec![second.neg(), first], 3) * sines.clone();
        if turned == head {
            return x * cosines.clone() + across;
        }
        let rest = x.clone().narrow(3, turned, head - turned);
        Tensor::cat(vec![x.narrow(3, 0, turned) * cosines.clone() + across, rest], 3)
    }
}

impl Attention {
    /// Starting weights; those of the output have the deviation `last`.
    pub fn new(start: &mut Start<'_>, settings: &TransformerSettings, last: f32) -> Self {
        let (width, kv) = (settings.width, settings.kv_width());
        let deviation = 1.0 / (width as f32).sqrt();
        let mut layer = |outputs: usize, deviation: f32| {
            let layer = Linear::new(start, width, outputs, deviation);
            if settings.attention_bias == AttentionBias::All { layer.with_bias(start) } else { layer }
        };
        Self {
            query: layer(width, deviation),
            key: layer(kv, deviation),
            value: layer(kv, deviation),
            output: layer(width, last),
        }
    }

    /// What attention adds to the stream. `rows` is the normalised stream, `[documents · places, width]`.
    pub fn forward(&self, rows: Tensor<2>, places: &Places, heads: usize) -> Tensor<2> {
        let [all, width] = rows.dims();
        let (len, head) = (places.mask.dims()[2], width / heads);
        let documents = all / len;
        let split = |rows: Tensor<2>| {
            let heads = rows.dims()[1] / head;
            rows.reshape([documents, len, heads, head]).swap_dims(1, 2)
        };
        let query = places.turn(split(self.query.forward(rows.clone()).mul_scalar(1.0 / (head as f32).sqrt())));
        let key = shared(places.turn(split(self.key.forward(rows.clone()))), heads);
        let value = shared(split(self.value.forward(rows)), heads);
        let scores = query.matmul(key.swap_dims(2, 3)) + places.mask.clone();
        let seen = activation::softmax(scores, 3).matmul(value);
        self.output.forward(seen.swap_dims(1, 2).reshape([all, width]))
    }
}

/// Repeats each head of keys or values for the heads of its group, `[documents, heads, places, head]`.
fn shared(x: Tensor<4>, heads: usize) -> Tensor<4> {
    let [documents, own, places, head] = x.dims();
    if own == heads {
        return x;
    }
    let groups: Tensor<5> = x.unsqueeze_dim(2);
    groups.expand([documents, own, heads / own, places, head]).reshape([documents, heads, places, head])
}
