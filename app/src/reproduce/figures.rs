//! The paper's figures: what each shows, and how it is made again.

use quanta_core::config::preset;
use quanta_core::theory::Resource;

use crate::link::{Link, Page};

/// A figure of the paper, or a part of one.
pub struct Figure {
    /// Its name in the table's rows.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// The command for its full size.
    pub command: &'static str,
    place: Place,
}

/// Where it is shown, and made in small.
enum Place {
    /// A sweep on the Scaling page, over that resource and at that α.
    Sweep(Resource, f64),
    /// One run in the Lab, of that preset; the Scaling page shows it over that resource.
    Run(Resource, &'static str),
    /// Clusters on the page Language.
    Clusters,
    /// Losses of tokens on the page Language.
    Tokens,
    /// In a terminal alone.
    Terminal,
}

/// All that the table covers: sparse parity in the paper's order, then clusters, then single tokens.
pub const FIGURES: &[Figure] = &[
    Figure {
        name: "2, parameters",
        title: "loss against parameters N",
        command: "quanta sweep --dir fig2-parameters --preset fig2-parameters --device gpu",
        place: Place::Sweep(Resource::Parameters, 0.4),
    },
    Figure {
        name: "2, steps",
        title: "loss against training steps S, and Fig 7",
        command: "quanta train --preset paper-fig2 --device gpu --out fig2-steps.safetensors",
        place: Place::Sweep(Resource::Steps, 0.4),
    },
    Figure {
        name: "2, data",
        title: "lowest loss against training samples D",
        command: "quanta sweep --dir fig2-data --preset fig2-data --device gpu",
        place: Place::Sweep(Resource::Data, 0.4),
    },
    Figure {
        name: "8",
        title: "step of emergence against use frequency",
        command: "quanta sweep --dir fig8 --preset fig8 --device gpu",
        place: Place::Run(Resource::Steps, "lesson"),
    },
    Figure {
        name: "9",
        title: "subtasks learned against training samples D",
        command: "quanta sweep --dir fig9 --preset fig9 --device gpu",
        place: Place::Sweep(Resource::Data, 0.4),
    },
    Figure {
        name: "10, parameters",
        title: "the exponent in N against α",
        command: "quanta sweep --dir fig10-parameters --preset fig10-parameters --device gpu",
        place: Place::Sweep(Resource::Parameters, 0.8),
    },
    Figure {
        name: "10, steps",
        title: "the exponent in S against α",
        command: "quanta sweep --dir fig10-steps --preset fig10-steps --device gpu",
        place: Place::Sweep(Resource::Steps, 0.8),
    },
    Figure {
        name: "10, data",
        title: "the exponent in D against α",
        command: "quanta sweep --dir fig10-data --preset fig10-data --device gpu",
        place: Place::Sweep(Resource::Data, 0.8),
    },
    Figure {
        name: "5",
        title: "sizes of clusters of a language model’s tokens, by rank",
        command: "quanta train --preset language --seed 0 --out language.safetensors && \
                  quanta qdg language.safetensors --sample natural --samples 4000 --similarity signed --method spectral \
                  --k 10,20,30,40,50,60,70,80,90,100,110 --out language-envelope.safetensors",
        place: Place::Clusters,
    },
    Figure {
        name: "15",
        title: "the same of samples of sparse parity",
        command: "quanta train --preset lesson --out lesson.safetensors && \
                  quanta qdg lesson.safetensors --sample natural --samples 4000 --similarity signed --method spectral \
                  --k 10,20,30,40,50,60,70,80,90,100,110 --out parity-envelope.safetensors",
        place: Place::Clusters,
    },
    Figure {
        name: "16, 17",
        title: "the same of Gaussian clusters of known sizes",
        command: "quanta qdg gaussians",
        place: Place::Terminal,
    },
    Figure {
        name: "3",
        title: "mean loss of a text, and how losses are spread over tokens",
        command: FAMILY,
        place: Place::Tokens,
    },
    Figure { name: "4, 12", title: "single tokens across sizes", command: FAMILY, place: Place::Tokens },
    Figure { name: "11", title: "mean loss of a text against training steps", command: FAMILY, place: Place::Tokens },
];

/// The command that trains the family of a text.
const FAMILY: &str = "quanta sweep --dir family --preset text-family --corpus lab-text-1.corpus.safetensors --keep-weights";

impl Figure {
    /// The link to its small version, where there is one.
    pub fn small(&self) -> Option<Link> {
        match self.place {
            Place::Sweep(resource, alpha) => {
                let alpha = (alpha != 0.4).then(|| ("alpha".to_owned(), alpha.to_string()));
                Some(Link { own: scaling(resource).chain(alpha).collect(), page: Page::Scaling, ..Link::default() })
            }
            Place::Run(_, name) => Some(Link { config: preset(name).map(|preset| preset.config()), ..Link::default() }),
            Place::Clusters | Place::Tokens => Some(Link { page: Page::Language, ..Link::default() }),
            Place::Terminal => None,
        }
    }

    /// The link to a published file of it, where a page shows it.
    pub fn ours(&self, file: &str) -> Option<Link> {
        let published = ("published".to_owned(), file.to_owned());
        match self.place {
            Place::Sweep(resource, _) | Place::Run(resource, _) => {
                Some(Link { own: scaling(resource).chain([published]).collect(), page: Page::Scaling, ..Link::default() })
            }
            Place::Clusters => Some(Link { own: vec![published], page: Page::Language, ..Link::default() }),
            Place::Tokens => {
                Some(Link { own: vec![("losses".to_owned(), file.to_owned())], page: Page::Language, ..Link::default() })
            }
            Place::Terminal => None,
        }
    }
}

/// The Scaling page's words for a resource; it opens with parameters.
fn scaling(resource: Resource) -> impl Iterator<Item = (String, String)> {
    (resource != Resource::Parameters).then(|| ("resource".to_owned(), resource.name().to_owned())).into_iter()
}

#[cfg(test)]
mod tests {
    use super::FIGURES;
    use quanta_core::reproduce::{Results, table};

    #[test]
    fn every_row_of_the_table_has_its_figure() {
        for row in table(&Results::default()) {
            assert!(FIGURES.iter().any(|figure| figure.name == row.figure), "Fig {}", row.figure);
        }
    }
}
