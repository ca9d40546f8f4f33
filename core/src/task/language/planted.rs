//! The quanta that the settings of a language plant: their rules by rank, how often each is used, and whether
//! such a language can be built.

use std::collections::HashSet;

use super::frequencies::sentence_shares;
use super::rule::{PlantedQuantum, Rule};
use super::settings::{LanguageSettings, Notation, Targets};
use super::vocabulary::Vocabulary;
use crate::figure::whole;
use crate::quanta::{Quanta, UseFrequencies};
use crate::rng::{Rng, Stream};
use crate::settings::{Problem, Section};
use crate::task::{Noun, Sizes, TaskSettings};

impl LanguageSettings {
    /// The tokens of the language.
    pub fn vocabulary(&self) -> Vocabulary {
        Vocabulary::new(self)
    }

    /// The kinds of the quanta by rank, facts and phrases not yet filled in: skills and knowledge by
    /// turns, so that frequency and kind are not confounded. Knowledge is first, a phrase after every
    /// so many facts as there are more of them.
    fn kinds(&self) -> Vec<Rule> {
        let every = self.facts.div_ceil(self.phrases.max(1)) + 1;
        let (mut facts, mut phrases) = (self.facts, self.phrases);
        let mut knowledge = Vec::with_capacity(facts + phrases);
        while facts + phrases > 0 {
            let is_phrase = phrases > 0 && (facts == 0 || (knowledge.len() + 1).is_multiple_of(every));
            knowledge.push(if is_phrase { PHRASE } else { FACT });
            if is_phrase { phrases -= 1 } else { facts -= 1 }
        }
        let (mut knowledge, mut skills) = (knowledge.into_iter(), self.skills().into_iter());
        let mut all = Vec::with_capacity(self.quanta_count());
        loop {
            let (one, other) = (knowledge.next(), skills.next());
            if one.is_none() && other.is_none() {
                return all;
            }
            all.extend(one.into_iter().chain(other));
        }
    }

    /// The quanta that are neither facts nor phrases, in order of use.
    fn skills(&self) -> Vec<Rule> {
        let mut skills = Vec::new();
        let rounds = [self.counts, self.lists, self.pointers, self.lookups, self.brackets, self.agreements, self.sums, self.lines];
        for round in 0..rounds.into_iter().max().unwrap_or(0) {
            let here = |count: usize, rule: Rule| (round < count).then_some(rule);
            skills.extend(here(self.counts, Rule::Count { step: COUNT_STEPS[round % COUNT_STEPS.len()] }));
            skills.extend(here(self.lists, if round == 0 { Rule::Copy } else { Rule::Reverse }));
            skills.extend(here(self.pointers, Rule::Point { place: round }));
            skills.extend(here(self.lookups, Rule::LookUp { pairs: 2 + round }));
            skills.extend(here(self.brackets, Rule::Bracket));
            skills.extend(here(self.agreements, Rule::Agreement));
            skills.extend(here(self.sums, Rule::Sum));
            skills.extend(here(self.lines, Rule::Line));
        }
        skills
    }

    /// Each kind of sentence with how many quanta have it.
    fn lengths(&self) -> impl Iterator<Item = (usize, usize)> {
        let kinds = [(FACT, self.facts), (PHRASE, self.phrases)].into_iter().chain(self.skills().into_iter().map(|rule| (rule, 1)));
        kinds.filter(|(_, count)| *count > 0).map(|(rule, count)| (rule.len(self), count))
    }

    /// The quanta by rank, with the facts and phrases that the seed draws.
    pub fn planted(&self, seed: u64) -> Vec<PlantedQuantum> {
        let vocabulary = self.vocabulary();
        let mut rng = Rng::new(seed, Stream::Language, 0);
        let (mut keys, mut starts) = (HashSet::new(), HashSet::new());
        let mut rules = self.kinds();
        for rule in &mut rules {
            match rule {
                Rule::Fact { subject, relation, value } => {
                    let key = untaken(&mut rng, self.subjects * self.relations, &mut keys);
                    (*subject, *relation) = ((key / self.relations) as u32, (key % self.relations) as u32);
                    *value = rng.below(vocabulary.values.len() as u32);
                }
                Rule::Phrase { words } => {
                    let all = vocabulary.words.len();
                    let start = untaken(&mut rng, all * all, &mut starts);
                    (words[0], words[1]) = ((start / all) as u32, (start % all) as u32);
                    words[2..].iter_mut().for_each(|word| *word = rng.below(all as u32));
                }
                _ => (),
            }
        }
        let place = |wanted: Rule| rules.iter().position(|rule| *rule == wanted);
        let partner = |rule: &Rule| match rule {
            Rule::Copy => place(Rule::Reverse),
            Rule::Reverse => place(Rule::Copy),
            Rule::Point { place: at } => place(Rule::Point { place: at ^ 1 }),
            _ => None,
        };
        let polygenic = |rule: &Rule| partner(rule).filter(|_| self.polygenic > 0.0);
        rules.iter().map(|rule| PlantedQuantum { rule: rule.clone(), partner: polygenic(rule) }).collect()
    }

