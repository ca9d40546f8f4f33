//! What is around every page: the header, the theme, and the link that says what is shown.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::lab::LabPage;
use super::on_demand::OnDemand;
use super::shared::browser;
use super::shared::theme::{ThemeSwitch, Themes};
use crate::link::{Link, Page};

/// The address bar as the page reads and writes it.
#[derive(Clone, Copy)]
pub struct Address {
    /// What the link says now.
    pub link: RwSignal<Link>,
    /// What of it could not be understood.
    pub problems: RwSignal<Vec<String>>,
    /// Counts arrivals: a load, or Back and Forward. A page that shows the link anew listens to it.
    pub arrivals: RwSignal<u32>,
}

impl Address {
    fn read() -> Self {
        let (link, problems) = Link::parse(&browser::query());
        Self { link: RwSignal::new(link), problems: RwSignal::new(problems), arrivals: RwSignal::new(0) }
    }

    fn arrive(&self) {
        let (link, problems) = Link::parse(&browser::query());
        self.link.set(link);
        self.problems.set(problems);
        self.arrivals.update(|count| *count += 1);
    }

    /// Goes to another link of the site; Back returns.
    pub fn go(&self, link: Link) {
        self.write(link, false);
    }

    /// Writes what is shown into the address bar; no step back.
    pub fn amend(&self, link: Link) {
        self.write(link, true);
    }

    fn write(&self, link: Link, replace: bool) {
        if self.link.with_untracked(|old| *old == link) && self.problems.with_untracked(Vec::is_empty) {
            return;
        }
        let address = browser::address_with(&link.to_query());
        if let Ok(history) = window().history() {
            // A browser may refuse after hundreds of entries in a row; the page goes on without.
            let _ = match replace {
                true => history.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
                false => history.push_state_with_url(&JsValue::NULL, "", Some(&address)),
            };
        }
        self.problems.set(Vec::new());
        self.link.set(link);
    }
}

/// The whole site.
#[component]
pub fn Site() -> impl IntoView {
    let address = Address::read();
    let embed = address.link.with_untracked(|link| link.embed);
    let themes = Themes::new(address.link.with_untracked(|link| link.theme));
    provide_context(address);
    provide_context(themes);
    let back = window_event_listener(ev::popstate, move |_| address.arrive());
    on_cleanup(move || back.remove());
    let page = Memo::new(move |_| address.link.with(|link| link.page));

    view! {
        <Show when=move || !embed>
            <a class="skip" href="#main">"Skip to the page"</a>
            <header class="site">
                <a class="wordmark" href="./" on:click=move |click| { click.prevent_default(); address.go(Link::default()); address.arrive(); }>
                    "Quanta lab"
                </a>
                <p class="motto">"Watch a smooth scaling law come apart into quanta"</p>
                <Show when=|| { Page::ALL.len() > 1 }>
                    <nav aria-label="Pages">
                        {Page::ALL.into_iter().map(|to| {
                            let link = Link { page: to, ..Link::default() };
                            let href = format!("?{}", link.to_query());
                            view! {
                                <a
                                    href=href
                                    aria-current=move || (page.get() == to).then_some("page")
                                    on:click=move |click| { click.prevent_default(); address.go(link.clone()); address.arrive(); }
                                >
                                    {to.title()}
                                </a>
                            }
                        }).collect_view()}
                    </nav>
                </Show>
                <ThemeSwitch />
            </header>
        </Show>
        <main id="main" tabindex="-1" class:embed=embed>
            {move || match page.get() {
                Page::Lab => view! { <LabPage /> }.into_any(),
                page => view! { <OnDemand page=page /> }.into_any(),
            }}
        </main>
        <Show when=move || !embed>
            <footer class="site">
                <p>
                    "A laboratory for "
                    <cite>"The Quantization Model of Neural Scaling"</cite>
                    " (Michaud, Liu, Girit & Tegmark, NeurIPS 2023; "
                    <a href="https://arxiv.org/abs/2303.13506" rel="noopener">"arXiv 2303.13506"</a>
                    "). Everything is computed in this browser; nothing is sent anywhere."
                </p>
            </footer>
        </Show>
    }
}
