//! The rules that sentences follow, each as a list of slots.

use std::ops::Range;

use super::settings::{LanguageSettings, Notation};
use super::vocabulary::{CLASSES, Vocabulary, sign};

/// What a quantum's sentences are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Subject, relation, \[value\].
    Fact {
        /// Which subject, from 0.
        subject: u32,
        /// Which relation.
        relation: u32,
        /// Which value.
        value: u32,
    },
    /// Two words, \[three words\].
    Phrase {
        /// Which words, from 0.
        words: [u32; 5],
    },
    /// Two numbers, \[three numbers\], each so much more than the last.
    Count {
        /// How much more.
        step: i64,
    },
    /// A list, \[the list\].
    Copy,
    /// A list, \[the list from its end\].
    Reverse,
    /// A list, \[its letter at a place\].
    Point {
        /// Which place, from 0.
        place: usize,
    },
    /// Pairs of letters, the first of a pair, \[its second\].
    LookUp {
        /// How many pairs.
        pairs: usize,
    },
    /// An opening bracket, two words, \[the closing bracket\].
    Bracket,
    /// A noun, two words, \[its verb\].
    Agreement,
    /// Two numbers, \[their sum\].
    Sum,
    /// Words, \[the line end\].
    Line,
}

/// A quantum of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantedQuantum {
    /// What its sentences are.
    pub rule: Rule,
    /// The quantum, by rank from 0, whose rule gives the same answer in polygenic sentences.
    pub partner: Option<usize>,
}

/// What stands at one place of a sentence: one of several tokens, each as likely as the others.
#[derive(Clone, Debug)]
enum Slot {
    /// This token.
    Is(u32),
    /// Any of these.
    Any(Range<u32>),
    /// Any of these but those at the places.
    Other(Range<u32>, Vec<usize>),
    /// The token at one of the places.
    At(Vec<usize>),
    /// The token after the one, at one of the places, that is the same as the last.
    After(Vec<usize>),
    /// The member of the one range that stands where the token at the place stands in the other.
    Match(Range<u32>, usize, Range<u32>),
    /// A number, or a digit of it: the sum of those at the places, and so much more.
    Number(Vec<usize>, i64, Part),
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Whole,
    Tens,
    Ones,
}

/// A sentence of a rule, place by place; the end of the sentence is the last.
#[derive(Clone, Debug)]
pub struct Template {
    slots: Vec<Slot>,
    /// The labelled places, rising.
    pub labels: Vec<usize>,
    /// In polygenic sentences the token of the first place is that of the second, which is before it.
    mirrors: Vec<(usize, usize)>,
    numbers: Range<u32>,
    /// After the last number comes 0 again.
    modulus: i64,
}

/// How long a rule's sentences are, and where they are labelled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Tokens, the end among them.
    pub len: usize,
    /// The labelled places, rising.
    pub labels: Vec<usize>,
}

