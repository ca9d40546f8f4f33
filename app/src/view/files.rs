//! Files that are picked, or dropped anywhere on the site. Each opens where it belongs: a run in the Lab, a
//! collected sweep in Scaling, clusters, losses of tokens and texts in Language.

use leptos::html;
use leptos::prelude::*;
use web_sys::{DragEvent, FileList};

use crate::address::Address;
use crate::link::{Link, Page};
use crate::trainer::{Opened, RunCommands};

/// What opens files.
#[derive(Clone, Copy)]
pub struct Files {
    commands: RunCommands,
    address: Address,
}

impl Files {
    /// Takes the handles from the context.
    pub fn expect() -> Self {
        Self { commands: expect_context(), address: expect_context() }
    }

    /// Lets a file be dropped.
    pub fn allow_drop(event: &DragEvent) {
        let carries_files = event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
        if carries_files {
            event.prevent_default();
        }
    }

    /// Opens the files that were dropped.
    pub fn on_drop(self, event: &DragEvent) {
        let Some(files) = event.data_transfer().and_then(|data| data.files()) else { return };
        if files.length() > 0 {
            event.prevent_default();
        }
        self.open_all(&files);
    }

    fn open_all(self, files: &FileList) {
        for file in (0..files.length()).filter_map(|i| files.get(i)) {
            self.commands.open_file(file, move |opened| self.show(opened));
        }
    }

    /// Goes to the page that shows it.
    fn show(self, opened: Opened) {
        let page = self.address.link.with_untracked(|link| link.page);
        match opened {
            // The Lab lists it, whatever its settings are.
            Opened::Run(_) if page == Page::Lab => {}
            Opened::Run(config) => self.address.visit(Link { config: Some(*config), ..Link::default() }),
            Opened::Clusters | Opened::Text if page == Page::Language => {}
            Opened::Clusters | Opened::Text => self.address.visit(Link { page: Page::Language, ..Link::default() }),
            Opened::Sweep(resource) => {
                let own = vec![("resource".to_owned(), resource.name().to_owned())];
                self.address.visit(Link { page: Page::Scaling, own, ..Link::default() });
            }
        }
    }
}

/// A way to pick files.
#[component]
pub fn PickFiles(
    /// What it says.
    text: &'static str,
    /// Its id, where a page has more than one.
    #[prop(default = "open-file")]
    id: &'static str,
) -> impl IntoView {
    let files = Files::expect();
    let picker = NodeRef::<html::Input>::new();
    let open = move |_| {
        let Some(input) = picker.get_untracked() else { return };
        if let Some(list) = input.files() {
            files.open_all(&list);
        }
        // Otherwise picking the same file again would be no change.
        input.set_value("");
    };
    view! {
        <label class="button">
            <input node_ref=picker class="unseen" id=id type="file" accept=".safetensors,.npy,.txt,.md" multiple on:change=open />
            {text}
        </label>
    }
}
