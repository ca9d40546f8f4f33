//! The settings of a planted language.

use crate::settings::{Kind, choice, section};

choice! {
    /// How numbers are written.
    Notation {
        /// One token a number.
        Whole = "whole",
        /// Two digits, tens first, so that counting and adding have to carry.
        Digits = "digits",
    }
}

choice! {
    /// Which tokens the rules predict.
    Targets {
        /// Values, words, numbers, letters, brackets, verbs: each family its own.
        Own = "own",
        /// The same few symbols for every family, so that no token tells its quantum.
        Shared = "shared",
    }
}

section! {
    /// A planted language.
    LanguageSettings {
        alpha: f64 = 0.4, Task, Kind::Real { min: 0.0, max: 4.0 }, "", "Exponent α",
            "Of the predictable tokens the quantum of rank r has a share in proportion to r^-(α+1).";
        facts: usize = 28, Task, Kind::Whole { min: 0, max: 4_096 }, "quanta", "Facts",
            "Subject, relation, value: one fact a quantum.";
        phrases: usize = 10, Task, Kind::Whole { min: 0, max: 4_096 }, "quanta", "Phrases",
            "Five set words, of which the first two tell the rest.";
        counts: usize = 3, Task, Kind::Whole { min: 0, max: 8 }, "quanta", "Ways of counting",
            "Numbers in steps of +1, −1, +3, −3, +2, −2, +5, −5: the first so many of them.";
        lists: usize = 2, Task, Kind::Whole { min: 0, max: 2 }, "quanta", "Lists",
            "A list of letters and its copy; with 2, also its reverse.";
        pointers: usize = 2, Task, Kind::Whole { min: 0, max: 8 }, "quanta", "Pointers",
            "A list of letters and its first; with more, also its second, third and so on.";
        lookups: usize = 1, Task, Kind::Whole { min: 0, max: 4 }, "quanta", "Look-ups",
            "Pairs of letters, then the first of a pair, which asks for its second; each further quantum has one pair more.";
        brackets: usize = 1, Task, Kind::Whole { min: 0, max: 1 }, "quanta", "Brackets",
            "An opening bracket of one of three kinds, and after some words the closing one.";
        agreements: usize = 1, Task, Kind::Whole { min: 0, max: 1 }, "quanta", "Agreement",
            "A noun of one of three classes, and after some words its verb.";
        sums: usize = 1, Task, Kind::Whole { min: 0, max: 1 }, "quanta", "Addition",
            "Two numbers and their sum.";
        lines: usize = 1, Task, Kind::Whole { min: 0, max: 1 }, "quanta", "Line ends",
            "A line of words, which ends after a set number of them.";
        subjects: usize = 16, Task, Kind::Whole { min: 1, max: 1_024 }, "tokens", "Subjects",
            "How many subjects facts are about.";
        relations: usize = 2, Task, Kind::Whole { min: 1, max: 64 }, "tokens", "Relations",
            "How many relations facts have.";
        values: usize = 6, Task, Kind::Whole { min: 2, max: 1_024 }, "tokens", "Values",
            "How many values facts share.";
        vocabulary_words: usize = 12, Task, Kind::Whole { min: 2, max: 1_024 }, "tokens", "Words",
            "How many words phrases share.";
        letters: usize = 20, Task, Kind::Whole { min: 2, max: 1_024 }, "tokens", "Letters",
            "How many letters lists are made of; with shared targets, how many symbols there are.";
        numbers: usize = 40, Task, Kind::Whole { min: 12, max: 100 }, "numbers", "Numbers",
            "How many numbers there are; after the last comes 0 again.";
        notation: Notation = Notation::Whole, Task, Kind::Choice(Notation::WORDS), "", "Notation of numbers",
            "One token a number, or two digits that carry.";
        targets: Targets = Targets::Own, Task, Kind::Choice(Targets::WORDS), "", "Predicted tokens",
            "Of each family's own kind, or symbols that all quanta share.";
        list_length: usize = 4, Task, Kind::Whole { min: 2, max: 32 }, "letters", "Length of a list",
            "How many letters a list has.";
        line_length: usize = 12, Task, Kind::Whole { min: 1, max: 256 }, "words", "Length of a line",
            "After how many words a line ends.";
        polygenic: f64 = 0.0, Task, Kind::Real { min: 0.0, max: 1.0 }, "", "Polygenic share",
            "In this share of lists two quanta give the same answer: the copy is also the reverse, the first also the second.";
        context: usize = 64, Task, Kind::Whole { min: 4, max: 4_096 }, "tokens", "Length of a document",
            "How many tokens of a document are predicted.";
        eval_per_task: usize = 20, Measurement, Kind::Whole { min: 1, max: 100_000 }, "sentences", "Test sentences a quantum",
            "How many fresh sentences of each quantum are tested at each evaluation.";
    }
}

impl LanguageSettings {
    /// How many quanta there are.
    pub fn quanta_count(&self) -> usize {
        let skills = self.counts + self.lists + self.pointers + self.lookups;
        self.facts + self.phrases + skills + self.brackets + self.agreements + self.sums + self.lines
    }
}
