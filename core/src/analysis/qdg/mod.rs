//! Quanta discovery from gradients, whole: from a run's checkpoint to clusters that are scored (the
//! paper's section 5; its Fig 15 on sparse parity).
//!
//! [`run`] draws samples that the model predicts well, takes each one's gradient, and clusters them by
//! every similarity and method that is asked for. What comes of it is [`Clusters`], which is kept in a
//! record as an artifact and scored by [`scores`]. Reading and scoring them needs no feature, so that the
//! page can open what was found elsewhere. A stopped analysis can be taken up again (`go_on`).

mod agree;
mod ask;
mod blocks;
mod causal;
mod clusters;
mod describe;
mod export;
#[cfg(feature = "analysis")]
mod find;
mod kept;
mod kinds;
#[cfg(feature = "analysis")]
mod near;
mod order;
mod readers;
#[cfg(test)]
mod reading_tests;
mod samples;
mod score;
#[cfg(feature = "analysis")]
mod steer;
#[cfg(test)]
#[cfg(feature = "analysis")]
mod steer_tests;
#[cfg(test)]
#[cfg(feature = "analysis")]
mod tests;
#[cfg(feature = "analysis")]
mod vectors;

pub use agree::{Agreed, agree};
pub use ask::{Ask, Draw, Places};
pub use blocks::Blocks;
pub use causal::{Causal, CausalAsk};
pub use clusters::{ARTIFACT, Clustering, Clusters, Measured, Of};
pub use describe::{Contexts, Described, counts, describe};
pub use export::{to_csv, to_json};
#[cfg(feature = "analysis")]
pub use find::{Stage, Watch, go_on, run, run_of, run_on};
pub use kinds::{Method, Similarity};
#[cfg(feature = "analysis")]
pub use near::near;
pub use order::Order;
#[cfg(feature = "analysis")]
pub use readers::check_task;
pub use readers::{Courses, Over, Reader};
pub use samples::{Candidates, Inputs, Samples};
pub use score::{Baseline, OverSeeds, Row, SCORES, Scored, over_seeds, scores};
#[cfg(feature = "analysis")]
pub use steer::{causal, changes, score};
