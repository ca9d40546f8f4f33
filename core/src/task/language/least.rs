//! What a token costs whoever knows the language.

use super::LanguageTask;
use super::vocabulary::sign;

impl LanguageTask {
    /// The least possible loss of each predicted token of a document, bits, `[context]`: minus the
    /// logarithm of its chance for one who knows every rule and how often each is used, and infers from
    /// the sentence so far which rule it follows. Labelled tokens cost nothing; for the others it is their
    /// surprise. `tokens` is a document of this language, `[context + 1]`.
    pub fn least_losses(&self, tokens: &[u32]) -> Vec<f32> {
        let shares = self.sentence_shares();
        let mut losses = Vec::with_capacity(tokens.len().saturating_sub(1));
        let (mut begin, mut weights) = (1, shares.to_vec());
        for at in 1..tokens.len() {
            let before = &tokens[begin..at];
            let mut chance = 0.0;
            let mut total = 0.0;
            for (quantum, weight) in weights.iter_mut().enumerate().filter(|(_, weight)| **weight > 0.0) {
                total += *weight;
                let chances = self.templates()[quantum].chances(before, self.polygenic_share(quantum));
                let fits: f64 = chances.iter().filter(|(token, _)| *token == tokens[at]).map(|(_, chance)| chance).sum();
                *weight *= fits;
                chance += *weight;
            }
            losses.push(-libm::log2(chance / total) as f32);
            if tokens[at] == sign::END {
                (begin, weights) = (at + 1, shares.to_vec());
            }
        }
        losses
    }
}
