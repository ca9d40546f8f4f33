//! The same network in double precision, as its formulas stand, without a way back.

use std::collections::BTreeMap;

use crate::model::TransformerSettings;
use crate::model::transformer::{AttentionBias, Embedding, FeedForward, Norm, Positions, Residual};

/// Parameters by name.
pub type Values = BTreeMap<String, Vec<f64>>;
/// Rows of numbers.
type Matrix = Vec<Vec<f64>>;

/// The logits of each predicted token of a document.
pub fn logits(settings: &TransformerSettings, values: &Values, document: &[u32]) -> Matrix {
    let (d, places) = (settings.width, document.len() - 1);
    let at = |name: &str| &values[name][..];
    let embedding = at("embedding");
    let mut stream: Matrix = document[..places].iter().map(|token| embedding[*token as usize * d..][..d].to_vec()).collect();
    if settings.positions == Positions::Learned {
        for (row, by) in stream.iter_mut().zip(at("positions").chunks_exact(d)) {
            add(row, by);
        }
    }
    let norm = |rows: &Matrix, name: &str| -> Matrix {
        let gain = at(&format!("{name}.gain"));
        let one = |row: &Vec<f64>| {
            let mean = if settings.norm == Norm::Layer { row.iter().sum::<f64>() / d as f64 } else { 0.0 };
            let size = (row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / d as f64 + 1e-5).sqrt();
            let mut out: Vec<f64> = row.iter().zip(gain).map(|(x, gain)| (x - mean) / size * gain).collect();
            if settings.norm == Norm::Layer {
                add(&mut out, at(&format!("{name}.bias")));
            }
            out
        };
        rows.iter().map(one).collect()
    };
    for block in 0..settings.depth {
        let layer = |rows: &Matrix, name: &str| product(rows, at(&format!("blocks.{block}.{name}.weight")));
        let biased = |rows: &Matrix, name: &str| {
            let mut out = layer(rows, name);
            if settings.attention_bias == AttentionBias::All {
                out.iter_mut().for_each(|row| add(row, at(&format!("blocks.{block}.{name}.bias"))));
            }
            out
        };
        let rows = norm(&stream, &format!("blocks.{block}.attention_norm"));
        let before = stream.clone();
        let [query, key, value] = ["query", "key", "value"].map(|name| biased(&rows, &format!("attention.{name}")));
        let seen = attend(settings, &query, &key, &value);
        stream.iter_mut().zip(biased(&seen, "attention.output")).for_each(|(row, by)| add(row, &by));
        let read = if settings.residual == Residual::Parallel { &before } else { &stream };
        let rows = norm(read, &format!("blocks.{block}.feed_norm"));
        let mut hidden = layer(&rows, "feed.up");
        if settings.feed_forward == FeedForward::SwiGlu {
            for (row, gate) in hidden.iter_mut().zip(layer(&rows, "feed.gate")) {
                row.iter_mut().zip(gate).for_each(|(x, gate)| *x *= gate / (1.0 + (-gate).exp()));
            }
        } else {
            for row in &mut hidden {
                add(row, at(&format!("blocks.{block}.feed.up.bias")));
                row.iter_mut().for_each(|x| *x *= 0.5 * (1.0 + libm::erf(*x / 2f64.sqrt())));
            }
        }
        for (row, mut by) in stream.iter_mut().zip(layer(&hidden, "feed.down")) {
            if settings.feed_forward == FeedForward::Gelu {
                add(&mut by, at(&format!("blocks.{block}.feed.down.bias")));
            }
            add(row, &by);
        }
    }
    let last = norm(&stream, "norm");
    if settings.embedding == Embedding::Untied {
        return product(&last, at("logits.weight"));
    }
    let one = |row: &Vec<f64>| embedding.chunks_exact(d).map(|token| dot(row, token)).collect();
    last.iter().map(one).collect()
}

/// The cross-entropy of each predicted token of a document, nats, and whether it is the most probable one.
pub fn losses(settings: &TransformerSettings, values: &Values, document: &[u32]) -> Vec<(f64, bool)> {
    let loss = |(row, target): (Vec<f64>, &u32)| {
        let own = row[*target as usize];
        let others = row.iter().enumerate().filter(|(token, _)| *token != *target as usize).map(|(_, x)| *x);
        (others.clone().map(|x| (x - own).exp()).sum::<f64>().ln_1p(), others.clone().all(|x| x <= own))
    };
    logits(settings, values, document).into_iter().zip(&document[1..]).map(loss).collect()
}

fn attend(settings: &TransformerSettings, query: &Matrix, key: &Matrix, value: &Matrix) -> Matrix {
    let head = settings.width / settings.heads;
    let turn = |row: &[f64], place: usize| -> Vec<f64> {
        if settings.positions == Positions::Learned {
            return row.to_vec();
        }
        let turned = settings.turned_width();
        let half = turned / 2;
        let angle = |pair: usize| place as f64 * 10_000f64.powf(-2.0 * pair as f64 / turned as f64);
        let one = |i: usize| match i / half {
            0 => row[i] * angle(i).cos() - row[i + half] * angle(i).sin(),
            1 => row[i] * angle(i - half).cos() + row[i - half] * angle(i - half).sin(),
            _ => row[i],
        };
        (0..head).map(one).collect()
    };
    let mut seen = vec![vec![0.0; settings.width]; query.len()];
    for at in 0..settings.heads {
        let group = at / (settings.heads / settings.kv_heads);
        for place in 0..query.len() {
            let own = turn(&query[place][at * head..][..head], place);
            let score = |other: usize| dot(&own, &turn(&key[other][group * head..][..head], other)) / (head as f64).sqrt();
            let shares: Vec<f64> = (0..=place).map(|other| score(other).exp()).collect();
            let total: f64 = shares.iter().sum();
            for (other, share) in shares.into_iter().enumerate() {
                for i in 0..head {
                    seen[place][at * head + i] += share / total * value[other][group * head + i];
                }
            }
        }
    }
    seen
}

fn product(rows: &Matrix, weight: &[f64]) -> Matrix {
    let one = |row: &Vec<f64>| {
        let columns = weight.len() / row.len();
        let mut out = vec![0.0; columns];
        for (x, weights) in row.iter().zip(weight.chunks_exact(columns)) {
            out.iter_mut().zip(weights).for_each(|(out, weight)| *out += x * weight);
        }
        out
    };
    rows.iter().map(one).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], by: &[f64]) {
    to.iter_mut().zip(by).for_each(|(to, by)| *to += by);
}
