//! A clustering as JSON and as CSV, the same from the terminal and from the page.

use serde_json::{Value, json};

use super::clusters::Clusters;
use super::describe::{Contexts, describe};

/// The clusters of one clustering, the largest first: an object each, with what [`describe`] says of it and
/// its `samples`, each with `sample`, `quantum` (by rank from 1), `target`, `loss_nats` and `context`.
pub fn to_json(clusters: &Clusters, clustering: usize, contexts: &Contexts) -> Vec<Value> {
    let samples = &clusters.samples;
    let sample = |sample: &usize| {
        json!({
            "sample": sample, "quantum": samples.quantum[*sample] + 1, "target": contexts.token(samples.target[*sample]),
            "loss_nats": samples.loss[*sample], "context": contexts.marked(*sample),
        })
    };
    let object = |cluster: super::Described| {
        let mut object = json!(cluster);
        object["samples"] = cluster.members.iter().map(sample).collect();
        object
    };
    describe(clusters, clustering).into_iter().map(object).collect()
}

/// One line a sample, after a line of headings: `sample,cluster,quantum,target,loss_nats,context`, and
/// `causal`, the cluster's score, where it was measured. Clusters and quanta are counted from 1.
pub fn to_csv(clusters: &Clusters, clustering: usize, contexts: &Contexts) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let causal = clusters.clusterings.get(clustering).and_then(|one| Some(&one.causal.as_ref()?.scores));
    let last = if causal.is_some() { ",causal" } else { "" };
    let mut text = format!("sample,cluster,quantum,target,loss_nats,context{last}\n");
    let samples = &clusters.samples;
    let labels = clusters.clusterings.get(clustering).map_or(&[][..], |one| &one.labels);
    for (sample, label) in labels.iter().enumerate() {
        let (target, context) = (quoted(&contexts.token(samples.target[sample])), quoted(&contexts.marked(sample)));
        text += &format!("{sample},{},{},{target},{},{context}", label + 1, samples.quantum[sample] + 1, samples.loss[sample]);
        if let Some(scores) = causal {
            let score = scores.get(*label as usize).copied().flatten();
            text += &format!(",{}", score.map_or(String::new(), |score| score.to_string()));
        }
        text += "\n";
    }
    text
}