impl Rule {
    /// Its sentences, place by place.
    pub fn template(&self, settings: &LanguageSettings, vocabulary: &Vocabulary) -> Template {
        let v = vocabulary;
        let digits = settings.notation == Notation::Digits;
        let modulus = if digits { settings.numbers } else { v.numbers.len() } as i64;
        let mut slots = Vec::new();
        let mut mirrors = Vec::new();
        let length = settings.list_length;
        let any_number = |slots: &mut Vec<Slot>| {
            if digits {
                slots.push(Slot::Any(v.numbers.start..v.numbers.start + (modulus / 10) as u32));
            }
            slots.push(Slot::Any(v.numbers.clone()));
        };
        let number = |slots: &mut Vec<Slot>, terms: Vec<usize>, more: i64| {
            let parts: &[Part] = if digits { &[Part::Tens, Part::Ones] } else { &[Part::Whole] };
            slots.extend(parts.iter().map(|part| Slot::Number(terms.clone(), more, *part)));
        };
        let two_fillers = || [Slot::Any(v.fillers.clone()), Slot::Any(v.fillers.clone())];
        // From here on everything is labelled, up to the end of the sentence.
        let labelled_from;
        match self {
            Self::Fact { subject, relation, value } => {
                slots.extend([Slot::Is(v.subjects.start + subject), Slot::Is(v.relations.start + relation)]);
                labelled_from = slots.len();
                slots.push(Slot::Is(v.values.start + value));
            }
            Self::Phrase { words } => {
                slots.push(Slot::Is(sign::PHRASE));
                slots.extend(words.iter().map(|word| Slot::Is(v.words.start + word)));
                labelled_from = 3;
            }
            Self::Count { step } => {
                slots.push(Slot::Is(sign::COUNT));
                any_number(&mut slots);
                number(&mut slots, vec![1], *step);
                labelled_from = slots.len();
                (2..=4).for_each(|times| number(&mut slots, vec![1], step * times));
            }
            Self::Copy | Self::Reverse => {
                slots.push(Slot::Is(sign::LIST));
                slots.extend(vec![Slot::Any(v.letters.clone()); length]);
                slots.push(Slot::Is(if *self == Self::Copy { sign::COPY } else { sign::REVERSE }));
                labelled_from = slots.len();
                let place = |i: usize| if *self == Self::Copy { 1 + i } else { length - i };
                slots.extend((0..length).map(|i| Slot::At(vec![place(i)])));
                mirrors.extend((0..length / 2).map(|i| (length - i, 1 + i)));
            }
            Self::Point { place } => {
                slots.push(Slot::Is(v.points.start + *place as u32));
                slots.extend(vec![Slot::Any(v.letters.clone()); length]);
                slots.push(Slot::Is(sign::IS));
                labelled_from = slots.len();
                slots.push(Slot::At(vec![1 + place]));
                let other = place ^ 1;
                mirrors.push((1 + other.max(*place), 1 + other.min(*place)));
            }
            Self::LookUp { pairs } => {
                slots.push(Slot::Is(v.lookups.start + *pairs as u32 - 2));
                let keys: Vec<usize> = (0..*pairs).map(|pair| 1 + 2 * pair).collect();
                for pair in 0..*pairs {
                    slots.push(Slot::Other(v.letters.clone(), keys[..pair].to_vec()));
                    slots.push(Slot::Any(v.letters.clone()));
                }
                slots.extend([Slot::Is(sign::ASK), Slot::At(keys.clone())]);
                labelled_from = slots.len();
                slots.push(Slot::After(keys));
            }
            Self::Bracket | Self::Agreement => {
                let (first, last) = if *self == Self::Bracket { (&v.open, &v.close) } else { (&v.nouns, &v.verbs) };
                slots.push(Slot::Any(first.clone()));
                slots.extend(two_fillers());
                slots.push(Slot::Is(sign::CUE));
                labelled_from = slots.len();
                slots.push(Slot::Match(last.clone(), 0, first.clone()));
            }
            Self::Sum => {
                slots.push(Slot::Is(sign::ADD));
                any_number(&mut slots);
                any_number(&mut slots);
                slots.push(Slot::Is(sign::IS));
                labelled_from = slots.len();
                number(&mut slots, if digits { vec![1, 3] } else { vec![1, 2] }, 0);
            }
            Self::Line => {
                slots.push(Slot::Is(sign::LINE));
                slots.extend(vec![Slot::Any(v.fillers.clone()); settings.line_length]);
                labelled_from = slots.len();
                slots.push(Slot::Is(v.line_end));
            }
        }
        let labels = (labelled_from..slots.len()).collect();
        slots.push(Slot::Is(sign::END));
        Template { slots, labels, mirrors, numbers: v.numbers.clone(), modulus }
    }

    /// How many tokens its sentences have, the end among them: what a form asks at every key, without the
    /// template.
    pub fn len(&self, settings: &LanguageSettings) -> usize {
        let number = if settings.notation == Notation::Digits { 2 } else { 1 };
        1 + match self {
            Self::Fact { .. } => 3,
            Self::Phrase { .. } => 6,
            Self::Count { .. } => 1 + 5 * number,
            Self::Copy | Self::Reverse => 2 + 2 * settings.list_length,
            Self::Point { .. } => 3 + settings.list_length,
            Self::LookUp { pairs } => 4 + 2 * pairs,
            Self::Bracket | Self::Agreement => 5,
            Self::Sum => 2 + 3 * number,
            Self::Line => 2 + settings.line_length,
        }
    }

    /// How long its sentences are, and where they are labelled.
    pub fn shape(&self, settings: &LanguageSettings) -> Shape {
        self.template(settings, &settings.vocabulary()).shape()
    }

