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
/// `stability` and `causal`, the cluster's, where they were measured. Clusters and quanta are counted from 1.
pub fn to_csv(clusters: &Clusters, clustering: usize, contexts: &Contexts) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let one = clusters.clusterings.get(clustering);
    let stability = one.and_then(|one| one.stability.as_ref());
    let causal = one.and_then(|one| one.causal.as_ref());
    let mut more: Vec<(&str, Vec<String>)> = Vec::new();
    let cell = |number: &Option<f64>| number.map_or(String::new(), |number| number.to_string());
    if let Some(known) = stability {
        let jaccard = known.jaccard.iter().map(|index| index.map_or(String::new(), |index| index.to_string()));
        more.push(("stability", jaccard.collect()));
    }
    if let Some(known) = causal {
        more.push(("causal", known.scores.iter().map(cell).collect()));
    }
    let last: String = more.iter().map(|(name, _)| format!(",{name}")).collect();
    let mut text = format!("sample,cluster,quantum,target,loss_nats,context{last}\n");
    let samples = &clusters.samples;
    let labels = clusters.clusterings.get(clustering).map_or(&[][..], |one| &one.labels);
    for (sample, label) in labels.iter().enumerate() {
        let (target, context) = (quoted(&contexts.token(samples.target[sample])), quoted(&contexts.marked(sample)));
        text += &format!("{sample},{},{},{target},{},{context}", label + 1, samples.quantum[sample] + 1, samples.loss[sample]);
        for (_, cells) in &more {
            text += &format!(",{}", cells.get(*label as usize).map_or("", String::as_str));
        }
        text += "\n";
    }
    text
}
