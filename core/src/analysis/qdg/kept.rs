//! What is kept of clusterings beside their labels: maps, blocks and stability, each only where it is known.

use super::blocks::Blocks;
use super::clusters::{Clustering, Clusters};
use crate::analysis::AnalysisError;
use crate::analysis::labels::count;
use crate::analysis::scores::Stability;
use crate::record::{Array, Arrays};

/// Places on maps, `[similarities, n, 2]`.
const MAPS: &str = "maps";
/// Mean cosines in bytes, as [`Blocks`] has them: the triangle of each clustering, one after another. 0 is −1,
/// 127 is 0, 254 is 1, 255 is none.
const BLOCKS: &str = "blocks";
/// The Jaccard indices of the clusters of each clustering, one after another; NaN is none.
const JACCARD: &str = "stability";
/// The adjusted Rand index of each clustering with its parts.
const RAND: &str = "stability_ari";

impl Clusters {
    /// Enters them among an artifact's arrays. What not every similarity or clustering has is left out.
    pub(super) fn put_parts(&self, arrays: &mut Arrays) {
        let mut put = |name: &str, shape: Vec<usize>, values: Vec<f32>| {
            if !values.is_empty() {
                arrays.insert(name.to_owned(), Array { shape, values });
            }
        };
        let maps = self.measured.iter().map(|one| one.map.as_deref()).collect::<Option<Vec<&[[f32; 2]]>>>();
        let maps: Vec<f32> = maps.unwrap_or_default().concat().into_iter().flatten().collect();
        put(MAPS, vec![self.measured.len(), self.samples.len(), 2], maps);
        let blocks = self.clusterings.iter().map(|one| one.blocks.as_ref().map(Blocks::bytes)).collect::<Option<Vec<&[u8]>>>();
        let blocks: Vec<f32> = blocks.unwrap_or_default().concat().into_iter().map(f32::from).collect();
        put(BLOCKS, vec![blocks.len()], blocks);
        let stable = self.clusterings.iter().map(|one| one.stability.as_ref()).collect::<Option<Vec<&Stability>>>();
        let stable = stable.unwrap_or_default();
        let jaccard: Vec<f32> = stable.iter().flat_map(|one| &one.jaccard).map(|index| index.unwrap_or(f32::NAN)).collect();
        put(JACCARD, vec![jaccard.len()], jaccard);
        put(RAND, vec![stable.len()], stable.iter().map(|one| one.ari).collect());
    }

    /// Takes them from an artifact's arrays, as far as they are there.
    pub(super) fn take_parts(&mut self, arrays: &Arrays) -> Result<(), AnalysisError> {
        let wrong = |name: &str| AnalysisError::Artifact(name.to_owned());
        let values = |name: &str| arrays.get(name).map(|array| array.values.as_slice());
        let n = self.samples.len();
        if let Some(places) = values(MAPS) {
            let is_whole = places.len() == self.measured.len() * n * 2 && places.iter().all(|x| x.is_finite());
            if !is_whole {
                return Err(wrong(MAPS));
            }
            for (one, places) in self.measured.iter_mut().zip(places.chunks_exact(2 * n.max(1))) {
                one.map = Some(places.as_chunks::<2>().0.to_vec());
            }
        }
        if let Some(bytes) = values(BLOCKS) {
            let bytes = bytes.iter().map(|x| *x as u8).collect::<Vec<u8>>();
            for (one, bytes) in self.shares(&bytes, Blocks::len).ok_or_else(|| wrong(BLOCKS))? {
                one.blocks = Some(Blocks::from_bytes(count(&one.labels), bytes.to_vec())?);
            }
        }
        if let Some((jaccard, rand)) = values(JACCARD).zip(values(RAND)) {
            let draws = self.ask.stability;
            if rand.len() != self.clusterings.len() {
                return Err(wrong(RAND));
            }
            let shares = self.shares(jaccard, |clusters| clusters).ok_or_else(|| wrong(JACCARD))?;
            for ((one, jaccard), ari) in shares.into_iter().zip(rand) {
                let jaccard = jaccard.iter().map(|index| Some(*index).filter(|index| !index.is_nan())).collect();
                one.stability = Some(Stability { draws, ari: *ari, jaccard });
            }
        }
        Ok(())
    }

    /// Each clustering's share of a list, which is as long as `of` says of its number of clusters; nothing where
    /// the list is not as long as all of them.
    fn shares<'a, T>(&mut self, all: &'a [T], of: impl Fn(usize) -> usize) -> Option<Vec<(&mut Clustering, &'a [T])>> {
        let mut rest = all;
        let mut shares = Vec::with_capacity(self.clusterings.len());
        for one in &mut self.clusterings {
            let (own, after) = rest.split_at_checked(of(count(&one.labels)))?;
            shares.push((one, own));
            rest = after;
        }
        rest.is_empty().then_some(shares)
    }
}