    /// What a labelled token costs without the rule, bits: a guess among the tokens of its kind. Of a
    /// line end it is a guess where the line may end.
    pub fn before(&self, settings: &LanguageSettings) -> f32 {
        let v = settings.vocabulary();
        let log2 = |count: usize| libm::log2(count as f64);
        let number = || match settings.notation {
            Notation::Whole => log2(v.numbers.len()),
            Notation::Digits => 0.5 * (log2(settings.numbers / 10) + log2(10)),
        };
        let bits = match self {
            Self::Fact { .. } => log2(v.values.len()),
            Self::Phrase { .. } => log2(v.words.len()),
            Self::Count { .. } | Self::Sum => number(),
            Self::Copy | Self::Reverse | Self::Point { .. } | Self::LookUp { .. } => log2(v.letters.len()),
            Self::Bracket | Self::Agreement => log2(CLASSES as usize),
            Self::Line => log2(settings.line_length + 1),
        };
        bits as f32
    }

    /// The family's name.
    pub fn family(&self) -> &'static str {
        match self {
            Self::Fact { .. } => "fact",
            Self::Phrase { .. } => "phrase",
            Self::Count { .. } => "count",
            Self::Copy => "copy",
            Self::Reverse => "reverse",
            Self::Point { .. } => "pointer",
            Self::LookUp { .. } => "look-up",
            Self::Bracket => "bracket",
            Self::Agreement => "agreement",
            Self::Sum => "addition",
            Self::Line => "line end",
        }
    }
}

impl Template {
    /// How long its sentences are, and where they are labelled.
    pub fn shape(&self) -> Shape {
        Shape { len: self.slots.len(), labels: self.labels.clone() }
    }

    /// Tokens of a sentence.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// The tokens that may stand at the place after `before`, a sentence's beginning, each as likely as
    /// the others.
    pub fn options(&self, before: &[u32], is_polygenic: bool) -> Vec<u32> {
        let place = before.len();
        if let Some((_, same)) = self.mirrors.iter().find(|(later, _)| is_polygenic && *later == place) {
            return vec![before[*same]];
        }
        match &self.slots[place] {
            Slot::Is(token) => vec![*token],
            Slot::Any(range) => range.clone().collect(),
            Slot::Other(range, places) => range.clone().filter(|token| places.iter().all(|at| before[*at] != *token)).collect(),
            Slot::At(places) => places.iter().map(|at| before[*at]).collect(),
            Slot::After(places) => {
                let asked = before.last();
                places.iter().filter(|at| Some(&before[**at]) == asked).map(|at| before[at + 1]).collect()
            }
            Slot::Match(range, at, like) => vec![range.start + before[*at].wrapping_sub(like.start)],
            Slot::Number(terms, more, part) => {
                let sum: i64 = terms.iter().map(|at| self.number_at(before, *at, *part)).sum();
                let number = (sum + more).rem_euclid(self.modulus) as u32;
                vec![
                    self.numbers.start
                        + match part {
                            Part::Whole => number,
                            Part::Tens => number / 10,
                            Part::Ones => number % 10,
                        },
                ]
            }
        }
    }

    /// The number that begins at a place.
    fn number_at(&self, tokens: &[u32], at: usize, part: Part) -> i64 {
        let digit = |at: usize| i64::from(tokens[at].wrapping_sub(self.numbers.start));
        match part {
            Part::Whole => digit(at),
            Part::Tens | Part::Ones => 10 * digit(at) + digit(at + 1),
        }
    }

    /// How likely each token is after `before`, where a share of the sentences is polygenic: tokens with
    /// their chances, none of them 0.
    pub fn chances(&self, before: &[u32], polygenic: f64) -> Vec<(u32, f64)> {
        let uniform = |tokens: Vec<u32>, weight: f64| {
            let each = weight / tokens.len().max(1) as f64;
            tokens.into_iter().map(move |token| (token, each))
        };
        if polygenic == 0.0 {
            return uniform(self.options(before, false), 1.0).collect();
        }
        let seen = self.mirrors.iter().filter(|(later, _)| *later < before.len());
        let (mut mirrored, mut free) = (polygenic, 1.0 - polygenic);
        for (later, same) in seen {
            free /= self.options(&before[..*later], false).len() as f64;
            mirrored *= f64::from(u8::from(before[*later] == before[*same]));
        }
        let all = mirrored + free;
        let options = uniform(self.options(before, true), mirrored / all).chain(uniform(self.options(before, false), free / all));
        options.filter(|(_, chance)| *chance > 0.0).collect()
    }
}
