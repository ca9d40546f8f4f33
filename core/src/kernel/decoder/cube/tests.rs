//! Compares the passes with the CPU's, which are held against the formulas in `f64`.

use std::sync::Arc;

use burn_cubecl::CubeBackend;

use super::super::tensors::{DecoderOps as _, Documents};
use super::super::tests::{TOKENS, kinds, random_row};
use super::super::{Decoder, Network};
use crate::kernel::cube::tests::{device, floats, read};
use crate::rng::{Rng, Stream};

/// Of every kind of decoder: losses, ranks and gradients are the CPU's, tensor by tensor.
#[test]
fn the_passes_agree_with_the_cpus() {
    let Some(device) = device("decoder::cube::the_passes_agree_with_the_cpus") else { return };
    for (settings, count, len) in kinds().iter().flat_map(|settings| [(settings, 3, 36), (settings, 70, 6), (settings, 1, 2)]) {
        let decoder = Arc::new(Decoder::new(settings, TOKENS, 35));
        let mut rng = Rng::new(5, Stream::Parameters, count as u64);
        let row = random_row(&decoder, &mut rng);
        let tokens: Vec<u32> = (0..count * len).map(|_| rng.below(TOKENS as u32)).collect();
        let network = Network::of_row(&decoder, true, &row).expect("all parameters");
        let each: Vec<&[u32]> = tokens.chunks_exact(len).collect();
        let expected = network.gradients(&each).expect("documents that fit");
        let predictions = network.predictions(&each).expect("documents that fit");
        let documents = Arc::new(Documents::new(&decoder, tokens.clone(), len).expect("documents that fit"));

        let on_device = |row: &[f32]| {
            let (loss, gradient) = CubeBackend::decoder_gradients(floats(&device, row, &[row.len()]), documents.clone());
            (read(loss)[0], read(gradient))
        };
        let (loss, gradient) = on_device(&row);
        assert_eq!(on_device(&row), (loss, gradient.clone()), "{settings:?}: the same step has other bits");
        assert!((f64::from(loss) - expected.loss).abs() < 1e-5 * expected.loss, "{settings:?}: {loss}, not {}", expected.loss);
        let mut offset = 0;
        for parameter in decoder.parameters() {
            let part = offset..offset + parameter.count();
            offset = part.end;
            let (found, expected) = (&gradient[part.clone()], &expected.row[part]);
            let size = expected.iter().fold(1e-3f32, |most, x| most.max(x.abs()));
            let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
            assert!(worst < 1e-4 * size, "{settings:?}, {count} of {len}, {}: {worst} of {size}", parameter.name);
        }
        assert_eq!(gradient.len(), offset);

        let found = read(CubeBackend::decoder_predictions(floats(&device, &row, &[row.len()]), documents.clone()));
        let (losses, right) = found.split_at(predictions.losses.len());
        for (i, (found, expected)) in losses.iter().zip(&predictions.losses).enumerate() {
            assert!((found - expected).abs() < 1e-5 * expected.max(1.0), "{settings:?} {i}: {found}, not {expected}");
        }
        let mut broken = row.clone();
        broken[gradient.len() - 1] = f32::NAN;
        assert!(on_device(&broken).0.is_nan(), "{settings:?}: a parameter that is no number goes unseen");
        let right: Vec<bool> = right.iter().map(|right| *right == 1.0).collect();
        assert_eq!(right, predictions.right, "{settings:?}");
    }
}