    /// The use frequencies: each quantum's share of the labelled tokens.
    pub fn frequencies(&self) -> UseFrequencies {
        UseFrequencies::new(self.quanta_count().max(1), self.alpha)
    }

    /// How often a sentence is of each quantum, so that labelled tokens have the use frequencies.
    pub fn sentence_shares(&self, quanta: &[PlantedQuantum]) -> Vec<f64> {
        let shapes: Vec<_> = quanta.iter().map(|quantum| quantum.rule.shape(self)).collect();
        sentence_shares(self.frequencies().p(), &shapes, self.context)
    }

    /// The task in words: “50 quanta of a language at α = 0.4: 28 facts, 10 phrases, 12 skills”.
    pub(super) fn in_words(&self) -> String {
        let quanta = self.quanta_count();
        let skills = quanta - self.facts - self.phrases;
        let [all, facts, phrases, skills] = [quanta, self.facts, self.phrases, skills].map(|count| whole(count as f64));
        format!("{all} quanta of a language at α = {}: {facts} facts, {phrases} phrases, {skills} skills", self.alpha)
    }

    /// Whether such a language can be built.
    pub(super) fn conflicts(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut refuse = |field: &'static str, allowed: String| problems.push(self.problem(field, allowed));
        let quanta = self.quanta_count();
        if quanta == 0 {
            refuse("facts", "must be more: the language has no quantum at all".into());
        }
        let keys = self.subjects * self.relations;
        if self.facts > keys {
            let (subjects, relations) = (self.subjects, self.relations);
            refuse("facts", format!("must be at most {keys}: {subjects} subjects with {relations} relations make no more keys"));
        }
        let words = if self.targets == Targets::Shared { self.letters } else { self.vocabulary_words };
        if self.phrases > words * words {
            refuse("phrases", format!("must be at most {}: {words} words make no more beginnings", words * words));
        }
        if self.pointers > self.list_length {
            refuse("pointers", format!("must be at most list_length, which is {}", self.list_length));
        }
        if self.targets == Targets::Shared {
            if self.notation == Notation::Digits {
                refuse("notation", "must be whole where all quanta share their targets: digits are no shared symbols".into());
            }
            if self.letters < 12 {
                refuse("letters", "must be at least 12 where all quanta share their targets: counting takes so many".into());
            }
        }
        if self.notation == Notation::Digits && !self.numbers.is_multiple_of(10) {
            refuse("numbers", "must be a multiple of 10 where numbers are written in digits".into());
        }
        if self.lookups > 0 && self.letters < self.lookups + 1 {
            refuse("letters", format!("must be at least {}: the pairs of a look-up differ in their first letters", self.lookups + 1));
        }
        let longest = self.lengths().map(|(len, _)| len).max().unwrap_or(0);
        if self.context < longest {
            refuse("context", format!("must be at least {longest}, the length of the longest sentence"));
        }
        problems
    }
}

/// A fact and a phrase that are still to be filled in.
const FACT: Rule = Rule::Fact { subject: 0, relation: 0, value: 0 };
const PHRASE: Rule = Rule::Phrase { words: [0; 5] };

/// The steps of counting, in the order in which they are taken up.
const COUNT_STEPS: [i64; 8] = [1, -1, 3, -3, 2, -2, 5, -5];

/// A random number below `bound` that was not taken before; there must be one.
fn untaken(rng: &mut Rng, bound: usize, taken: &mut HashSet<usize>) -> usize {
    loop {
        let number = rng.below(bound as u32) as usize;
        if taken.insert(number) {
            return number;
        }
    }
}

impl TaskSettings for LanguageSettings {
    /// The quanta. Unlearned, one's labelled tokens cost what a guess among their kind costs; learned,
    /// nothing.
    fn quanta(&self) -> Quanta {
        let losses = self.kinds().iter().map(|rule| (rule.before(self), 0.0)).collect();
        Quanta::planted(self.frequencies(), losses)
    }

    fn language(&self) -> Option<&LanguageSettings> {
        Some(self)
    }

    fn documents(&self) -> Option<(usize, usize)> {
        Some((self.vocabulary().len, self.context))
    }

    fn noun(&self) -> Noun {
        Noun::QUANTUM
    }

    /// Documents are written anew at every step, and a data set is drawn again whenever it is read.
    fn sizes(&self) -> Sizes {
        let tokens: usize = self.lengths().map(|(len, count)| len * count).sum();
        // Documents are filled to about three quarters, more or less.
        let tests = (tokens as u64).saturating_mul(self.eval_per_task as u64).div_ceil((self.context as u64 * 3 / 4).max(1));
        Sizes { quanta: self.quanta_count() as u64, stored: 0, drawn: 16 * self.context as u64, tests, tests_at_once: tests.min(super::PIECE as u64) }
    }

    fn digest(&self) -> String {
        format!("{} quanta, documents of {} tokens, α = {}", whole(self.quanta_count() as f64), self.context, self.alpha)
    }
}
