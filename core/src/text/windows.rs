//! Windows of a text that is longer than a model's context.

/// Cuts a text's tokens into windows that predict `context` tokens each, which must be over 0. Each begins with the
/// last token of the one before it, so that every token but the first is predicted once, from 1 to `context` tokens
/// before it.
pub fn windows(tokens: &[u32], context: usize) -> impl Iterator<Item = &[u32]> {
    (0..tokens.len().saturating_sub(1)).step_by(context).map(move |at| &tokens[at..tokens.len().min(at + context + 1)])
}
