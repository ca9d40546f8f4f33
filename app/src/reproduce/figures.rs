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
    /// What it varies.
    pub resource: Resource,
    /// The command for its full size.
    pub command: &'static str,
    small: Small,
}

/// The small version for a browser.
enum Small {
    /// A sweep on the Scaling page, at that α.
    Sweep(f64),
    /// One run in the Lab, of that preset.
    Run(&'static str),
}

/// All that the table covers, in the paper's order.
pub const FIGURES: &[Figure] = &[
    Figure {
        name: "2, parameters",
        title: "loss against parameters N",
        resource: Resource::Parameters,
        command: "quanta sweep --dir fig2-parameters --preset fig2-parameters --device gpu",
        small: Small::Sweep(0.4),
    },
    Figure {
        name: "2, steps",
        title: "loss against training steps S, and Fig 7",
        resource: Resource::Steps,
        command: "quanta train --preset paper-fig2 --device gpu --out fig2-steps.safetensors",
        small: Small::Sweep(0.4),
    },
    Figure {
        name: "2, data",
        title: "lowest loss against training samples D",
        resource: Resource::Data,
        command: "quanta sweep --dir fig2-data --preset fig2-data --device gpu",
        small: Small::Sweep(0.4),
    },
    Figure {
        name: "8",
        title: "step of emergence against use frequency",
        resource: Resource::Steps,
        command: "quanta sweep --dir fig8 --preset fig8 --device gpu",
        small: Small::Run("lesson"),
    },
    Figure {
        name: "9",
        title: "subtasks learned against training samples D",
        resource: Resource::Data,
        command: "quanta sweep --dir fig9 --preset fig9 --device gpu",
        small: Small::Sweep(0.4),
    },
    Figure {
        name: "10, parameters",
        title: "the exponent in N against α",
        resource: Resource::Parameters,
        command: "quanta sweep --dir fig10-parameters --preset fig10-parameters --device gpu",
        small: Small::Sweep(0.8),
    },
    Figure {
        name: "10, steps",
        title: "the exponent in S against α",
        resource: Resource::Steps,
        command: "quanta sweep --dir fig10-steps --preset fig10-steps --device gpu",
        small: Small::Sweep(0.8),
    },
    Figure {
        name: "10, data",
        title: "the exponent in D against α",
        resource: Resource::Data,
        command: "quanta sweep --dir fig10-data --preset fig10-data --device gpu",
        small: Small::Sweep(0.8),
    },
];

impl Figure {
    /// The link to its small version.
    pub fn small(&self) -> Link {
        match self.small {
            Small::Sweep(alpha) => {
                let alpha = (alpha != 0.4).then(|| ("alpha".to_owned(), alpha.to_string()));
                Link { own: self.scaling().chain(alpha).collect(), page: Page::Scaling, ..Link::default() }
            }
            Small::Run(name) => Link { config: preset(name).map(|preset| preset.config()), ..Link::default() },
        }
    }

    /// The link to a published file of it.
    pub fn ours(&self, file: &str) -> Link {
        let published = ("published".to_owned(), file.to_owned());
        Link { own: self.scaling().chain([published]).collect(), page: Page::Scaling, ..Link::default() }
    }

    /// The Scaling page's words for its resource, which opens with parameters.
    fn scaling(&self) -> impl Iterator<Item = (String, String)> + use<> {
        let resource = self.resource;
        (resource != Resource::Parameters).then(|| ("resource".to_owned(), resource.name().to_owned())).into_iter()
    }
}
