//! The types that a field may have: to and from text, to JSON.

/// A type that a field may have.
pub trait Value {
    /// Takes the value that a person typed. The error says what was expected instead, and leaves the value
    /// as it was.
    fn set_text(&mut self, text: &str) -> Result<(), String>;
    /// Writes it so that `set_text` gives it back.
    fn to_text(&self) -> String;
    /// Its value in a file.
    fn to_json(&self) -> serde_json::Value;
    /// Its value as a number, where it is one.
    fn as_number(&self) -> Option<f64>;
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Value for $type {
            fn set_text(&mut self, text: &str) -> Result<(), String> {
                let whole = crate::number::read_whole(text).map_err(|error| error.to_string())?;
                *self = whole.try_into().map_err(|_| crate::number::NumberError::NotWhole.to_string())?;
                Ok(())
            }
            fn to_text(&self) -> String { self.to_string() }
            fn to_json(&self) -> serde_json::Value { (*self).into() }
            fn as_number(&self) -> Option<f64> { Some(*self as f64) }
        }
    )*};
}
whole!(u64, usize);

impl Value for f64 {
    fn set_text(&mut self, text: &str) -> Result<(), String> {
        *self = crate::number::read(text).map_err(|error| error.to_string())?;
        Ok(())
    }
    fn to_text(&self) -> String {
        self.to_string()
    }
    fn to_json(&self) -> serde_json::Value {
        (*self).into()
    }
    fn as_number(&self) -> Option<f64> {
        Some(*self)
    }
}

/// Declares an enum whose variants are written as single words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// Every choice, as written.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Every choice, in the same order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The choice of that word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.word() == word)
            }

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl $crate::settings::Value for $name {
            fn set_text(&mut self, text: &str) -> Result<(), String> {
                *self = Self::from_word(text.trim()).ok_or_else(|| format!("one of {}", Self::WORDS.join(", ")))?;
                Ok(())
            }
            fn to_text(&self) -> String { self.word().to_owned() }
            fn to_json(&self) -> serde_json::Value { self.word().into() }
            fn as_number(&self) -> Option<f64> { None }
        }
    };
}
pub(crate) use choice;
