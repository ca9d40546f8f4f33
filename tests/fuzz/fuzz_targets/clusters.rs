//! The clusters that a run's file may hold, scored and described as the page does.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use quanta_core::analysis::qdg::{ARTIFACT, Clusters, Contexts, Over, describe, scores, to_csv};
use quanta_core::record::Record;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    quanta_fuzz::mutate_safetensors(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(record) = Record::from_bytes(bytes) else { return };
    let Some(Ok(clusters)) = record.artifacts.get(ARTIFACT).map(Clusters::from_artifact) else { return };
    let _ = scores(&clusters);
    let contexts = Contexts::new(&record.config, &clusters.samples);
    for clustering in 0..clusters.clusterings.len() {
        let _ = describe(&clusters, clustering);
        let _ = to_csv(&clusters, clustering, &contexts);
        let _ = clusters.courses(clustering, Over::Training);
    }
    let again = Clusters::from_artifact(&clusters.to_artifact()).expect("what was written can be read");
    assert_eq!(again.samples.len(), clusters.samples.len());
});
